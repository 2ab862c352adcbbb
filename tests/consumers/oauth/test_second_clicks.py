"""A double click on Approve or Refuse gets the same answer as a single one (H17)."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from consumers.models import AccessToken, AppAuthorization, AuthorizationRequest, Grant
from tests.conftest import World
from tests.consumers.conftest import Program, Register, answer_of, decide, request_id, signed_in
from tests.factories import MembershipFactory


@pytest.fixture
def browser(world: World) -> Client:
    return signed_in(world.owner)


def says(response: Any, code: str) -> bool:
    return (
        response.status_code == 400
        and f"<code>{code}</code>" in response.content.decode()
        and "Location" not in response
    )


def test_case_068_the_same_decision_twice(browser: Client, program: Program) -> None:
    """One code, which both answers bring; no second consent, and the code works once."""
    page = browser.get(program.address())
    first, second = decide(browser, page), decide(browser, page)
    assert second["Location"] == first["Location"]
    assert second["Referrer-Policy"] == "no-referrer"
    assert "no-store" in second["Cache-Control"]
    assert Grant.objects.count() == AppAuthorization.objects.count() == 1
    code = answer_of(second)["code"]
    assert program.redeem(code).status_code == 200


def test_the_same_refusal_twice(browser: Client, program: Program) -> None:
    page = browser.get(program.address())
    first, second = decide(browser, page, approve=False), decide(browser, page, approve=False)
    assert second["Location"] == first["Location"]
    assert answer_of(second)["error"] == "access_denied"
    assert not Grant.objects.exists()


def test_a_code_that_was_redeemed_is_not_brought_again(browser: Client, program: Program) -> None:
    """RFC 9700 §2.1.1: a replay would end the connection. The page says that the program is connected."""
    page = browser.get(program.address())
    code = answer_of(decide(browser, page))["code"]
    tokens = program.redeem(code)
    assert tokens.status_code == 200
    done = decide(browser, page)
    assert done.status_code == 200
    assert b"has the access you approved" in done.content
    assert code.encode() not in done.content
    assert b'href="https://chatgpt.com"' in done.content
    assert AccessToken.objects.count() == 1, "the connection lives"
    assert AppAuthorization.objects.live().count() == 1


@pytest.mark.parametrize(("first", "code"), [(True, "already_approved"), (False, "already_refused")])
def test_another_decision_changes_nothing(browser: Client, program: Program, first: bool, code: str) -> None:
    """The page says what was decided first, not that nothing was."""
    page = browser.get(program.address())
    decide(browser, page, approve=first)
    second = decide(browser, page, approve=not first)
    assert says(second, code)
    assert (b"Nothing was" in second.content) == (not first)
    assert Grant.objects.count() == int(first)


def test_a_tick_that_was_taken_away_meanwhile_is_not_passed_over(browser: Client, program: Program) -> None:
    """The answer to "without writing" never carries a code that allows it."""
    page = browser.get(program.address())
    decide(browser, page, write=True)
    assert says(decide(browser, page, write=False), "already_approved")


def test_the_answer_is_for_the_same_session_and_person_alone(
    browser: Client, program: Program, world: World
) -> None:
    MembershipFactory(user=world.stranger, permission_group=world.owner_group)
    page = browser.get(program.address())
    decide(browser, page)
    for other in (signed_in(world.owner), signed_in(world.stranger), Client()):
        answer = decide(other, page)
        assert "code=" not in answer["Location"]
        assert "/oauth/authorize/again/" in answer["Location"]
    assert Grant.objects.count() == 1


def test_a_second_click_after_minutes_brings_a_code_that_works(browser: Client, program: Program) -> None:
    """The first answer is still on its slow line when its code has ended."""
    page = browser.get(program.address())
    first = decide(browser, page)
    Grant.objects.update(expires=timezone.now() - dt.timedelta(seconds=1))
    assert program.redeem(answer_of(first)["code"]).json()["error"] == "invalid_grant"
    second = decide(browser, page)
    assert second["Location"] == first["Location"]
    assert program.redeem(answer_of(second)["code"]).status_code == 200
    assert AppAuthorization.objects.count() == 1


def test_no_code_lives_longer_than_ten_minutes(browser: Client, program: Program) -> None:
    """RFC 6749 §4.1.2, however often the person presses the button."""
    page = browser.get(program.address())
    decide(browser, page)
    kept = AuthorizationRequest.objects.get(pk=request_id(page))
    assert kept.decided_at is not None
    lifetime = Grant.objects.get().expires - kept.decided_at
    assert kept.expires_at - kept.decided_at + lifetime < dt.timedelta(minutes=10)
    AuthorizationRequest.objects.update(expires_at=timezone.now())
    assert says(decide(browser, page), "already_approved")


def test_nobody_gets_a_code_of_what_was_stopped_in_between(
    browser: Client, program: Program, world: World
) -> None:
    page = browser.get(program.address())
    decide(browser, page)
    AppAuthorization.objects.get().revoke(by=world.owner)
    ended = decide(browser, page)
    assert says(ended, "ended_since")
    assert b"Start again" in ended.content
    assert not Grant.objects.exists()


def test_what_was_not_allowed_stays_so(browser: Client, program: Program) -> None:
    page = browser.get(program.address())
    program.consumer.enabled = False
    program.consumer.save()
    assert decide(browser, page).status_code == 403
    program.consumer.enabled = True
    program.consumer.save()
    assert decide(browser, page).status_code == 403
    assert not Grant.objects.exists()


def test_codes_are_of_256_bits_and_no_two_are_alike(register: Register, world: World) -> None:
    """Each code belongs to its request and session, and none is in the database."""
    program = register()
    codes = [program.code(world.owner) for _number in range(5)]
    assert len(set(codes)) == 5
    assert all(code.startswith("fmc_") and len(code) == 47 for code in codes)
    stored = str(list(Grant.objects.values())) + str(list(AuthorizationRequest.objects.values()))
    assert not [code for code in codes if code in stored]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("approve", [True, False])
def test_clicks_at_the_same_moment_have_one_answer(program: Program, world: World, approve: bool) -> None:
    """The second one waits for the first, however slow it is, and returns its code."""
    browser = signed_in(world.owner)
    page = browser.get(program.address())
    session = browser.cookies["session"].value
    together = threading.Barrier(4)

    def click(_number: int) -> str:
        client = Client()
        client.cookies["session"] = session
        together.wait(10)
        try:
            return str(decide(client, page, approve=approve)["Location"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        ends = set(pool.map(click, range(4)))
    assert len(ends) == 1
    assert Grant.objects.count() == int(approve)
