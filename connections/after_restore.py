"""Ends the links to Fracttal One, after a backup was restored."""

from __future__ import annotations

import datetime as dt

from connections.models import LinkAttempt, LinkedAccount


def end(now: dt.datetime) -> dict[str, int]:
    """End the links: their tokens may have been rotated since, or forgotten by the person."""
    live = LinkedAccount.objects.filter(dead_since=None)
    return {
        "linked accounts": live.update(dead_since=now, lease=None, lease_ends_at=None),
        "links under way": LinkAttempt.objects.all().delete()[0],
    }
