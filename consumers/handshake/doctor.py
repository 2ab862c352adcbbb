"""Plays a client from outside, step by step, and says where it stops.

It takes the addresses from the answers as a client does. What needs a person (sign-in, approval, code) is not
played. A secret is proved at the introspection endpoint, so that nothing is issued for a person.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

from consumers.handshake.progress import State
from consumers.handshake.steps import Step
from consumers.outbound.client import Exchange, NoReply, Reply, Unreachable

SECONDS = 20.0
LIMIT = 2 * 1024 * 1024
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # the example of RFC 7636, appendix B
_METADATA = re.compile(r'resource_metadata="([^"]+)"')
_CODE = re.compile(r"<code>([a-z_]+)</code></small>")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one step. `reason` is a code of `handshake.wording`; `detail` is shown as it is."""

    step: Step
    state: State
    reason: str = ""
    detail: str = ""


class Stopped(Exception):
    """A step failed: there is nothing to play after it."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Patient:
    """The client to play. Without a key only what needs none is played."""

    url: str
    key: str = ""
    secret: str = ""
    callback: str = ""
    for_company: bool = False


class Doctor:
    def __init__(self, patient: Patient, context: ssl.SSLContext | None = None) -> None:
        self._patient, self._context = patient, context or ssl.create_default_context()
        self._resource_metadata = ""
        self._server: dict[str, Any] = {}
        self._token = ""

    def examine(self) -> Iterator[Finding]:
        plays = [
            (Step.CHALLENGE, self._challenge),
            (Step.RESOURCE_DOCUMENT, self._resource_document),
            (Step.SERVER_DOCUMENT, self._server_document),
        ]
        if self._patient.key and self._patient.for_company:
            plays += [
                (Step.TOKEN, self._fetch_token),
                (Step.INITIALIZE, self._initialize),
                (Step.TOOLS, self._list_tools),
                (Step.CALL, self._call),
            ]
        elif self._patient.key:
            plays += [(Step.AUTHORIZE, self._authorize), (Step.TOKEN, self._authenticate)]
        for step, play in plays:
            try:
                yield Finding(step, State.DONE, detail=play())
            except Stopped as stopped:
                yield Finding(step, State.FAILED, stopped.reason, stopped.detail)
                return

    # --- the steps: each returns what was found, or raises Stopped -----------------------

    def _challenge(self) -> str:
        reply = self._send("POST", self._patient.url, {"Content-Type": "application/json"}, b"{}")
        found = _METADATA.search(reply.headers.get("WWW-Authenticate", ""))
        if reply.status != 401 or found is None:
            raise Stopped("", f"HTTP {reply.status} instead of 401 with resource_metadata")
        self._resource_metadata = found[1]
        return found[1]

    def _resource_document(self) -> str:
        document = self._json(self._resource_metadata)
        if document.get("resource") != self._patient.url:
            raise Stopped("", f"the document is about {document.get('resource')}: is PUBLIC_URL right?")
        servers = document.get("authorization_servers") or [""]
        self._server = {"issuer": servers[0]}
        return str(servers[0])

    def _server_document(self) -> str:
        issuer = self._server["issuer"]
        document = self._json(f"{issuer}/.well-known/oauth-authorization-server")
        if document.get("issuer") != issuer:
            raise Stopped("", f"the document names the issuer {document.get('issuer')}")
        self._server = document
        return str(document["token_endpoint"])

    def _authorize(self) -> str:
        if not self._patient.callback:
            raise Stopped("", "no callback URL is registered yet: add one, or name one with --callback")
        fields = {
            "response_type": "code",
            "client_id": self._patient.key,
            "redirect_uri": self._patient.callback,
            "scope": "maintenance:read offline_access",
            "state": secrets.token_urlsafe(8),
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "resource": self._patient.url,
        }
        reply = self._send("GET", f"{self._server['authorization_endpoint']}?{urlencode(fields)}")
        if reply.status == 302 and "/accounts/login/" in reply.headers.get("Location", ""):
            return "asks to sign in"
        found = _CODE.search(reply.body.decode("utf-8", "replace"))
        raise Stopped(found[1] if found else "", f"HTTP {reply.status}")

    def _authenticate(self) -> str:
        if not self._patient.secret:
            return "public client: nothing to prove"
        reply = self._form(self._server["introspection_endpoint"], token="fma_of-the-doctor")  # noqa: S106
        if reply.status != 200:
            raise Stopped("secret_wrong" if reply.status == 401 else "", f"HTTP {reply.status}")
        return "client_secret_basic"

    def _fetch_token(self) -> str:
        reply = self._form(self._server["token_endpoint"], grant_type="client_credentials")
        answer = _object(reply)
        if reply.status != 200:
            error = str(answer.get("error", ""))
            raise Stopped("secret_wrong" if error == "invalid_client" else error, f"HTTP {reply.status}")
        self._token = answer["access_token"]
        return "client_secret_basic"

    def _initialize(self) -> str:
        told = {"protocolVersion": "2025-06-18", "capabilities": {}}
        result = self._call_method("initialize", **told, clientInfo={"name": "doctor", "version": "1"})
        return str(result.get("protocolVersion"))

    def _list_tools(self) -> str:
        return f"{len(self._call_method('tools/list').get('tools', []))} tools"

    def _call(self) -> str:
        result = self._call_method("tools/call", name="whoami", arguments={})
        if result.get("isError"):
            raise Stopped("", "whoami answered with an error")
        return "whoami"

    # --- sending ---------------------------------------------------------------------------

    def _call_method(self, method: str, **params: Any) -> dict[str, Any]:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        reply = self._send("POST", self._patient.url, headers, body)
        result = _object(reply).get("result")
        if reply.status != 200 or not isinstance(result, dict):
            raise Stopped(f"http_{reply.status}" if reply.status != 200 else "message_refused")
        return result

    def _form(self, url: str, **fields: str) -> Reply:
        pair = f"{quote_plus(self._patient.key)}:{quote_plus(self._patient.secret)}".encode()
        headers = FORM | {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        return self._send("POST", url, headers, urlencode(fields).encode())

    def _json(self, url: str) -> dict[str, Any]:
        reply = self._send("GET", url)
        if reply.status != 200:
            raise Stopped("", f"HTTP {reply.status} from {url}")
        return _object(reply)

    def _send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        try:
            return Exchange(_addresses, self._context, SECONDS).send(
                method, url, headers or {}, body, limit=LIMIT
            )
        except (Unreachable, NoReply) as error:
            word = "no connection to" if isinstance(error, Unreachable) else "no complete answer from"
            raise Stopped("", f"{word} {url}") from None


def _addresses(host: str, port: int) -> list[str]:
    """Resolve any host: the operator examines an own address, which may be in a private network."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _object(reply: Reply) -> dict[str, Any]:
    try:
        found = json.loads(reply.body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Stopped("", f"HTTP {reply.status} without a JSON object")
    return found
