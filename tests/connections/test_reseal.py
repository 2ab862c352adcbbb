"""Rotating the key of the credentials for Fracttal One in a running installation."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from connections.linking import begin
from connections.management.commands import reseal_upstream_accounts
from connections.models import ApiConnection, LinkAttempt, LinkedAccount
from tests.conftest import World
from tests.connections.conftest import PROGRAM_SECRET, SECRET, link
from tests.consumers.sealing_keys import new_key


def reseal() -> str:
    out = StringIO()
    call_command("reseal_upstream_accounts", stdout=out)
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

    one = reseal_upstream_accounts._link
    monkeypatch.setattr(reseal_upstream_accounts, "_link", killed)
    with pytest.raises(KeyboardInterrupt):
        reseal()
    readable(2)
    monkeypatch.setattr(reseal_upstream_accounts, "_link", one)
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
    assert reseal_upstream_accounts._link(row) is True
    assert LinkedAccount.objects.select_related("connection").get().open_access_token() == "access-2"


def test_attempts_that_ended_are_deleted(world: World, connection: ApiConnection) -> None:
    begin(connection, world.owner, "session", None)
    call_command("clear_expired_tokens", stdout=StringIO())
    assert LinkAttempt.objects.count() == 1
    LinkAttempt.objects.update(expires_at=timezone.now())
    call_command("clear_expired_tokens", stdout=StringIO())
    assert LinkAttempt.objects.count() == 0
