"""Records when a connection was last used, and which list of tools its client has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db import DatabaseError
from django.utils import timezone

from consumers.caller import Caller
from consumers.models import AppAuthorization, Consumer
from consumers.oauth.token_info import TokenInfo

RECORD_USE_EVERY = dt.timedelta(minutes=1)


class Connection(NamedTuple):
    """Whose use it is: of a program, or of a person's app authorization too."""

    consumer_id: int
    authorization_id: int | None

    @classmethod
    def of(cls, caller: Caller) -> Connection:
        return cls(caller.consumer_id, caller.authorization_id)


def is_due(info: TokenInfo) -> bool:
    """Say whether the use must be recorded, which happens at most once every RECORD_USE_EVERY."""
    return info.last_used_at is None or timezone.now() - info.last_used_at > RECORD_USE_EVERY


def record_uses(used: Iterable[Connection]) -> None:
    """Record the last use of each, which the screens show. A database error is ignored: calls matter more."""
    found, now = list(used), timezone.now()
    consumers = {one.consumer_id for one in found}
    authorizations = {one.authorization_id for one in found if one.authorization_id is not None}
    try:
        Consumer.objects.filter(pk__in=consumers).update(last_used_at=now)
        AppAuthorization.objects.filter(pk__in=authorizations).update(last_used_at=now)
    except DatabaseError:
        return


def record_tools_seen(seen: Iterable[tuple[Connection, str]]) -> None:
    """Record which list of tools each client has now; next time, if the database does not answer."""
    by_version: dict[str, list[Connection]] = {}
    for one, version in seen:
        by_version.setdefault(version, []).append(one)
    try:
        for version, found in by_version.items():
            values = {"tools_version": version, "tools_seen_at": timezone.now()}
            people = [one.authorization_id for one in found if one.authorization_id is not None]
            programs = [one.consumer_id for one in found if one.authorization_id is None]
            AppAuthorization.objects.filter(pk__in=people).update(**values)
            Consumer.objects.filter(pk__in=programs).update(**values)
    except DatabaseError:
        return
