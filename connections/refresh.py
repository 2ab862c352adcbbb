"""The token with which a caller goes to Fracttal One, renewed ahead of its end and only once.

Whoever is to refresh takes a lease on the row, which one process at a time can hold on any database;
no transaction stays open while the other side is asked. The new pair is stored before anybody uses
it. A process that dies in between leaves a lease that runs out, and the next one tries the same
refresh token: if that was used up the link is dead, and the person links again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
import uuid

from django.utils import timezone

from connections import token_requests
from connections.models import ApiConnection, LinkedAccount
from connections.token_requests import ConsumerRefused, GrantRefused, Tokens, Unavailable
from consumers.key_ring import CannotOpen, NoKeys
from consumers.security_log import note

# Longer than a refresh may take (twice exchange.TOTAL_SECONDS); a process that died is waited for as long.
LEASE = dt.timedelta(seconds=18)
# After a failure, before the next try.
PAUSE = dt.timedelta(seconds=5)
WAIT_SECONDS = 20.0  # past the lease of a process that died
_LOOK_EVERY_SECONDS = 0.1


class NotLinked(Exception):
    """The person has no account at Fracttal One linked, or may go there no more."""


class LinkDead(Exception):
    """Fracttal One accepts the link no more: the person must link again."""


def kept_token_of_person(connection_id: int, user_id: int, refused: str = "") -> str | None:
    """Without asking Fracttal One: None where a refresh is due. Raises NotLinked, LinkDead."""
    link = _link(connection_id, user_id)
    if not link.is_live:
        raise LinkDead
    token = _opened(link)
    return token if token != refused and link.refresh_at > timezone.now() else None


def token_of_person(connection_id: int, user_id: int, refused: str = "") -> str:
    """A token that is good now; `refused` is one that Fracttal One has just not accepted.

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
        if usable:  # another one refreshes
            return token
        if time.monotonic() > end:
            raise Unavailable
        time.sleep(_LOOK_EVERY_SECONDS)


def account_of_person(connection_id: int, user_id: int) -> tuple[int | None, str] | None:
    """Number and e-mail of the account that the person linked, as far as they are known."""
    return (
        LinkedAccount.objects.filter(connection_id=connection_id, user_id=user_id)
        .values_list("account_id", "account_email")
        .first()
    )


def mark_dead(connection_id: int, user_id: int, refused: str) -> None:
    """Once, and only while the refused token is still the one that is kept."""
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
    """A link that cannot be opened any more, for want of its key, is as good as dead."""
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
    if stored != 1:  # unlinked or linked anew meanwhile: what was just received belongs to nobody
        raise NotLinked
    return tokens.access


def _renewed(link: LinkedAccount) -> Tokens:
    refresh_token = link.open_refresh_token()
    if not refresh_token:
        raise GrantRefused
    try:
        return token_requests.refresh(link.connection, refresh_token)
    except Unavailable:
        # The answer may have been lost: once more, as a server that takes retries wants it.
        return token_requests.refresh(link.connection, refresh_token)


def _bury(link: LinkedAccount) -> None:
    dead = LinkedAccount.objects.filter(pk=link.pk, generation=link.generation, dead_since=None)
    if dead.update(dead_since=timezone.now(), lease=None, lease_ends_at=None):
        note("linked account is dead", link=link.pk, user=link.user_id)
