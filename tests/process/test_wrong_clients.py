"""Programs that do one thing wrong, over HTTP against the started server: each stops at its own step.

Everything is done as people and programs do it: the administrator registers each program in the form and
reads the page that watches. `tests/consumers/handshake/test_wrong_clients.py` has every failure and what
clears it.
"""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from consumers.handshake.steps import Step
from tests.clients.assistant import CALLBACK, Assistant
from tests.process.person import Person, forms_of
from tests.process.server import Server, started

pytestmark = pytest.mark.timeout(600)
CONSUMERS = "/settings/api-connections/oauth-consumers/"
OTHER = "https://chatgpt.com/connector/oauth/Zz9"
ACCEPT = "application/json, text/event-stream"
BEGINNING: dict[str, Any] = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "Test", "version": "1"},
}
Play = Callable[[Assistant, Person], object]


@dataclass(frozen=True)
class Wrong:
    """A program's mistake, the step at which it stops, and a part of what the administrator reads."""

    play: Play
    step: Step
    says: str


@dataclass(frozen=True)
class Company:
    """The started server, its administrator, and a person who connects programs."""

    server: Server
    administrator: Person
    planner: Person

    def register(self, name: str) -> tuple[str, Assistant]:
        """Register a program in the form. Return the address of its page that watches, and the program."""
        page = self.administrator.open(f"{self.server.url}{CONSUMERS}add/?assistant=chatgpt")
        form = next(form for form in forms_of(page.text) if any(n == "grant_type" for n, _ in form.fields))
        selected = dict(
            re.findall(
                r'<select name="(\w+)"(?:(?!</select>).)*?value="([^"]*)" selected', page.text, re.DOTALL
            )
        )
        told = {"name": name, "callback_urls": CALLBACK}
        made = self.administrator.submit(page, form, dict(form.fields) | selected | told)
        key, secret = (
            html.unescape(found[1]) if (found := re.search(rf'id="{what}"[^>]*>([^<]+)<', made.text)) else ""
            for what in ("key", "secret")
        )
        watch = re.search(rf"{CONSUMERS}\d+/connect/", made.text)
        assert watch, made.text[:2000]
        assert key.startswith("fmk_"), key
        return watch[0], Assistant(self.server, {"key": key, "secret": secret})

    def stopped_at(self, watch: str, since: int) -> tuple[list[Step], str]:
        """Return the steps that failed, and the text of the page, as soon as it shows a failure."""
        for _attempt in range(40):
            page = self.administrator.open(f"{self.server.url}{watch}?since={since}").text
            states = re.findall(r'<li class="(done|failed|waiting|skipped)">', page)
            failed = [step for step, state in zip(Step, states, strict=True) if state == "failed"]
            if failed:
                break
            time.sleep(0.1)
        return failed, " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with started(tmp_path_factory.mktemp("wrong-clients")) as server:
        yield Company(server, Person("admin@demo.example"), Person("planner@demo.example"))


def asking(**changes: str | None) -> Play:
    """Open an authorization request that differs from the right one."""
    return lambda assistant, person: person.open(assistant.authorization_address(**changes))


def exchanging(**changes: str) -> Play:
    """Exchange a good code with a request that differs from the right one."""

    def play(assistant: Assistant, person: Person) -> httpx.Response:
        code = assistant.code_of(person.decide(assistant.authorization_address()))
        named = {"client_id": assistant.key, "client_secret": assistant.secret}
        fields = assistant.exchange(code) | named | changes
        return assistant.http.post(f"{assistant.server.url}/oauth/token", data=fields)

    return play


