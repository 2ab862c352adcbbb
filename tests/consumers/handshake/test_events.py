"""What is noted while a program connects, read from the tables with plain SQL."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from consumers.handshake.models import HandshakeEvent, ParkedCallback
from consumers.handshake.parking import MOST_PARKED
from tests.conftest import World
from tests.consumers.conftest import CALLBACK, Program, Register, answer_of, decide, signed_in

OTHER = "https://chatgpt.com/connector/oauth/Zz9"


def events() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT step, reason FROM "{HandshakeEvent._meta.db_table}" WHERE consumer_id > 0')
        return set(cursor.fetchall())


def stored_text() -> str:
    with connection.cursor() as cursor:
        texts = []
        for model in (HandshakeEvent, ParkedCallback):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            texts += [str(row) for row in cursor.fetchall()]
    return "\n".join(texts)


def test_a_connection_leaves_one_row_for_each_step(world: World, program: Program) -> None:
    program.connect(world.owner)
    assert events() == {
        ("authorize", ""), ("sign_in", ""), ("consent", ""), ("code", ""), ("token", ""),
    }  # fmt: skip
    token = HandshakeEvent.objects.get(step="token")
    assert token.facts == {"method": "client_secret_post", "grant": "authorization_code"}


@pytest.mark.parametrize("way", ["client_secret_basic", "none"])
def test_the_token_step_says_how_the_client_authenticated(world: World, register: Register, way: str) -> None:
    program = register(public=way == "none")
    code = program.code(world.owner)
    if way == "none":
        assert program.redeem(code).status_code == 200
    else:
        body = (
            f"grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}"
            f"&code_verifier={program.verifier}"
        )
        assert program.post("/oauth/token", body, **program.basic()).status_code == 200
    assert HandshakeEvent.objects.get(step="token").facts["method"] == way


def test_a_renewal_is_no_step(world: World, program: Program) -> None:
    tokens = program.connect(world.owner)
    before = HandshakeEvent.objects.get(step="token").times
    cache.clear()
    assert program.refresh(tokens["refresh_token"]).status_code == 200
    assert HandshakeEvent.objects.get(step="token").times == before


def test_repeats_count_in_one_row(world: World, program: Program) -> None:
    for _ in range(3):
        cache.clear()  # two seconds pass
        program.token(grant_type="authorization_code", code="fmc_x", client_secret="fms_wrong")
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT reason, times FROM "{HandshakeEvent._meta.db_table}"')
        assert cursor.fetchall() == [("secret_wrong", 3)]


def test_nothing_secret_is_stored(world: World, program: Program) -> None:
    tokens = program.connect(world.owner, state="the-state-of-the-client")
    code = program.code(world.owner)
    program.redeem(code, client_secret="fms_guess-of-a-stranger")
    signed_in(world.owner).get(program.address(client_id=program.secret))
    program.token(client_id=program.secret, grant_type="client_credentials")
    text = stored_text()
    assert "secret_as_key" in text
    for secret in (
        program.secret, "guess-of-a-stranger", code, program.verifier, "the-state-of-the-client",
        *(value for name, value in tokens.items() if name.endswith("_token")),
    ):  # fmt: skip
        assert secret not in text


def test_an_unknown_callback_is_parked_and_never_followed(world: World, program: Program) -> None:
    page = signed_in(world.owner).get(program.address(redirect_uri=OTHER))
    assert page.status_code == 400
    assert "Location" not in page
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT consumer_id, url, asked_by_id FROM "{ParkedCallback._meta.db_table}"')
        assert cursor.fetchall() == [(program.consumer.pk, OTHER, world.owner.pk)]
    program.consumer.refresh_from_db()
    assert program.consumer.callback_urls == [CALLBACK]


def test_a_stranger_is_not_named_with_a_parked_callback(world: World, program: Program) -> None:
    signed_in(world.stranger).get(program.address(redirect_uri=OTHER))
    Client().get(program.address(redirect_uri=OTHER))
    assert ParkedCallback.objects.get().asked_by is None


@pytest.mark.parametrize(
    "url", ["http://evil.example/cb", "javascript:alert(1)", "https://a.example/" + "x" * 600]
)
def test_what_could_not_be_registered_is_not_parked(world: World, program: Program, url: str) -> None:
    Client().get(program.address(redirect_uri=url))
    assert not ParkedCallback.objects.exists()


def test_a_flood_of_callbacks_leaves_the_newest(world: World, program: Program) -> None:
    for number in range(MOST_PARKED + 3):
        Client().get(program.address(redirect_uri=f"https://a.example/{number}"))
    kept = set(ParkedCallback.objects.values_list("url", flat=True))
    assert kept == {f"https://a.example/{number}" for number in range(3, MOST_PARKED + 3)}


def test_what_is_older_than_thirty_days_is_deleted(world: World, program: Program) -> None:
    Client().get(program.address(redirect_uri=OTHER))
    for age, left in ((29, 1), (31, 0)):
        past = timezone.now() - dt.timedelta(days=age)
        HandshakeEvent.objects.update(at=past)
        ParkedCallback.objects.update(at=past)
        call_command("clear_expired_tokens", verbosity=0)
        assert (HandshakeEvent.objects.count(), ParkedCallback.objects.count()) == (left, left)


def test_a_lost_event_does_not_disturb_the_request(
    world: World, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr("consumers.handshake.recording.store", broken)
    browser = signed_in(world.owner)
    code = answer_of(decide(browser, browser.get(program.address())))["code"]
    assert json.loads(program.redeem(code).content)["access_token"]
