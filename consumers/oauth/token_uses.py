"""Records when a connection was last used, and which list of tools its client has."""

from __future__ import annotations

import datetime as dt

from django.db import DatabaseError
from django.utils import timezone

from consumers.caller import Caller
from consumers.models import AppAuthorization, Consumer
from consumers.oauth.token_info import TokenInfo

RECORD_USE_EVERY = dt.timedelta(minutes=1)


def is_due(info: TokenInfo) -> bool:
    """Say whether the use must be recorded, which happens at most once every RECORD_USE_EVERY."""
    return info.last_used_at is None or timezone.now() - info.last_used_at > RECORD_USE_EVERY


def record_use(info: TokenInfo) -> None:
    """Record the last use, which the screens show. A database error is ignored: the call matters more."""
    now = timezone.now()
    try:
        Consumer.objects.filter(pk=info.caller.consumer_id).update(last_used_at=now)
        if info.caller.authorization_id is not None:
            AppAuthorization.objects.filter(pk=info.caller.authorization_id).update(last_used_at=now)
    except DatabaseError:
        return


def record_tools_seen(caller: Caller, version: str) -> None:
    """Record which list of tools the client has now; next time, if the database does not answer."""
    seen = {"tools_version": version, "tools_seen_at": timezone.now()}
    try:
        if caller.authorization_id is not None:
            AppAuthorization.objects.filter(pk=caller.authorization_id).update(**seen)
        else:
            Consumer.objects.filter(pk=caller.consumer_id).update(**seen)
    except DatabaseError:
        return
