"""Each OAuth event leaves exactly one row with the right person, app and outcome, and no secret."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone

from audit.kinds import Kind
from audit.recording import record
from consumers.models import Consumer, Grant, RefreshToken
from consumers.oauth import events
from tests.audit.reading import Row, events_since, last_event, whole_log
from tests.conftest import World
from tests.consumers.conftest import Program, Register, answer_of, decide, signed_in

pytestmark = pytest.mark.django_db

OWNER, APP = "owner@example.com", "ChatGPT"


def of_owner(kind: str, outcome: str = "done", reason: str = "") -> Row:
    return (kind, outcome, reason, OWNER, APP)


def of_app(kind: str, outcome: str = "refused", reason: str = "") -> Row:
    return (kind, outcome, reason, "", APP)


def approve(program: Program, world: World) -> None:
    program.code(world.owner)


def refuse(program: Program, world: World) -> None:
    browser = signed_in(world.owner)
    page = browser.get(program.address())
    assert answer_of(decide(browser, page, approve=False))["error"] == "access_denied"


def approve_twice(program: Program, world: World) -> None:
    browser = signed_in(world.owner)
    page = browser.get(program.address())
    assert answer_of(decide(browser, page)) == answer_of(decide(browser, page))


def redeem(program: Program, world: World) -> None:
    program.connect(world.owner)


def refresh(program: Program, world: World) -> None:
    tokens = program.connect(world.owner)
    assert program.refresh(tokens["refresh_token"]).status_code == 200


def replay_code(program: Program, world: World) -> None:
    code = program.code(world.owner)
    assert [program.redeem(code).status_code for _ in range(2)] == [200, 400]


def replay_refresh(program: Program, world: World) -> None:
    tokens = program.connect(world.owner)
    assert program.refresh(tokens["refresh_token"]).status_code == 200
    RefreshToken.objects.exclude(superseded_at=None).update(
        superseded_at=timezone.now() - dt.timedelta(minutes=5)
    )
    assert program.refresh(tokens["refresh_token"]).status_code == 400


def revoke(program: Program, world: World) -> None:
    token = program.connect(world.owner)["access_token"]
    body = f"token={token}&client_id={program.key}&client_secret={program.secret}"
    assert [program.post("/oauth/revoke", body).status_code for _ in range(2)] == [200, 200]


def revoke_refresh_token(program: Program, world: World) -> None:
    token = program.connect(world.owner)["refresh_token"]
    body = f"token={token}&client_id={program.key}&client_secret={program.secret}"
    assert [program.post("/oauth/revoke", body).status_code for _ in range(2)] == [200, 200]


def introspect(program: Program, world: World) -> None:
    body = f"token=fma_unknown&client_id={program.key}&client_secret={program.secret}"
    assert program.post("/oauth/introspect", body).json() == {"active": False}


def wrong_secret(program: Program, world: World) -> None:
    assert program.token(grant_type="authorization_code", client_secret="wrong").status_code == 401


def unknown_code(program: Program, world: World) -> None:
    assert program.redeem("fmc_" + "x" * 43).status_code == 400


def expired_code(program: Program, world: World) -> None:
    code = program.code(world.owner)
    Grant.objects.update(expires=timezone.now() - dt.timedelta(seconds=1))
    assert program.redeem(code).status_code == 400


def wrong_verifier(program: Program, world: World) -> None:
    assert program.redeem(program.code(world.owner), code_verifier="v" * 43).status_code == 400


def wrong_grant_type(program: Program, world: World) -> None:
    assert program.token(grant_type="password").status_code == 400


def wrong_callback(program: Program, world: World) -> None:
    page = signed_in(world.owner).get(program.address(redirect_uri="https://elsewhere.example/cb?token=s3"))
    assert page.status_code == 400


def without_pkce(program: Program, world: World) -> None:
    answer = signed_in(world.owner).get(program.address(code_challenge=None, code_challenge_method=None))
    assert answer_of(answer)["error"] == "invalid_request"


def unknown_app(program: Program, world: World) -> None:
    assert signed_in(world.owner).get(program.address(client_id="fmk_nobody")).status_code == 400


APPROVED = [of_owner("consent.given"), of_owner("token.code_issued")]
CONNECTED = [*APPROVED, of_owner("token.issued")]
Act = Callable[[Program, World], None]
CASES: list[tuple[Act, list[Row]]] = [
    (approve, APPROVED),
    (approve_twice, APPROVED),
    (refuse, [of_owner("consent.refused", "refused")]),
    (redeem, CONNECTED),
    (refresh, [*CONNECTED, of_owner("token.refreshed")]),
    (replay_code, [*CONNECTED, of_owner("token.replayed", "refused", "code_replayed")]),
    (
        replay_refresh,
        [
            *CONNECTED,
            of_owner("token.refreshed"),
            of_owner("token.replayed", "refused", "refresh_token_replayed"),
        ],
    ),
    (revoke, [*CONNECTED, of_owner("token.revoked")]),
    (revoke_refresh_token, [*CONNECTED, of_owner("token.revoked")]),
    (introspect, []),
    (wrong_secret, [of_app("token.refused", reason="secret_wrong")]),
    (unknown_code, [of_app("token.refused", reason="code_unknown")]),
    (expired_code, [*APPROVED, of_app("token.refused", reason="code_expired")]),
    (wrong_verifier, [*APPROVED, of_owner("token.refused", "refused", "invalid_grant")]),
    (wrong_grant_type, [of_app("token.refused", reason="unsupported_grant_type")]),
    (wrong_callback, [of_owner("consent.request_refused", "refused", "callback_unregistered")]),
    (without_pkce, [of_owner("consent.request_refused", "refused", "pkce_missing")]),
    (unknown_app, []),
]


@pytest.mark.parametrize(("act", "expected"), CASES, ids=[act.__name__ for act, _rows in CASES])
def test_case_264_each_event_leaves_exactly_one_row(
    world: World, program: Program, act: Act, expected: list[Row]
) -> None:
    before = last_event()
    act(program, world)
    assert events_since(before, world.company.pk) == expected
    assert events_since(before, world.other_company.pk) == []
    log = whole_log()
    for mark in (program.secret, "fms_", "fma_", "fmr_", "fmc_", "s3", "s-1"):
        assert mark not in log


def test_a_program_that_acts_for_the_company(world: World, register: Register) -> None:
    program = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, callback_urls=[])
    before = last_event()
    assert program.token(grant_type="client_credentials").status_code == 200
    assert events_since(before, world.company.pk) == [of_app("token.issued", "done")]


FORGED = [
    {"refused_because": "x" * 61},
    {"refused_because": "code_replayed"},
    {"authorization": "1"},
    {"user": "1"},
    {"grant": "1", "old": "1"},
    {"resources": "x", "scopes": "x"},
    {"client": "x", "shown_client_id": "x"},
    {"extra_credentials": "x", "response_type": "code token", "claims": "x", "max_age": "x"},
]


@pytest.mark.parametrize("forged", FORGED, ids=[" ".join(fields) for fields in FORGED])
def test_a_field_that_no_grant_knows_changes_nothing(
    world: World, program: Program, register: Register, forged: dict[str, str]
) -> None:
    """RFC 6749 §3.2: parameters that are not understood are ignored."""
    before = last_event()
    tokens = program.redeem(program.code(world.owner), **forged)
    assert tokens.status_code == 200
    assert tokens.json()["scope"] == "maintenance:read maintenance:write offline_access"
    assert program.refresh(tokens.json()["refresh_token"], **forged).status_code == 200
    assert program.redeem("fmc_" + "x" * 43, **forged).status_code == 400
    machine = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, callback_urls=[])
    assert machine.token(grant_type="client_credentials", **forged).status_code == 200
    assert machine.token(grant_type="client_credentials", scope="unknown", **forged).status_code == 400
    assert events_since(before, world.company.pk) == [
        *CONNECTED,
        of_owner("token.refreshed"),
        of_app("token.refused", reason="code_unknown"),
        of_app("token.issued", "done"),
        of_app("token.refused", reason="invalid_scope"),
    ]


@pytest.mark.parametrize("callback", [None, "https://elsewhere.example/cb"])
def test_the_log_does_not_name_a_person_of_another_company(
    world: World, program: Program, callback: str | None
) -> None:
    """A link to our authorization endpoint must not tell a company who followed it."""
    changes = {} if callback is None else {"redirect_uri": callback}
    before = last_event()
    assert signed_in(world.stranger).get(program.address(**changes)).status_code in {400, 403}
    (row,) = events_since(before, world.company.pk)
    reason = "callback_unregistered" if callback else "not_a_member"
    assert row == of_app("consent.request_refused", reason=reason)
    assert world.stranger.email not in whole_log()


def test_refusals_are_bounded_for_each_app_and_reason(
    world: World, program: Program, register: Register
) -> None:
    before = last_event()
    for _ in range(events.MOST_REFUSALS + 3):
        program.redeem("fmc_" + "x" * 43)
    other = register(name="Claude")
    other.redeem("fmc_" + "x" * 43)
    rows = [row[4] for row in events_since(before, world.company.pk)]
    assert rows == [APP] * events.MOST_REFUSALS + ["Claude"]


def test_tokens_that_cannot_be_stored_leave_no_row(
    world: World, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is in the transaction of the tokens: where one is missing, the other is too."""
    code, before = program.code(world.owner), last_event()

    def recorded_and_then_broken(*args: object, **kwargs: object) -> None:
        record(Kind.TOKEN_ISSUED, company_id=world.company.pk)
        assert transaction.get_connection().in_atomic_block
        raise RuntimeError

    monkeypatch.setattr(events, "token_answered", recorded_and_then_broken)
    with pytest.raises(RuntimeError):
        program.redeem(code)
    assert events_since(before, world.company.pk) == []
    assert not RefreshToken.objects.exists()
