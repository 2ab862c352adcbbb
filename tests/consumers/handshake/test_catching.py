"""A callback that waits is accepted by an administrator of the company alone, and never by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from audit.models import Event
from consumers.handshake.models import ParkedCallback
from consumers.models import Consumer
from tests.conftest import World
from tests.consumers.conftest import CALLBACK, Program, Register, signed_in
from tests.pages import browser, drawn, post, text_of

LIST = "/settings/api-connections/oauth-consumers/"
KNOWN = "https://chatgpt.com/connector/oauth/Zz9"
FOREIGN = "https://chatgpt.com.evil.example/connector/oauth/Zz9"


def asked_for(program: Program, url: str) -> str:
    """Let the program ask for a callback, and return the address at which it is decided."""
    Client().get(program.address(redirect_uri=url))
    parked = ParkedCallback.objects.get(url=url)
    return f"{LIST}{program.consumer.pk}/connect/callbacks/{parked.pk}/"


def registered(program: Program) -> list[str]:
    with connection.cursor() as cursor:
        table = Consumer._meta.db_table
        cursor.execute(f'SELECT redirect_uris FROM "{table}" WHERE id = %s', [program.consumer.pk])
        return str(cursor.fetchone()[0]).split()


@pytest.fixture
def program(register: Register) -> Program:
    return register(assistant="chatgpt")


def test_one_click_accepts_what_the_assistant_is_known_to_use(world: World, program: Program) -> None:
    url = asked_for(program, KNOWN)
    client = browser(world.owner)
    page = text_of(client.get(f"{LIST}{program.consumer.pk}/connect/"))
    assert KNOWN in page
    assert "It has the form that this assistant uses" in page
    assert post(client, url, {"action": "accept"}).status_code == 302
    assert registered(program) == [CALLBACK, KNOWN]
    assert not ParkedCallback.objects.exists()
    event = Event.objects.get(kind="consumer.changed")
    assert event.changes == {"callback_urls": [[CALLBACK], [CALLBACK, KNOWN]]}
    assert event.user_id == world.owner.pk
    assert signed_in(world.owner).get(program.address(redirect_uri=KNOWN)).status_code == 200


@pytest.mark.parametrize("url", [FOREIGN, "https://chatgpt.com/other", "http://localhost:1/callback"])
def test_anything_else_is_accepted_only_after_a_warning(world: World, program: Program, url: str) -> None:
    action, client = asked_for(program, url), browser(world.owner)
    warned = post(client, action, {"action": "accept"})
    assert "Careful: this is not an address that the chosen assistant is known to use" in text_of(warned)
    assert registered(program) == [CALLBACK]
    assert post(client, action, {"action": "accept", "confirmed": "1"}).status_code == 302
    assert registered(program) == [CALLBACK, url]


def test_a_public_client_is_always_warned_about(world: World, register: Register) -> None:
    program = register(assistant="chatgpt", public=True)
    warned = post(browser(world.owner), asked_for(program, KNOWN), {"action": "accept"})
    assert "this consumer has no secret" in text_of(warned)
    assert registered(program) == [CALLBACK]


def test_dismissed_stays_dismissed(world: World, program: Program) -> None:
    url, client = asked_for(program, KNOWN), browser(world.owner)
    assert post(client, url, {"action": "dismiss"}).status_code == 302
    Client().get(program.address(redirect_uri=KNOWN))
    assert KNOWN not in text_of(client.get(f"{LIST}{program.consumer.pk}/connect/"))
    assert post(client, url, {"action": "accept"}).status_code == 404
    assert registered(program) == [CALLBACK]


@pytest.mark.parametrize("who", ["stranger", "colleague"])
def test_nobody_else_accepts(world: World, program: Program, who: str) -> None:
    url = asked_for(program, KNOWN)
    answer = post(browser(getattr(world, who)), url, {"action": "accept", "confirmed": "1"})
    assert answer.status_code in {403, 404}
    assert registered(program) == [CALLBACK]


def test_a_callback_of_another_consumer_is_not_accepted_here(
    world: World, program: Program, register: Register
) -> None:
    other = register(name="Other", assistant="chatgpt")
    parked = asked_for(other, KNOWN).rstrip("/").rpartition("/")[2]
    url = f"{LIST}{program.consumer.pk}/connect/callbacks/{parked}/"
    assert post(browser(world.owner), url, {"action": "accept"}).status_code == 404
    assert registered(program) == registered(other) == [CALLBACK]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Paste the callback URL that the assistant shows."),
        ("chatgpt.com/x", "Begin the callback URL with https://"),
        ("http://localhost:8000/mcp/oauth/fracttal-one", "an address of this server"),
        ("https://a.example/\0", "plain characters"),
    ],
)
def test_a_wrong_callback_is_answered_beside_its_field(
    world: World, program: Program, typed: str, sentence: str
) -> None:
    client, url = browser(world.owner), f"{LIST}{program.consumer.pk}/connect/callbacks/"
    answer = post(client, url, {"callback_url": typed})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert registered(program) == [CALLBACK]


def test_without_javascript_a_pasted_callback_is_registered(world: World, program: Program) -> None:
    client, url = browser(world.owner), f"{LIST}{program.consumer.pk}/connect/callbacks/"
    answer = post(client, url, {"callback_url": f" {KNOWN} "})
    assert answer["Location"] == f"{LIST}{program.consumer.pk}/connect/"
    assert registered(program) == [CALLBACK, KNOWN]
    assert "Callback URL registered." in text_of(client.get(answer["Location"]))


def polled(client: Client, program: Program, **asked: Any) -> Any:
    url = f"{LIST}{program.consumer.pk}/connect/steps/"
    return client.get(url, asked, headers={"HX-Request": "true"})


def test_the_poll_answers_only_if_something_changed(world: World, program: Program) -> None:
    client = browser(world.owner)
    first = polled(client, program)
    have = text_of(first).partition('"have": "')[2].partition('"')[0]
    assert polled(client, program, have=have).status_code == 204
    Client().get(program.address(redirect_uri=KNOWN))
    changed = polled(client, program, have=have)
    assert changed.status_code == 200
    assert KNOWN in text_of(changed)


def test_the_page_stops_watching_after_half_an_hour(world: World, program: Program) -> None:
    page = text_of(polled(browser(world.owner), program, began="1000"))
    assert "hx-trigger" not in page
    assert "This page no longer refreshes by itself." in page


@pytest.mark.parametrize("since", ["x", "-1", "99999999999999999999", "9999999999", "\0", "٣"])
def test_any_beginning_is_read(world: World, program: Program, since: str) -> None:
    client = browser(world.owner)
    for url in (f"{LIST}{program.consumer.pk}/connect/", f"{LIST}{program.consumer.pk}/connect/steps/"):
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(url, {"since": since, "began": since}, headers=headers)
            assert answer.status_code in {200, 302}


def test_a_new_attempt_forgets_the_last_one(world: World, program: Program) -> None:
    signed_in(world.owner).get(program.address(code_challenge=None))
    client, url = browser(world.owner), f"{LIST}{program.consumer.pk}/connect/"
    assert "Stopped at:" in text_of(client.get(url))
    assert "Stopped at:" not in text_of(client.get(url, {"since": "9999999999"}))
    assert drawn(client, url)["csrfmiddlewaretoken"]
