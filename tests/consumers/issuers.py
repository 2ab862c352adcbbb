"""An identity provider on this machine: discovery, rotating keys over HTTPS, and ID-JAGs in two shapes.

The claims are those of draft-ietf-oauth-identity-assertion-authz-grant, §"ID-JAG Claims", as the two issuers
that companies name use them. Okta's issuer is the address of its organization; it signs for five minutes,
with a subject of its own directory (00u…). Identities of Claude come from an issuer with a path, one for each
organization (docs.statsig.com, "Enterprise-Managed Authorization for Statsig MCP"). Both send an address
without saying that it is verified (that section has no `email_verified`).

It signs with jwcrypto; the product verifies with another library.
"""

from __future__ import annotations

import json
import secrets
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from django.conf import settings
from jwcrypto import jwk, jws

from tests.consumers.programs import HOST, certificate_in
from tests.http_servers import serving

TYPE = "oauth-id-jag+jwt"


def new_key(kind: str = "RSA", **options: Any) -> jwk.JWK:
    made = {"size": 2048} if kind == "RSA" else {}
    return jwk.JWK.generate(kty=kind, kid=secrets.token_hex(8), use="sig", **(made | options))


@dataclass
class IdentityProvider:
    """An issuer. `path` is part of its address: "" like Okta, "/issuers/…" like the identities of Claude."""

    port: int
    certificate: Path
    path: str = ""
    keys: list[jwk.JWK] = field(default_factory=lambda: [new_key()])
    # Other answers by path, and the requests received.
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"https://{HOST}:{self.port}{self.path}"

    @property
    def jwks_url(self) -> str:
        return f"https://{HOST}:{self.port}{self.path}/oauth2/v1/keys"

    def rotate(self) -> None:
        """Sign with a new key from now on; the old one is no longer published."""
        self.keys = [new_key()]

    def document(self, path: str) -> tuple[int, dict[str, str], bytes]:
        json_type = {"Content-Type": "application/json"}
        if path in self.answers:
            return self.answers[path]
        if path == f"{self.path}/.well-known/openid-configuration":
            found = {"issuer": self.issuer, "jwks_uri": self.jwks_url}
            return 200, json_type, json.dumps(found).encode()
        if path == f"{self.path}/oauth2/v1/keys":
            keys = [key.export_public(as_dict=True) for key in self.keys]
            return 200, json_type, json.dumps({"keys": keys}).encode()
        return 404, json_type, b"{}"

    def claims(self, client: str, address: str | None, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "00u1a2b3c4D5E6F7G8h9",
            "aud": settings.PUBLIC_URL,
            "client_id": client,
            "jti": f"ID.{secrets.token_urlsafe(24)}",
            "iat": now,
            "exp": now + 300,
            "auth_time": now - 3600,
            "resource": settings.MCP_RESOURCE,
            "scope": "maintenance:read maintenance:write",
            "email": address,
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def assertion(
        self,
        client: str,
        address: str | None,
        *,
        header: dict[str, Any] | None = None,
        key: jwk.JWK | None = None,
        **changes: Any,
    ) -> str:
        """Sign an assertion. A change to None leaves the claim out."""
        return self.sign(self.claims(client, address, **changes), header=header, key=key)

    def sign(self, claims: Any, *, header: dict[str, Any] | None = None, key: jwk.JWK | None = None) -> str:
        key = key or self.keys[0]
        algorithm = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA", "oct": "HS256"}[key["kty"]]
        protected = {"alg": algorithm, "typ": TYPE, "kid": key["kid"]} | (header or {})
        protected = {name: value for name, value in protected.items() if value is not None}
        token = jws.JWS(claims if isinstance(claims, str) else json.dumps(claims))
        token.allowed_algs = [protected["alg"]]
        token.add_signature(key, protected=json.dumps(protected))
        return str(token.serialize(compact=True))


@contextmanager
def identity_provider(directory: Path, path: str = "") -> Iterator[IdentityProvider]:
    server = _Server(("127.0.0.1", 0), _Handler)
    certificate = certificate_in(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    provider = IdentityProvider(server.server_address[1], certificate, path)
    server.provider = provider  # type: ignore[attr-defined]  # for the handler
    with serving(server):
        yield provider


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: a client that does not trust the certificate hangs up."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        provider: IdentityProvider = self.server.provider  # type: ignore[attr-defined]
        provider.asked.append(self.path)
        status, headers, body = provider.document(self.path)
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Stay silent."""
