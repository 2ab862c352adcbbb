"""Notices at start that the keys are not those with which the database was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from allauth.mfa.models import Authenticator
from django.db.models import Model, QuerySet

from accounts import second_factors
from accounts.key_ring import CannotOpen, NoKeys
from audit.verification import newest_fits
from connections.models import ApiConnection, LinkedAccount
from consumers.openid.models import SigningKey

Row = TypeVar("Row", bound=Model)

WRONG_HASH_KEY = (
    "CREDENTIAL_HASH_KEY is not the one with which this database was written: every secret and token would "
    "be refused. Set the earlier one. If it was changed on purpose, run manage.py accept_hash_key. If it was "
    "not changed, the newest event of the log was: manage.py verify_audit says more."
)
LOST_KEYS = (
    "UPSTREAM_KEYS lacks a key with which this database was sealed: {what} cannot be opened. Add the earlier "
    "key behind the new one. If it is lost, manage.py rotate_keys --forget-lost removes what no key opens, "
    "and people connect and set up two-step sign-in anew."
)


def problem() -> str:
    """Return what is wrong, "" if nothing is."""
    if not newest_fits():
        return WRONG_HASH_KEY
    lost = next((what for what, opens in _sealed() if not _works(opens)), "")
    return LOST_KEYS.format(what=lost) if lost else ""


def _sealed() -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield a look at each sealed value; where people have one each, at the oldest and the newest."""
    for connection in ApiConnection.objects.iterator():
        if connection.client_secret:
            yield "a secret of an API connection", connection.open_client_secret
        if connection.program_secret:
            yield "a secret of an API connection", connection.open_program_secret
    for key in SigningKey.objects.iterator():
        yield "a key that signs ID tokens", key.open_private_key
    for link in _both_ends(LinkedAccount.objects.select_related("connection").exclude(access_token="")):
        yield "a linked account", link.open_access_token
    for authenticator in _both_ends(Authenticator.objects.all()):
        yield "a second factor", lambda row=authenticator: second_factors.require_open(row)  # type: ignore[misc]


def _both_ends(rows: QuerySet[Row]) -> list[Row]:
    return [row for row in (rows.order_by("pk").first(), rows.order_by("pk").last()) if row is not None]


def _works(opens: Callable[[], object]) -> bool:
    try:
        opens()
    except (CannotOpen, NoKeys):
        return False
    return True
