"""Security cases 84, 85, 93: concurrent requests, with real threads on a real database."""

from __future__ import annotations

from typing import Any

import pytest

from consumers.models import AccessToken, AppAuthorization, RefreshToken
from tests.conftest import World
from tests.consumers.conftest import Program, Register, answer_of, decide, is_live, signed_in
from tests.consumers.racing import apart, at_once

pytestmark = pytest.mark.django_db(transaction=True)
PARALLEL = 8
ROUNDS = 12


@pytest.fixture(params=["confidential", "public"])
def racer(register: Register, request: pytest.FixtureRequest) -> Program:
    return register(public=request.param == "public")


def test_case_084_parallel_redemptions_of_one_code(racer: Program, world: World) -> None:
    """RFC 6749 §10.5: one answer with tokens, and a replay that kills them; never two families."""
    for _ in range(ROUNDS):
        code = racer.code(world.owner)
        answers = at_once(PARALLEL, lambda _n, code=code: apart(racer).redeem(code))  # type: ignore[misc]
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [200] + [400] * (PARALLEL - 1)
        assert {answer.json().get("error") for answer in answers} == {None, "invalid_grant"}
        # The losers are replays, so the winner's tokens are revoked too, and no others exist.
        assert not AccessToken.objects.exists()
        assert not RefreshToken.objects.filter(revoked=None).exists()
    assert RefreshToken.objects.count() == ROUNDS
    assert not AppAuthorization.objects.live().exists()


def test_case_085_different_codes_at_once(register: Register, world: World) -> None:
    """Every answer a 200, and every pair alive."""
    programs = [register(name=f"Program {number}") for number in range(20)]
    codes = [program.code(world.owner) for program in programs]
    answers = at_once(20, lambda number: apart(programs[number]).redeem(codes[number]))
    assert [answer.status_code for answer in answers] == [200] * 20
    assert all(is_live(answer.json()["access_token"]) for answer in answers)


def test_case_093_parallel_refreshes_of_one_token(racer: Program, world: World) -> None:
    """FAPI 2.0 §5.3.2.1: each caller ends with a live pair, and the connection goes on."""
    for _ in range(ROUNDS):
        token = racer.connect(world.owner)["refresh_token"]
        answers = at_once(PARALLEL, lambda _n, token=token: apart(racer).refresh(token))  # type: ignore[misc]
        assert [answer.status_code for answer in answers] == [200] * PARALLEL
        pairs = [answer.json() for answer in answers]
        assert len({pair["refresh_token"] for pair in pairs}) == PARALLEL
        assert all(is_live(pair["access_token"]) for pair in pairs)
        assert racer.refresh(pairs[-1]["refresh_token"]).status_code == 200


def test_refresh_against_revocation(program: Program, world: World) -> None:
    """Whichever comes first, nothing is valid afterwards."""
    for _ in range(ROUNDS):
        token = program.connect(world.owner)["refresh_token"]
        authorization = AppAuthorization.objects.live().get()

        def work(number: int, token: str = token, authorization: AppAuthorization = authorization) -> Any:
            return apart(program).refresh(token) if number % 2 else authorization.revoke(by=world.owner)

        answers = [answer for answer in at_once(PARALLEL, work) if answer is not None]
        assert {answer.status_code for answer in answers} <= {200, 400}
        assert not any(
            is_live(answer.json()["access_token"]) for answer in answers if answer.status_code == 200
        )
        assert not AppAuthorization.objects.live().exists()


def test_two_consents_at_once_make_one_authorization(program: Program, world: World) -> None:
    """Two tabs, two clicks."""
    browsers = [signed_in(world.owner) for _ in range(4)]
    pages = [browser.get(program.address()) for browser in browsers]
    answers = at_once(4, lambda number: decide(browsers[number], pages[number]))
    assert len({answer_of(answer)["code"] for answer in answers}) == 4
    assert AppAuthorization.objects.count() == 1
