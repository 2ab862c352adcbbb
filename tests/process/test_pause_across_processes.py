"""A pause of writes that one process takes holds in every other one after a second."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from mcp_gateway.http.authentication import KEEP_SECONDS
from tests.clients.assistant import CALLBACK, Assistant
from tests.process.person import Person, forms_of
from tests.process.server import Server, started

pytestmark = pytest.mark.timeout(600)
CALLS = 24  # each over a connection of its own, so that both processes take some


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(tmp_path_factory.mktemp("pause"), WORKERS="2") as made:
        yield made


def codes(assistant: Assistant) -> set[str]:
    """Try to write CALLS times, with arguments that are refused, and return the reasons."""
    found = set()
    for _ in range(CALLS):
        answer = assistant.post("tools/call", name="create_work_request", arguments={}).json()
        found.add(str(answer["result"]["_meta"]["fracttal-one/error"]["code"]))
    return found


def press(person: Person, server: Server, action: str) -> None:
    page = person.open(f"{server.url}/settings/security/")
    form = next(form for form in forms_of(page.text) if form.action.endswith(action))
    person.submit(page, form, dict(form.fields))


def test_a_pause_holds_in_every_process(server: Server) -> None:
    consumer = server.create_consumer("Pauses", CALLBACK)
    assistant = Assistant(server, consumer).connect(Person("planner@demo.example"))
    administrator = Person("admin@demo.example")
    assert KEEP_SECONDS <= 1
    assert codes(assistant) == {"invalid_arguments"}
    press(administrator, server, "/settings/security/pause/")
    time.sleep(KEEP_SECONDS)
    assert codes(assistant) == {"writes_paused"}
    press(administrator, server, "/settings/security/resume/")
    time.sleep(KEEP_SECONDS)
    assert codes(assistant) == {"invalid_arguments"}
