"""Two started instances: one plays Fracttal One with its OAuth and its API, the other links to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.clients.assistant import CALLBACK, Assistant
from tests.started.databases import free_port
from tests.started.person import Person, forms_of
from tests.started.server import Server, started

CONNECTION = "/settings/api-connections/"
LINK = "/profile/fracttal-one/"
SCOPE = "maintenance:read maintenance:write offline_access"


@dataclass
class Pair:
    """`fracttal` plays Fracttal One, `gateway` links to it; `key` and `secret` are for people."""

    fracttal: Server
    gateway: Server
    people: dict[str, Any]
    programs: dict[str, Any]

    def form(self, **changes: str) -> dict[str, str]:
        return {
            "kind": "fracttal_one",
            "api_url": f"{self.fracttal.url}/api",
            "authorize_url": f"{self.fracttal.url}/oauth/authorize",
            "token_url": f"{self.fracttal.url}/oauth/token",
            "client_key": self.people["key"],
            "client_secret": self.people["secret"],
            "program_key": self.programs["key"],
            "program_secret": self.programs["secret"],
            "scope": SCOPE,
            "confirm": "on",
        } | changes

    def configure(self, **changes: str) -> str:
        """An administrator fills in the tab and presses "Test connection"; the page that answers."""
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
        if not page.is_redirect:  # the step between: on to Fracttal One and back
            page = self.link(person, page, there or email, write=write)
        response = assistant.redeem(str(page.headers["location"]))
        assert response.status_code == 200, response.text
        return assistant

    def link(self, person: Person, page: httpx.Response, there: str, *, write: bool = True) -> httpx.Response:
        """From a page of ours that offers the link to where the person ends up."""
        start = page.text.partition(f'href="{LINK}connect')[2].partition('"')[0].replace("&amp;", "&")
        leaving = person.open(f"{self.gateway.url}{LINK}connect{start}")
        assert leaving.is_redirect, leaving.text
        back = Person(there).decide(str(leaving.headers["location"]), write=write)
        assert back.startswith(f"{self.gateway.url}{LINK}callback?"), back
        return person.open(back)

    def ask(self, server: Server, code: str) -> str:
        return server.manage("shell", "-v0", "-c", code).strip()


@contextmanager
def pair(directory: Path, **environment: str) -> Iterator[Pair]:
    port = str(free_port())
    callback = f"http://127.0.0.1:{port}{LINK}callback"
    with (
        started(directory / "fracttal") as fracttal,
        started(directory / "gateway", PORT=port, **environment) as gateway,
    ):
        people = fracttal.create_consumer("The gateway", callback)
        programs = fracttal.create_consumer("The gateway's programs", grant="client-credentials")
        yield Pair(fracttal, gateway, people, programs)


def host(url: str) -> str:
    return urlsplit(url).netloc
