"""Calls of a period by app, by person and by tool, as parts of the query of figures.py.

What is not there any more has no page, and the name that its last call copied.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

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


# With the columns of figures.py. Names are looked up for the rows of the ranking alone.
_RANKED = (
    "SELECT {{part}}, {key}, {name}, ranked.calls, ranked.writes, ranked.troubles, NULL, NULL, ranked.latest"
    " FROM (SELECT event.{column} AS counted, count(*) AS calls,"
    " sum(CASE WHEN event.is_write THEN 1 ELSE 0 END) AS writes,"
    " sum(CASE WHEN event.outcome <> 'done' THEN 1 ELSE 0 END) AS troubles,"
    " max(event.at) AS latest, max(event.id) AS newest FROM {{calls}}{only}"
    " GROUP BY event.{column} ORDER BY count(*) DESC, max(event.at) DESC LIMIT {most}) AS ranked"
    " JOIN audit_event AS newest ON newest.id = ranked.newest{joined}"
)


def _ranked(column: str, key: str, name: str, joined: str = "", only: str = "") -> str:
    return _RANKED.format(column=column, key=key, name=name, joined=joined, only=only, most=MOST_ROWS)


SELECTS = {
    "apps": _ranked(
        "consumer_id", "app.id", "coalesce(app.name, newest.consumer_name)",
        " LEFT JOIN consumers_consumer AS app ON app.id = ranked.counted",
    ),
    "people": _ranked(
        "user_id", "person.id", "coalesce(nullif(person.name, ''), person.email, newest.user_email)",
        " LEFT JOIN accounts_user AS person ON person.id = ranked.counted",
        " AND event.user_id IS NOT NULL",
    ),
    "tools": _ranked("tool", "NULL", "ranked.counted"),
}  # fmt: skip


def places(rows: Iterable[tuple[Any, ...]]) -> list[Place]:
    found = [
        Place(key, name, calls, writes, troubles, _moment(latest))
        for key, name, calls, writes, troubles, _none, _nor, latest in rows
    ]
    return sorted(found, key=lambda place: (-place.calls, -place.last.timestamp()))


def _moment(stored: dt.datetime | str) -> dt.datetime:
    """Return a time as Django would: SQLite stores it as text, in UTC."""
    if isinstance(stored, dt.datetime):
        return stored
    return dt.datetime.fromisoformat(stored).replace(tzinfo=dt.UTC)
