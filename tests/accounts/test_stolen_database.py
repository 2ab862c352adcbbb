"""What somebody finds in a stolen database: no key of a session, no secret of a second factor."""

from __future__ import annotations

import base64
import importlib
import re
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.conftest import World
from tests.consumers.sealing_keys import new_key
from tests.pages import browser

SECRET = base64.b32encode(b"12345678901234567890").decode()
Migration = importlib.import_module("accounts.migrations.0011_stolen_database")


def dump(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return repr(cursor.fetchall())


def code_now() -> str:
    counter = list(yield_hotp_counters_from_time())[1]
    code: str = format_hotp_value(hotp_value(SECRET, counter))
    return code


def signed_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def test_case_255_the_table_of_sessions_opens_none(world: World) -> None:
    """OWASP ASVS 7.2.2: neither the cookie nor anything that works as one is stored."""
    client = browser(world.owner)
    key = client.cookies["session"].value
    assert signed_in(client)
    assert key not in dump("django_session")
    for stored in re.findall(r"'([0-9a-f]{40})'", dump("django_session")):
        thief = Client()
        thief.cookies["session"] = stored
        assert not signed_in(thief)
    client.logout()
    assert not signed_in(client)


def test_sessions_from_before_go_on(world: World) -> None:
    client = browser(world.owner)
    key = client.cookies["session"].value
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_session SET session_key = %s", [key])
    assert not signed_in(client), "the row is not found by the clear key"
    client.cookies["session"] = key
    Migration.hash_session_keys(apps, SimpleNamespace(connection=connection))
    assert signed_in(client)


def test_case_255_second_factors_are_sealed(world: World) -> None:
    """NIST SP 800-63B §5.1.4.2 and §5.1.2.2."""
    TOTP.activate(world.owner, SECRET)
    codes = RecoveryCodes.activate(world.owner).generate_codes()
    found = dump("mfa_authenticator")
    assert SECRET not in found
    assert not any(code in found for code in codes)
    assert not re.search(r"[0-9a-f]{80}", found), "no seed in clear"
    row = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert row.wrap().validate_code(code_now())


@pytest.mark.parametrize("rotate", [False, True])
def test_second_factors_from_before_are_sealed(rotate: bool, world: World, settings: Settings) -> None:
    settings.UPSTREAM_KEYS = ""
    Authenticator.objects.create(user=world.owner, type=Authenticator.Type.TOTP, data={"secret": SECRET})
    seed = "ab" * 40
    Authenticator.objects.create(
        user=world.owner, type=Authenticator.Type.RECOVERY_CODES, data={"seed": seed, "used_mask": 1}
    )
    Migration.seal_second_factors(apps, SimpleNamespace(connection=connection))
    first = dump("mfa_authenticator")
    assert SECRET not in first
    assert seed not in first
    if rotate:
        settings.UPSTREAM_KEYS = new_key("new")
        call_command("rotate_keys")
        assert "new." in dump("mfa_authenticator")
        assert dump("mfa_authenticator") != first
        kept = dump("mfa_authenticator")
        call_command("rotate_keys")
        assert dump("mfa_authenticator") == kept, "nothing is left to do"
    rows: dict[str, Any] = {row.type: row for row in Authenticator.objects.all()}
    assert rows["totp"].wrap().validate_code(code_now())
    assert len(rows["recovery_codes"].wrap().get_unused_codes()) == 9


def test_a_factor_under_a_lost_key_fits_no_code(world: World, settings: Settings) -> None:
    settings.UPSTREAM_KEYS = new_key("old")
    TOTP.activate(world.owner, SECRET)
    settings.UPSTREAM_KEYS = new_key("new")
    row = Authenticator.objects.get()
    assert not row.wrap().validate_code(code_now())
    with pytest.raises(Exception, match="1 rows are under a key"):
        call_command("rotate_keys")
