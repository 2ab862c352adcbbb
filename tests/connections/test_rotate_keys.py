"""Rotating the key of the credentials for Fracttal One in a running installation."""

from __future__ import annotations

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts import second_factors
from connections.linking import begin
from connections.management.commands import rotate_keys
from connections.models import ApiConnection, LinkAttempt, LinkedAccount
from fracttal_mcp import key_check
from tests.conftest import World
from tests.connections.conftest import PROGRAM_SECRET, SECRET, link
from tests.consumers.sealing_keys import new_key


def reseal() -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


def readable(count: int) -> None:
    connection = ApiConnection.objects.get()
    assert (connection.open_client_secret(), connection.open_program_secret()) == (SECRET, PROGRAM_SECRET)
    links = LinkedAccount.objects.select_related("connection")
    pairs = [(row.open_access_token(), row.open_refresh_token()) for row in links]
    assert pairs == [("access-1", "refresh-1")] * count


def test_without_keys_or_without_the_old_one_it_says_so(
    world: World, connection: ApiConnection, settings: Settings
) -> None:
    link(connection, world.owner)
    settings.UPSTREAM_KEYS = new_key("other")
    with pytest.raises(CommandError, match="2 rows"):
        reseal()
    settings.UPSTREAM_KEYS = ""
    with pytest.raises(CommandError, match="not set"):
        reseal()


def test_case_226_a_change_of_keys_that_is_killed_goes_on_where_it_was(
    world: World, connection: ApiConnection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every credential is readable with the old or the new key at every moment."""
    link(connection, world.owner)
    link(connection, world.colleague)
    old, new = settings.UPSTREAM_KEYS, new_key("new")
    settings.UPSTREAM_KEYS = f"{new},{old}"
    steps = iter([True, False])

    def killed(row: LinkedAccount) -> bool | None:
        if next(steps):
            return one(row)
        raise KeyboardInterrupt

    one = rotate_keys._link
    monkeypatch.setattr(rotate_keys, "_link", killed)
    with pytest.raises(KeyboardInterrupt):
        reseal()
    readable(2)
    monkeypatch.setattr(rotate_keys, "_link", one)
    assert reseal() == "sealed anew: 1\n"
    assert reseal() == "sealed anew: 0\n"
    settings.UPSTREAM_KEYS = new
    readable(2)


def test_a_token_that_is_renewed_meanwhile_is_not_put_back(
    world: World, connection: ApiConnection, settings: Settings
) -> None:
    row = link(connection, world.owner)
    settings.UPSTREAM_KEYS = f"{new_key('new')},{settings.UPSTREAM_KEYS}"
    newer = LinkedAccount.objects.select_related("connection").get()
    newer.set_tokens("access-2", "refresh-2")
    newer.save()
    assert rotate_keys._link(row) is True
    assert LinkedAccount.objects.select_related("connection").get().open_access_token() == "access-2"


def test_attempts_that_ended_are_deleted(world: World, connection: ApiConnection) -> None:
    begin(connection, world.owner, "session", None)
    call_command("clear_expired_tokens", stdout=StringIO())
    assert LinkAttempt.objects.count() == 1
    LinkAttempt.objects.update(expires_at=timezone.now())
    call_command("clear_expired_tokens", stdout=StringIO())
    assert LinkAttempt.objects.count() == 0


@pytest.mark.parametrize("left", ["", "another"])
def test_case_257_a_lost_key_is_noticed_before_serving(
    world: World, connection: ApiConnection, settings: Settings, left: str
) -> None:
    """NIST SP 800-57: what nobody can open is said at once, and given up only on purpose."""
    link(connection, world.owner)
    assert key_check.problem() == ""
    settings.UPSTREAM_KEYS = new_key(left) if left else ""
    assert "UPSTREAM_KEYS lacks a key" in key_check.problem()
    with pytest.raises(CommandError, match="UPSTREAM_KEYS lacks a key"):
        call_command("serve")
    if not left:
        return
    out = StringIO()
    call_command("rotate_keys", "--forget-lost", stdout=out)
    assert "removed because no key opens it: 2" in out.getvalue()
    assert key_check.problem() == ""
    assert not LinkedAccount.objects.exists()
    connection.refresh_from_db()
    assert not connection.people_can_link


def test_case_257_a_lost_key_of_second_factors_is_noticed(world: World, settings: Settings) -> None:
    """A person whose second factor cannot be opened could not sign in."""
    settings.UPSTREAM_KEYS = new_key("old")
    Authenticator.objects.create(
        user=world.owner, type=Authenticator.Type.TOTP, data={"secret": second_factors.sealed("ABCDEFGH")}
    )
    assert key_check.problem() == ""
    settings.UPSTREAM_KEYS = new_key("new")
    assert "a second factor cannot be opened" in key_check.problem()
