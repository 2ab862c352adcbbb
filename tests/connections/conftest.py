"""A token endpoint on its own port that gives scripted answers and records requests."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from accounts.models import User
from connections.models import ApiConnection, LinkedAccount
from mcp_gateway.runtime import runtime
from tests.conftest import World
from tests.http_servers import serving

SECRET = "client-secret-of-the-gateway"
PROGRAM_SECRET = "program-secret-of-the-gateway"

Answer = tuple[int, bytes]
# Method, path, form fields, Authorization header.
Script = Callable[[str, str, dict[str, str], str], Answer | None]


@dataclass
class FracttalOne:
    """`script` returns the answers.

    A 302 has the address as its body; None closes the connection without an answer.
    """

    url: str
    script: Script
    seen: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def token_requests(self) -> list[dict[str, str]]:
        return [fields for _method, path, fields, _who in self.seen if path == "/oauth/token"]


def tokens(number: int, **changes: Any) -> Answer:
    body = {
        "access_token": f"access-{number}",
        "refresh_token": f"refresh-{number}",
        "token_type": "Bearer",
        "expires_in": 7200,
    } | changes
    return 200, json.dumps({name: value for name, value in body.items() if value is not None}).encode()


def error(name: str, status: int = 400) -> Answer:
    return status, json.dumps({"error": name}).encode()


def counting(method: str, path: str, fields: dict[str, str], who: str) -> Answer:
    """Return a new pair for the refresh token that was sent."""
    number = int(fields["refresh_token"].rpartition("-")[2]) + 1 if "refresh_token" in fields else 1
    return tokens(number)


class _Handler(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        fracttal: FracttalOne = self.server.fracttal  # type: ignore[attr-defined]  # put there below
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        entry = (self.command, self.path, fields, self.headers.get("authorization", ""))
        with fracttal.lock:
            fracttal.seen.append(entry)
        answer = fracttal.script(*entry)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer[0])
        if answer[0] == 302:
            self.send_header("location", answer[1].decode())
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer[1])))
        self.end_headers()
        self.wfile.write(answer[1])

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


@pytest.fixture
def fracttal() -> Iterator[FracttalOne]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    fracttal = FracttalOne(f"http://127.0.0.1:{server.server_address[1]}", counting)
    server.fracttal = fracttal  # type: ignore[attr-defined]  # for the handler
    with serving(server):
        yield fracttal


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    runtime().credentials.programs.clear()
    runtime().credentials.linked.clear()


@pytest.fixture
def connection(world: World, fracttal: FracttalOne) -> ApiConnection:
    made = ApiConnection(
        company=world.company,
        kind=ApiConnection.Kind.FRACTTAL_ONE,
        api_url=f"{fracttal.url}/api",
        authorize_url=f"{fracttal.url}/oauth/authorize",
        token_url=f"{fracttal.url}/oauth/token",
        client_key="gateway",
        program_key="program",
        remote_company_id=1190,
    )
    made.set_client_secret(SECRET)
    made.set_program_secret(PROGRAM_SECRET)
    made.save()
    return made


def link(connection: ApiConnection, user: User, *, seconds: float = 7200, **changes: Any) -> LinkedAccount:
    """Create a link with the pair access-1 and refresh-1.

    With less than 300 s left it is due for a refresh.
    """
    now = timezone.now()
    made = LinkedAccount(
        connection=connection,
        user=user,
        expires_at=now + dt.timedelta(seconds=seconds),
        refresh_at=now + dt.timedelta(seconds=seconds - 300),
        **changes,
    )
    made.set_tokens("access-1", "refresh-1")
    made.save()
    return made


def pause(seconds: float) -> None:
    time.sleep(seconds)
