"""Two started instances: one plays Fracttal One with its OAuth and its API, the other links to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx

from tests.clients.assistant import CALLBACK, Assistant
from tests.http_servers import serving
from tests.process.databases import free_port
from tests.process.person import Person, forms_of
from tests.process.server import Server, started

CONNECTION = "/settings/api-connections/"
LINK = "/profile/fracttal-one/"
SCOPE = "maintenance:read maintenance:write offline_access"


class Line:
    """A proxy in front of the token endpoint: records each form, forwards it, and may drop the answer."""

    def __init__(self, target: str) -> None:
        self.target, self.url = target, ""
        self.forms: list[dict[str, str]] = []
        self.headers: list[str] = []
        self.answers_to_lose = 0

    @property
    def refreshes(self) -> list[dict[str, str]]:
        return [form for form in self.forms if form["grant_type"] == "refresh_token"]


@contextmanager
def line(target: str) -> Iterator[Line]:
    kept = Line(target)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            kept.forms.append(dict(parse_qsl(body.decode())))
            kept.headers.append(str(self.headers))
            names = ("authorization", "content-type", "accept")
            headers = {name: self.headers[name] for name in names if self.headers.get(name)}
            given = httpx.post(kept.target + self.path, content=body, headers=headers, timeout=20)
            if kept.answers_to_lose and kept.forms[-1]["grant_type"] == "refresh_token":
                kept.answers_to_lose -= 1
                self.close_connection = True
                return
            self.send_response(given.status_code)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(given.content)))
            self.end_headers()
            self.wfile.write(given.content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    with serving(server):
        yield kept


@dataclass
class Pair:
    """`fracttal` plays Fracttal One, `gateway` links to it; `tokens` is the proxy of the token endpoint."""

    fracttal: Server
    gateway: Server
    people: dict[str, Any]
    programs: dict[str, Any]
    tokens: Line

    def form(self, **changes: str) -> dict[str, str]:
        return {
            "kind": "fracttal_one",
            "api_url": f"{self.fracttal.url}/api",
            "authorize_url": f"{self.fracttal.url}/oauth/authorize",
            "token_url": f"{self.tokens.url}/oauth/token",
            "client_key": self.people["key"],
            "client_secret": self.people["secret"],
            "program_key": self.programs["key"],
            "program_secret": self.programs["secret"],
            "scope": SCOPE,
            "confirm": "on",
        } | changes

    def configure(self, **changes: str) -> str:
        """Fill in the connection as an administrator and press "Test connection".

        Return the page that answers.
        """
        admin = Person("admin@demo.example")
        page = admin.open(self.gateway.url + CONNECTION)
        form = next(form for form in forms_of(page.text) if any(name == "kind" for name, _ in form.fields))
        page = admin.submit(page, form, {**dict(form.fields), **self.form(**changes)})
        assert page.status_code == 200, page.text
        test = next(form for form in forms_of(page.text) if form.action.endswith("/test/"))
        return admin.submit(page, test, dict(test.fields)).text

    def connect(self, email: str, there: str = "", *, write: bool = True) -> Assistant:
        """Approve ChatGPT as `email`, linking the account `there` on the way."""
        assistant = Assistant(self.gateway, self.gateway.create_consumer(f"ChatGPT of {email}", CALLBACK))
        person = Person(email)
        page = person.open(assistant.authorization_address())
        form = next(f for f in forms_of(page.text) if any(n == "decision" for n, _ in f.buttons))
        page = person.submit(page, form, {**dict(form.fields), "decision": "approve"})
        if not page.is_redirect:  # The step between: to Fracttal One and back.
            page = self.link(person, page, there or email, write=write)
        response = assistant.redeem(str(page.headers["location"]))
        assert response.status_code == 200, response.text
        return assistant

    def link(self, person: Person, page: httpx.Response, there: str, *, write: bool = True) -> httpx.Response:
        """Follow a link to Fracttal One from one of our pages. Return the page where the person ends up."""
        start = page.text.partition(f'href="{LINK}connect')[2].partition('"')[0].replace("&amp;", "&")
        leaving = person.open(f"{self.gateway.url}{LINK}connect{start}")
        assert leaving.is_redirect, leaving.text
        back = Person(there).decide(str(leaving.headers["location"]), write=write)
        assert back.startswith(f"{self.gateway.url}{LINK}callback?"), back
        return person.open(back)

    def link_from_profile(self, email: str, *, write: bool = True) -> httpx.Response:
        person = Person(email)
        return self.link(person, person.open(self.gateway.url + LINK), email, write=write)

    def age(self, email: str) -> None:
        """Expire the access token of a person."""
        self.ask(
            self.gateway,
            "from connections.models import LinkedAccount as L;"
            "from django.utils import timezone as t;"
            f"print(L.objects.filter(user__email={email!r}).update(expires_at=t.now(),refresh_at=t.now()))",
        )

    def ask(self, server: Server, code: str) -> str:
        return server.manage("shell", "-v0", "-c", code).strip()


@contextmanager
def pair(directory: Path, **environment: str) -> Iterator[Pair]:
    port = str(free_port())
    callback = f"http://127.0.0.1:{port}{LINK}callback"
    with (
        started(directory / "fracttal") as fracttal,
        line(fracttal.url) as tokens,
        started(directory / "gateway", PORT=port, **environment) as gateway,
    ):
        people = fracttal.create_consumer("The gateway", callback)
        programs = fracttal.create_consumer("The gateway's programs", grant="client-credentials")
        yield Pair(fracttal, gateway, people, programs, tokens)
