"""Re-encrypts secrets under the first key of UPSTREAM_KEYS, so that older keys can be removed.

It may run while the product serves: a row is replaced only as it was read.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError

from accounts import second_factors
from accounts.key_ring import CannotOpen, NoKeys, is_current
from connections.models import ApiConnection, LinkedAccount
from consumers.openid.models import SigningKey


class Command(BaseCommand):
    help = "Seals what UPSTREAM_KEYS protect under the newest key. Ends and begins again at any row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--forget-lost",
            action="store_true",
            help="remove what no key opens: secrets of connections, links, signing keys, second factors",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        done = lost = forgotten = 0
        try:
            for row, reseal, forget in _rows():
                resealed = reseal(row)
                if resealed is None and options["forget_lost"]:
                    forget(row)
                    forgotten += 1
                done, lost = done + (resealed is True), lost + (resealed is None)
        except NoKeys:
            raise CommandError("UPSTREAM_KEYS is not set.") from None
        self.stdout.write(f"sealed anew: {done}")
        if forgotten:
            self.stdout.write(f"removed because no key opens it: {forgotten}")
        elif lost:
            raise CommandError(f"{lost} rows are under a key that is not in UPSTREAM_KEYS.")


def _rows() -> Iterator[tuple[Any, Callable[[Any], bool | None], Callable[[Any], object]]]:
    """Yield each row with sealed values, how to seal it anew, and how to forget it."""
    for connection in ApiConnection.objects.iterator():
        yield connection, _connection, _empty
    for link in LinkedAccount.objects.select_related("connection").iterator():
        yield link, _link, LinkedAccount.delete
    for key in SigningKey.objects.iterator():
        yield key, _signing_key, SigningKey.delete
    for authenticator in Authenticator.objects.iterator():
        yield authenticator, second_factors.reseal, Authenticator.delete


def _empty(connection: ApiConnection) -> None:
    """An administrator enters the secrets again."""
    ApiConnection.objects.filter(pk=connection.pk).update(client_secret="", program_secret="")


def _connection(connection: ApiConnection) -> bool | None:
    """Re-encrypt the secrets of a connection. Return whether that was needed, None if they cannot be opened.

    A row that changed in the meantime was sealed with the current key.
    """
    old = {"client_secret": connection.client_secret, "program_secret": connection.program_secret}
    if all(is_current(sealed) for sealed in old.values() if sealed):
        return False
    try:
        if connection.client_secret:
            connection.set_client_secret(connection.open_client_secret())
        if connection.program_secret:
            connection.set_program_secret(connection.open_program_secret())
    except CannotOpen:
        return None
    rows = ApiConnection.objects.filter(pk=connection.pk, **old)
    rows.update(client_secret=connection.client_secret, program_secret=connection.program_secret)
    return True


def _link(link: LinkedAccount) -> bool | None:
    old = {"access_token": link.access_token, "refresh_token": link.refresh_token}
    if all(is_current(sealed) for sealed in old.values() if sealed):
        return False
    try:
        link.set_tokens(link.open_access_token(), link.open_refresh_token())
    except CannotOpen:
        return None
    rows = LinkedAccount.objects.filter(pk=link.pk, **old)
    rows.update(access_token=link.access_token, refresh_token=link.refresh_token)
    return True


def _signing_key(key: SigningKey) -> bool | None:
    old = key.private_key
    if is_current(old):
        return False
    try:
        key.set_private_key(key.open_private_key())
    except CannotOpen:
        return None
    SigningKey.objects.filter(pk=key.pk, private_key=old).update(private_key=key.private_key)
    return True
