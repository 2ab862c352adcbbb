"""Rows of the log for tests, at chosen times, chained as the application chains them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import Company, User
from audit.chain import append
from audit.kinds import Kind
from audit.models import Event
from consumers.models import Consumer

NOON = dt.datetime(2026, 11, 20, 17, 0, tzinfo=dt.UTC)  # 12:00 in Bogota


def event_of(
    company: Company,
    kind: Kind = Kind.SETTINGS_CHANGED,
    *,
    user: User | None = None,
    consumer: Consumer | None = None,
    at: dt.datetime = NOON,
    **fields: Any,
) -> Event:
    """Build a row without storing it."""
    who = {"user_id": user.pk, "user_email": user.email} if user else {}
    app = {"consumer_id": consumer.pk, "consumer_name": consumer.name} if consumer else {}
    return Event(company_id=company.pk, kind=kind.value, at=at, **who, **app, **fields)


def happened(company: Company, kind: Kind = Kind.SETTINGS_CHANGED, **fields: Any) -> Event:
    event = event_of(company, kind, **fields)
    append([event])
    return Event.objects.get(company_id=company.pk, position=event.position)


def called(company: Company, tool: str = "create_work_order", **fields: Any) -> Event:
    writes = not tool.startswith(("list", "get", "search", "fetch", "whoami"))
    values: dict[str, Any] = {
        "tool": tool, "is_write": writes, "milliseconds": 120, "upstream_calls": 2, "outcome": "done",
    }  # fmt: skip
    return happened(company, Kind.TOOL_CALL, **(values | fields))