def calling(**headers: str) -> Play:
    """Begin the MCP connection with a good token and odd headers."""

    def play(assistant: Assistant, person: Person) -> httpx.Response:
        token = assistant.connect(person).tokens["access_token"]
        usual = {"authorization": f"Bearer {token}", "accept": ACCEPT, "content-type": "application/json"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": BEGINNING}
        return assistant.http.post(
            assistant.server.mcp_url, content=json.dumps(body), headers=usual | headers
        )

    return play


def secret_in_place_of_the_key(assistant: Assistant, person: Person) -> None:
    person.open(assistant.authorization_address(client_id=assistant.secret))


def mistyped_key(assistant: Assistant, person: Person) -> None:
    person.open(assistant.authorization_address(client_id=assistant.key[:-1]))


def refusing_person(assistant: Assistant, person: Person) -> None:
    person.decide(assistant.authorization_address(), approve=False)


def key_in_place_of_the_secret(assistant: Assistant, person: Person) -> None:
    exchanging(client_secret=assistant.key)(assistant, person)


def json_instead_of_a_form(assistant: Assistant, person: Person) -> None:
    code = assistant.code_of(person.decide(assistant.authorization_address()))
    assistant.http.post(f"{assistant.server.url}/oauth/token", json=assistant.exchange(code))


def older_transport(assistant: Assistant, person: Person) -> None:
    token = assistant.connect(person).tokens["access_token"]
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    assistant.http.get(assistant.server.mcp_url, headers=headers)


def secret_as_a_token(assistant: Assistant, person: Person) -> None:
    assistant.connect(person).tokens = {"access_token": assistant.secret}
    assistant.post("initialize", **BEGINNING)


def writing_without_the_scope(assistant: Assistant, person: Person) -> None:
    assistant.connect(person, write=False).post("initialize", **BEGINNING)
    assistant.post("tools/list")
    assistant.post("tools/call", name="create_work_request", arguments={"description": "x"})


WRONG = {
    "unknown callback": Wrong(asking(redirect_uri=OTHER), Step.AUTHORIZE, "not registered"),
    "no PKCE": Wrong(
        asking(code_challenge=None, code_challenge_method=None), Step.AUTHORIZE, "no PKCE challenge"
    ),
    "another resource": Wrong(
        asking(resource="https://mcp.example.com/other"),
        Step.AUTHORIZE,
        "an address other than the MCP server URL",
    ),
    "invented scope": Wrong(asking(scope="read:everything"), Step.AUTHORIZE, "Leave the scopes empty"),
    "secret as key": Wrong(secret_in_place_of_the_key, Step.AUTHORIZE, "Swap the two"),
    "mistyped key": Wrong(mistyped_key, Step.AUTHORIZE, "a key that is not registered"),
    "person refuses": Wrong(refusing_person, Step.CONSENT, "The person refused"),
    "wrong secret": Wrong(exchanging(client_secret="fms_" + "x" * 43), Step.TOKEN, "It sent a wrong secret"),
    "no secret": Wrong(exchanging(client_secret=""), Step.TOKEN, "It sent no secret"),
    "key as secret": Wrong(key_in_place_of_the_secret, Step.TOKEN, "the key in the place of the secret"),
    "JSON at the token URL": Wrong(
        json_instead_of_a_form, Step.TOKEN, "application/x-www-form-urlencoded"
    ),
    "another verifier": Wrong(exchanging(code_verifier="y" * 43), Step.TOKEN, "PKCE verifier"),
    "another callback": Wrong(exchanging(redirect_uri=OTHER), Step.TOKEN, "a different callback URL"),
    "older transport": Wrong(older_transport, Step.INITIALIZE, "the older SSE transport"),
    "refuses JSON": Wrong(calling(accept="text/html"), Step.INITIALIZE, "does not accept JSON"),
    "unsaid content": Wrong(calling(**{"content-type": "text/plain"}), Step.INITIALIZE, "does not send JSON"),
    "secret as token": Wrong(secret_as_a_token, Step.INITIALIZE, "a secret as if it were an access token"),
    "writes without the scope": Wrong(writing_without_the_scope, Step.CALL, "approved reading only"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_program_stops_at_its_step(company: Company, name: str) -> None:
    wrong = WRONG[name]
    watch, assistant = company.register(f"Program: {name}")
    time.sleep(1)  # what strangers did in this second counts as seen by this page
    since = int(time.time())
    wrong.play(assistant, company.planner)
    failed, text = company.stopped_at(watch, since)
    assert failed == [wrong.step], text[:3000]
    assert "Stopped at:" in text
    assert wrong.says in text
