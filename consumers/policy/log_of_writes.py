"""The writes of the last hour, as the log has them: those that the limit on writes counts."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.models import Event, Outcome

HOUR = dt.timedelta(hours=1)


def writes_of(company_id: int, consumer_id: int, user_id: int | None) -> QuerySet[Event]:
    """Return the finished writes of one person, or of a program, through one app.

    A write that changed nothing does not count, and neither does a repeat: it sent nothing upstream. One
    whose process died counts, for it may have been sent. Its event has no reason.
    """
    died = Q(outcome=Outcome.UNKNOWN, reason="")
    return Event.objects.filter(
        died | Q(upstream_calls__gt=0),
        company_id=company_id,
        consumer_id=consumer_id,
        user_id=user_id,
        is_write=True,
        outcome__in=(Outcome.DONE, Outcome.UNKNOWN),
        at__gt=timezone.now() - HOUR,
    )
