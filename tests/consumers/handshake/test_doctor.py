"""`manage.py doctor` against the running server: it plays the client over real HTTP."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from consumers.handshake.models import HandshakeEvent
from tests.conftest import World
from tests.consumers.conftest import Program, Register

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at(live_server: Any, settings: Any) -> str:
    settings.PUBLIC_URL = live_server.url
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
    settings.MCP_RESOURCE = f"{live_server.url}{settings.MCP_PATH}"
    return str(settings.MCP_RESOURCE)


def doctor(
    at: str, monkeypatch: pytest.MonkeyPatch, secret: str = "", **options: str
) -> tuple[list[str], str]:
    """Return the marks of the steps, and everything that was printed."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{secret}\n"))
    out = io.StringIO()
    try:
        call_command("doctor", url=at, stdout=out, **options)
    except CommandError as error:
        out.write(str(error))
    marks = [line.split()[0] for line in out.getvalue().splitlines() if line[:1] not in {" ", "T", "N"}]
    return marks, out.getvalue()


def test_without_a_key_it_reads_the_way_in(at: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    marks, text = doctor(at, monkeypatch)
    assert marks == ["ok"] * 3 + ["-"] * 8
    assert "/oauth/token" in text


def test_a_consumer_for_people_goes_as_far_as_a_person(
    at: str, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks, text = doctor(at, monkeypatch, program.secret, key=program.key)
    assert marks == ["ok", "ok", "ok", "ok", "-", "-", "-", "ok", "-", "-", "-"]
    assert text.count("needs a person") == 3
    assert program.secret not in text
    failed = HandshakeEvent.objects.exclude(reason="")
    assert not failed.exists(), "it leaves nothing that looks like a failure of the assistant"


def test_a_program_goes_the_whole_way(at: str, register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    program = register(authorization_grant_type="client-credentials", callback_urls=[])
    marks, text = doctor(at, monkeypatch, program.secret, key=program.key)
    assert marks == ["ok"] * 7
    assert "whoami" in text


@pytest.mark.parametrize(
    ("fields", "secret", "callback", "says"),
    [
        ({}, "fms_wrong", "", "It sent a wrong secret."),
        ({}, "", "https://a.example/cb", "a callback URL that is not registered"),
        ({"callback_urls": []}, "", "", "no callback URL is registered yet"),
        ({"enabled": False}, "", "", "The consumer or its permission group is disabled."),
    ],
)
def test_it_says_where_and_why_it_stops(
    at: str,
    register: Register,
    monkeypatch: pytest.MonkeyPatch,
    fields: dict[str, Any],
    secret: str,
    callback: str,
    says: str,
) -> None:
    program = register(**fields)
    marks, text = doctor(at, monkeypatch, secret or program.secret, key=program.key, callback=callback)
    assert marks.count("FAILED") == 1
    assert says in text
    assert "stops at the step marked FAILED" in text


def test_a_wrong_public_address_is_found(
    at: str, settings: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MCP_RESOURCE = "https://other.example/mcp/oauth/fracttal-one"
    marks, text = doctor(at, monkeypatch)
    assert marks[:2] == ["ok", "FAILED"]
    assert "is PUBLIC_URL right?" in text


def test_nobody_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    marks, text = doctor("http://127.0.0.1:9/mcp", monkeypatch)
    assert marks[0] == "FAILED"
    assert "no connection to" in text


def test_an_unknown_key_is_said_at_once(at: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No consumer has this key." in doctor(at, monkeypatch, key="fmk_unknown")[1]
