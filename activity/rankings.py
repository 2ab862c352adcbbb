"""Calls of a period by app, by person and by tool."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from accounts.models import User
from activity.figures import Whose
from audit.kinds import Kind
from audit.models import Event, Outcome
from consumers.models import Consumer

MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Place:
    """One row of a ranking: an app, a person or a tool. `key` is None if it has no page (any more)."""

    key: int | None
    name: str
    calls: int
    writes: int
    troubles: int
    last: dt.datetime


def calls_of(whose: Whose, since: dt.datetime) -> QuerySet[Event]:
    calls = Event.objects.filter(company_id=whose.company_id, kind=Kind.TOOL_CALL, at__gte=since)
    if whose.consumer_id is not None:
        calls = calls.filter(consumer_id=whose.consumer_id)
    return calls if whose.user_id is None else calls.filter(user_id=whose.user_id)


def by_app(whose: Whose, since: dt.datetime) -> list[Place]:
    """Rank apps by calls, by the name that each had last."""
    rows = _ranked(calls_of(whose, since).values("consumer_id"))
    apps = Consumer.objects.in_bulk([row["consumer_id"] for row in rows])
    gone = _last_events(row for row in rows if row["consumer_id"] not in apps)
    return [
        _place(row, app.pk, app.name) if app else _place(row, None, gone[row["newest"]].consumer_name)
        for row in rows
        for app in (apps.get(row["consumer_id"]),)
    ]


def by_person(whose: Whose, since: dt.datetime) -> list[Place]:
    rows = _ranked(calls_of(whose, since).exclude(user_id=None).values("user_id"))
    people = User.objects.in_bulk([row["user_id"] for row in rows])
    gone = _last_events(row for row in rows if row["user_id"] not in people)
    return [
        _place(row, person.pk, person.display_name)
        if person
        else _place(row, None, gone[row["newest"]].user_email)
        for row in rows
        for person in (people.get(row["user_id"]),)
    ]


def by_tool(whose: Whose, since: dt.datetime) -> list[Place]:
    rows = _ranked(calls_of(whose, since).values("tool"))
    return [_place(row, None, row["tool"]) for row in rows]


def _ranked(grouped: QuerySet[Event, Any]) -> list[dict[str, Any]]:
    return list(
        grouped.annotate(
            calls=Count("id"),
            writes=Count("id", filter=Q(is_write=True)),
            troubles=Count("id", filter=~Q(outcome=Outcome.DONE)),
            last=Max("at"),
            newest=Max("id"),
        ).order_by("-calls", "-last")[:MOST_ROWS]
    )


def _last_events(rows: Iterable[dict[str, Any]]) -> dict[int, Event]:
    """Return the last event of each row, which has the last name of what is not there any more."""
    return Event.objects.in_bulk([row["newest"] for row in rows])


def _place(row: dict[str, Any], key: int | None, name: str) -> Place:
    return Place(key, name, row["calls"], row["writes"], row["troubles"], row["last"])
