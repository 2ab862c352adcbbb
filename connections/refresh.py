"""Provides the token for requests to Fracttal One, refreshed before it expires and only once.

The process that refreshes takes a lease on the row. On any database only one process can hold it, and no
transaction stays open while Fracttal One is asked. The new pair is stored before it is used. If a process
dies in between, its lease expires and the next process tries the same refresh token. If that token was used
up, the link is dead and the person must link again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
import uuid

from django.db import transaction
from django.utils import timezone

from accounts.key_ring import CannotOpen, NoKeys
from audit.kinds import Kind
from audit.recording import record
from connections import token_requests
from connections.models import ApiConnection, LinkedAccount
from connections.token_requests import ConsumerRefused, GrantRefused, Tokens, Unavailable
from consumers.security_log import note

# Longer than a refresh may take (twice TOTAL_SECONDS of connections/http.py). After a crash the next process
# waits this long.
LEASE = dt.timedelta(seconds=18)
# Time between a failure and the next attempt.
PAUSE = dt.timedelta(seconds=5)
WAIT_SECONDS = 20.0  # longer than the lease of a process that died
_LOOK_EVERY_SECONDS = 0.1


class NotLinked(Exception):
    """The person has not linked an account at Fracttal One, or may no longer use it."""


class LinkDead(Exception):
    """Fracttal One no longer accepts the link: the person must link again."""


def kept_token_of_person(connection_id: int, user_id: int, refused: str = "") -> str | None:
    """Return the stored token without asking Fracttal One, or None if it must be refreshed.

    `refused` is a token that Fracttal One has just rejected. Raises NotLinked, LinkDead.
    """
    link = _link(connection_id, user_id)
    if not link.is_live:
        raise LinkDead
    token = _opened(link)
    return token if token != refused and link.refresh_at > timezone.now() else None


def token_of_person(connection_id: int, user_id: int, refused: str = "") -> str:
    """Return a token that is valid now. `refused` is one that Fracttal One has just rejected.

    Raises NotLinked, LinkDead, Unavailable, ConsumerRefused.
    """
    end = time.monotonic() + WAIT_SECONDS
    while True:
        link = _link(connection_id, user_id)
        if not link.is_live:
            raise LinkDead
        token = _opened(link)
        now = timezone.now()
        usable = token != refused and link.expires_at > now
        if usable and link.refresh_at > now:
            return token
        lease = _take_lease(link, now)
        if lease is not None:
            try:
                return _refresh(link, lease)
            except (Unavailable, ConsumerRefused):
                if usable:
                    return token
                raise
        if usable:  # another process is refreshing
            return token
        if time.monotonic() > end:
            raise Unavailable
        time.sleep(_LOOK_EVERY_SECONDS)


def account_of_person(connection_id: int, user_id: int) -> tuple[int | None, str] | None:
    """Return id and e-mail of the linked account as far as they are known, None if there is no link."""
    return (
        LinkedAccount.objects.filter(connection_id=connection_id, user_id=user_id)
        .values_list("account_id", "account_email")
        .first()
    )


def mark_dead(connection_id: int, user_id: int, refused: str) -> None:
    """Mark the link as dead, only if the refused token is still the stored one."""
    link = LinkedAccount.objects.filter(connection_id=connection_id, user_id=user_id).first()
    with contextlib.suppress(LinkDead):
        if link is not None and link.is_live and _opened(link) == refused:
            _bury(link)


def _link(connection_id: int, user_id: int) -> LinkedAccount:
    link = (
        LinkedAccount.objects.select_related("connection")
        .filter(
            connection_id=connection_id, user_id=user_id, connection__kind=ApiConnection.Kind.FRACTTAL_ONE
        )
        .first()
    )
    if link is None:
        raise NotLinked
    return link


def _opened(link: LinkedAccount) -> str:
    """Decrypt the access token. A link whose key is missing is treated as dead."""
    try:
        return link.open_access_token()
    except (CannotOpen, NoKeys):
        note("linked account cannot be opened", link=link.pk)
        raise LinkDead from None


def _take_lease(link: LinkedAccount, now: dt.datetime) -> uuid.UUID | None:
    lease = uuid.uuid4()
    free = LinkedAccount.objects.filter(pk=link.pk, generation=link.generation, dead_since=None).exclude(
        lease_ends_at__gt=now
    )
    return lease if free.update(lease=lease, lease_ends_at=now + LEASE) == 1 else None


def _refresh(link: LinkedAccount, lease: uuid.UUID) -> str:
    held = LinkedAccount.objects.filter(pk=link.pk, lease=lease, generation=link.generation)
    try:
        tokens = _renewed(link)
    except GrantRefused:
        _bury(link)
        raise LinkDead from None
    except Exception:
        held.update(lease_ends_at=timezone.now() + PAUSE)
        raise
    link.set_tokens(tokens.access, tokens.refresh)
    stored = held.update(
        access_token=link.access_token,
        refresh_token=link.refresh_token,
        expires_at=tokens.expires_at,
        refresh_at=tokens.refresh_at,
        refreshed_at=timezone.now(),
        generation=link.generation + 1,
        lease=None,
        lease_ends_at=None,
    )
    if stored != 1:  # unlinked or linked again in the meantime: nobody owns these tokens
        raise NotLinked
    return tokens.access


def _renewed(link: LinkedAccount) -> Tokens:
    refresh_token = link.open_refresh_token()
    if not refresh_token:
        raise GrantRefused
    try:
        return token_requests.refresh(link.connection, refresh_token)
    except Unavailable:
        # The answer may have been lost. Try once more, as servers that allow retries expect.
        return token_requests.refresh(link.connection, refresh_token)


def _bury(link: LinkedAccount) -> None:
    dead = LinkedAccount.objects.filter(pk=link.pk, generation=link.generation, dead_since=None)
    with transaction.atomic():
        ended = dead.update(dead_since=timezone.now(), lease=None, lease_ends_at=None)
        if ended:
            record(Kind.ACCOUNT_LINK_ENDED, company_id=link.connection.company_id, user=link.user)
    if ended:
        note("linked account is dead", link=link.pk, user=link.user_id)
