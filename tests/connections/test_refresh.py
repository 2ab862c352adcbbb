"""The token for requests to Fracttal One, against a real token endpoint."""

from __future__ import annotations

import base64
import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection as database
from django.utils import timezone

from connections import refresh as access
from connections.models import ApiConnection, LinkedAccount
from connections.program_tokens import ProgramTokens
from connections.refresh import (
    LinkDead,
    NotLinked,
    kept_token_of_person,
    mark_dead,
    token_of_person,
)
from connections.token_requests import ConsumerRefused, Unavailable
from tests.conftest import World
from tests.connections.conftest import (
    PROGRAM_SECRET,
    SECRET,
    Answer,
    FracttalOne,
    counting,
    error,
    link,
    pause,
    tokens,
)


def stored(world: World) -> LinkedAccount:
    return LinkedAccount.objects.get(user=world.owner)


# --- what gives no token ------------------------------------------------------------------


def test_case_149_a_person_without_a_link_gets_nobodys_token(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    """MCP authorization: no shared and no fallback credential."""
    link(connection, world.colleague)
    for look in (kept_token_of_person, token_of_person):
        with pytest.raises(NotLinked):
            look(connection.pk, world.owner.pk)
    assert fracttal.seen == []


def test_a_company_that_went_back_to_the_embedded_api_uses_no_link(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    link(connection, world.owner)
    ApiConnection.objects.update(kind=ApiConnection.Kind.EMBEDDED)
    with pytest.raises(NotLinked):
        token_of_person(connection.pk, world.owner.pk)
    with pytest.raises(NotLinked):
        ProgramTokens().get(connection.pk)
    assert fracttal.seen == []


@pytest.mark.parametrize("answer", [error("invalid_grant"), error("invalid_grant", 401)])
def test_a_refused_refresh_token_ends_the_link_once_and_nobody_asks_again(
    world: World, connection: ApiConnection, fracttal: FracttalOne, answer: Answer
) -> None:
    link(connection, world.owner, seconds=-1)
    fracttal.script = lambda *_request: answer
    for _ in range(3):
        with pytest.raises(LinkDead):
            token_of_person(connection.pk, world.owner.pk)
    assert len(fracttal.token_requests) == 1
    assert stored(world).dead_since is not None


def test_a_link_without_a_refresh_token_ends_with_its_token(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    made = link(connection, world.owner, seconds=-1)
    LinkedAccount.objects.filter(pk=made.pk).update(refresh_token="")
    with pytest.raises(LinkDead):
        token_of_person(connection.pk, world.owner.pk)
    assert fracttal.seen == []


def test_a_refused_consumer_is_not_the_persons_fault(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    link(connection, world.owner, seconds=-1)
    fracttal.script = lambda *_request: error("invalid_client", 401)
    with pytest.raises(ConsumerRefused):
        token_of_person(connection.pk, world.owner.pk)
    assert stored(world).is_live


@pytest.mark.parametrize(
    "answer",
    [
        None,
        (500, b""),
        (503, b"<html>"),
        (429, b"{}"),
        (302, b""),
        (400, b"<p>Bad Request</p>"),
        (401, b""),
        (401, b"<html>"),
        (403, b"<html>Blocked by the firewall</html>"),
        (403, b"{}"),
        (404, b""),
        (407, b""),
        (408, b""),
        (413, b""),
        (421, b""),
        error("invalid_request"),
        error("invalid_scope"),
        error("temporarily_unavailable"),
        error("access_denied", 403),
        error("invalid_grant", 500),
        (400, b'{"error": ["invalid_grant"]}'),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"access_token": 7}'),
        (200, b'{"access_token": "a b"}'),
        (200, b'{"access_token": "a\\r\\nX: y"}'),
        (200, b'{"access_token": ""}'),
    ],
)
def test_an_answer_that_says_nothing_keeps_the_link(
    world: World, connection: ApiConnection, fracttal: FracttalOne, answer: Answer | None
) -> None:
    link(connection, world.owner, seconds=-1)
    fracttal.script = lambda *_request: answer
    with pytest.raises(Unavailable):
        token_of_person(connection.pk, world.owner.pk)
    assert stored(world).is_live


def test_a_token_endpoint_that_is_down_is_not_hammered_and_recovers(
    world: World, connection: ApiConnection, fracttal: FracttalOne, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "PAUSE", dt.timedelta(seconds=30))
    link(connection, world.owner, seconds=60)  # still valid, but due for a refresh
    fracttal.script = lambda *_request: (503, b"")
    assert [token_of_person(connection.pk, world.owner.pk) for _ in range(5)] == ["access-1"] * 5
    assert len(fracttal.token_requests) == 2
    LinkedAccount.objects.update(lease_ends_at=timezone.now())
    fracttal.script = counting
    assert token_of_person(connection.pk, world.owner.pk) == "access-2"


def test_a_link_whose_key_is_gone_is_dead(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    made = link(connection, world.owner)
    LinkedAccount.objects.filter(pk=made.pk).update(access_token="gone." + made.access_token)
    with pytest.raises(LinkDead):
        token_of_person(connection.pk, world.owner.pk)
    mark_dead(connection.pk, world.owner.pk, "access-1")
    assert fracttal.seen == []


# --- refresh --------------------------------------------------------------------------------


def test_a_token_is_renewed_ahead_of_its_end_and_stored(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    link(connection, world.owner, seconds=299)
    assert kept_token_of_person(connection.pk, world.owner.pk) is None
    assert token_of_person(connection.pk, world.owner.pk) == "access-2"
    assert fracttal.token_requests == [
        {
            "grant_type": "refresh_token",
            "refresh_token": "refresh-1",
            "resource": connection.api_url,
        }
    ]
    expected = base64.b64encode(f"gateway:{SECRET}".encode()).decode()
    assert fracttal.seen[0][3] == f"Basic {expected}"
    row = stored(world)
    assert (row.open_access_token(), row.open_refresh_token(), row.generation) == ("access-2", "refresh-2", 2)
    assert dt.timedelta(seconds=7190) < row.expires_at - timezone.now() <= dt.timedelta(seconds=7200)
    assert row.expires_at - row.refresh_at == dt.timedelta(seconds=300)
    assert kept_token_of_person(connection.pk, world.owner.pk) == "access-2"


def test_a_token_that_was_refused_is_renewed_whatever_its_age(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    link(connection, world.owner)
    assert token_of_person(connection.pk, world.owner.pk) == "access-1"
    assert kept_token_of_person(connection.pk, world.owner.pk, refused="access-1") is None
    assert token_of_person(connection.pk, world.owner.pk, refused="access-1") == "access-2"
    assert token_of_person(connection.pk, world.owner.pk, refused="access-1") == "access-2"
    assert len(fracttal.token_requests) == 1


def test_the_old_refresh_token_stays_where_the_answer_has_none(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    """docs/reference/fracttal-api.md#grants-and-tokens: rotation is possible, not guaranteed."""
    link(connection, world.owner, seconds=1)
    fracttal.script = lambda *_request: tokens(2, refresh_token=None, expires_in=None)
    assert token_of_person(connection.pk, world.owner.pk) == "access-2"
    row = stored(world)
    assert row.open_refresh_token() == "refresh-1"
    assert row.expires_at - timezone.now() > dt.timedelta(seconds=7100)


def test_a_lost_answer_is_fetched_again_with_the_same_refresh_token(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    link(connection, world.owner, seconds=1)
    answers = iter([None, tokens(2)])
    fracttal.script = lambda *_request: next(answers)
    assert token_of_person(connection.pk, world.owner.pk) == "access-2"
    assert [fields["refresh_token"] for fields in fracttal.token_requests] == ["refresh-1", "refresh-1"]


def test_case_207_a_used_up_refresh_token_after_a_lost_answer_asks_to_link_again(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    """Upstream rotates, the answer is lost: reconnect at worst, never a wrong person's token."""
    link(connection, world.owner, seconds=1)
    other = link(connection, world.colleague, seconds=7200)
    answers = iter([None, error("invalid_grant")])
    fracttal.script = lambda *_request: next(answers)
    with pytest.raises(LinkDead):
        token_of_person(connection.pk, world.owner.pk)
    assert LinkedAccount.objects.get(pk=other.pk).is_live


def test_a_process_that_died_while_refreshing_holds_nobody_up_for_ever(
    world: World, connection: ApiConnection, fracttal: FracttalOne, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "LEASE", dt.timedelta(seconds=0.5))
    made = link(connection, world.owner, seconds=-1)
    assert access._take_lease(made, timezone.now()) is not None
    assert token_of_person(connection.pk, world.owner.pk) == "access-2"


@pytest.mark.django_db(transaction=True)
def test_case_206_fifty_calls_at_once_refresh_once(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    """One refresh, fifty answers, one pair stored."""
    link(connection, world.owner, seconds=-1)

    def slow(method: str, path: str, fields: dict[str, str], who: str) -> Answer:
        pause(0.3)
        return counting(method, path, fields, who)

    fracttal.script = slow
    together = threading.Barrier(25)

    def ask(_number: int) -> str:
        try:
            together.wait(10)
            return token_of_person(connection.pk, world.owner.pk)
        finally:
            database.close()

    with ThreadPoolExecutor(25) as pool:
        assert set(pool.map(ask, range(50))) == {"access-2"}
    assert len(fracttal.token_requests) == 1
    assert stored(world).generation == 2


def test_what_is_unlinked_during_a_refresh_stays_unlinked(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    made = link(connection, world.owner, seconds=-1)
    lease = access._take_lease(made, timezone.now())
    assert lease is not None
    LinkedAccount.objects.all().delete()
    with pytest.raises(NotLinked):
        access._refresh(made, lease)
    assert not LinkedAccount.objects.exists()


# --- a dead link ------------------------------------------------------------------------------


def test_case_208_a_link_is_marked_dead_once_and_not_for_an_older_token(
    world: World, connection: ApiConnection, caplog: pytest.LogCaptureFixture
) -> None:
    """401 twice: dead, said once; a newer pair is not buried by news of an old one."""
    link(connection, world.owner)
    mark_dead(connection.pk, world.owner.pk, "access-0")
    assert stored(world).is_live
    for _ in range(3):
        mark_dead(connection.pk, world.owner.pk, "access-1")
    assert not stored(world).is_live
    assert len([line for line in caplog.messages if "is dead" in line]) == 1
    assert "access-1" not in caplog.text


# --- programs -------------------------------------------------------------------------------


def test_a_program_shows_the_companys_own_token_and_asks_for_it_once(
    connection: ApiConnection, fracttal: FracttalOne
) -> None:
    programs = ProgramTokens()
    fracttal.script = lambda *_request: tokens(len(fracttal.token_requests))
    assert [programs.get(connection.pk) for _ in range(3)] == ["access-1"] * 3
    assert fracttal.token_requests == [{"grant_type": "client_credentials", "resource": connection.api_url}]
    expected = base64.b64encode(f"program:{PROGRAM_SECRET}".encode()).decode()
    assert fracttal.seen[0][3] == f"Basic {expected}"
    assert programs.get(connection.pk, refused="access-1") == "access-2"
    connection.set_program_secret("another-secret")
    connection.save()
    assert programs.get(connection.pk) == "access-3"


def test_a_program_without_a_consumer_there_gets_no_persons_token(
    world: World, connection: ApiConnection, fracttal: FracttalOne
) -> None:
    link(connection, world.owner)
    ApiConnection.objects.update(program_secret="")
    with pytest.raises(NotLinked):
        ProgramTokens().get(connection.pk)
    assert fracttal.seen == []


@pytest.mark.parametrize("answer", [error("invalid_client", 401), (401, b""), error("invalid_grant")])
def test_a_refused_program_is_the_administrators_business(
    connection: ApiConnection, fracttal: FracttalOne, answer: Answer
) -> None:
    fracttal.script = lambda *_request: answer
    with pytest.raises(ConsumerRefused):
        ProgramTokens().get(connection.pk)
