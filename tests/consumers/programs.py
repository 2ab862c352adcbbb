"""A server on this machine that publishes metadata documents over HTTPS, like a program's maker.

The guard against internal addresses refuses this machine. Tests that need it install a fetcher whose resolver
returns the server's address for HOST only.
"""

from __future__ import annotations

import datetime as dt
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from consumers.outbound import documents as document_fetcher
from tests.http_servers import serving

HOST = "program.example"


@dataclass
class Publisher:
    """What the server answers, and the requests it received."""

    port: int
    certificate: Path
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    # Seconds between the bytes of the headers or of the body.
    drip_headers: float = 0
    drip_body: float = 0
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/oauth/client.json"

    def publish(self, **changes: Any) -> None:
        """Publish a document like Claude Code's with changes; None leaves an entry out."""
        document = {
            "client_id": self.url,
            "client_name": "Claude Code",
            "redirect_uris": ["http://localhost/callback", "http://127.0.0.1/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        } | changes
        kept = {name: value for name, value in document.items() if value is not None}
        self.body = json.dumps(kept).encode()


@contextmanager
def publishing(directory: Path) -> Iterator[Publisher]:
    server = _Server(("127.0.0.1", 0), _Handler)
    certificate = certificate_in(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    publisher = Publisher(server.server_address[1], certificate)
    server.publisher = publisher  # type: ignore[attr-defined]  # for the handler
    publisher.publish()
    with serving(server):
        yield publisher


def fetcher_reaching(certificate: Path) -> document_fetcher.Fetcher:
    """Build a fetcher that reaches the server, for its host name only and with its certificate."""

    def resolve(host: str, port: int) -> list[str]:
        if host != HOST:
            raise OSError("unknown host")
        return ["127.0.0.1"]

    return document_fetcher.Fetcher(resolve, ssl.create_default_context(cafile=str(certificate)))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: a client that does not trust the certificate hangs up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        publisher: Publisher = self.server.publisher  # type: ignore[attr-defined]
        publisher.asked.append((self.headers["Host"], self.path))
        headers = {"Content-Type": "application/json", "Content-Length": str(len(publisher.body))}
        lines = [f"HTTP/1.1 {publisher.status} Answer"]
        lines += [f"{name}: {value}" for name, value in (headers | publisher.headers).items()]
        head = "\r\n".join([*lines, "Connection: close", "", ""]).encode()
        try:
            self._send(head, publisher.drip_headers)
            self._send(publisher.body, publisher.drip_body)
        except OSError:
            pass  # the client stopped reading
        self.close_connection = True

    def _send(self, data: bytes, pause: float) -> None:
        if not pause:
            self.wfile.write(data)
            return
        for position in range(len(data)):
            self.wfile.write(data[position : position + 1])
            time.sleep(pause)

    def log_message(self, *args: Any) -> None:
        """Stay silent."""


def certificate_in(directory: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / "publisher.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
