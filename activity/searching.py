"""Rows of the log newest first, page after page. Each page costs the same, however long the log is.

A page begins after a row (its time and its position), never at a number of rows, so that nothing is counted
or skipped over. Where a filter means several values, each is read from its own part of the index and the
parts are merged: the database would otherwise read the whole log to find the newest of rare values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from django.db import connection
from django.db.models import Q, QuerySet

from activity.sentences import with_person
from audit.models import Event

CHUNK = 1000
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LARGEST = 2**53  # microseconds; the year 2255


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows. Its text is the row's time in microseconds since 1970, and its position."""

    at: dt.datetime
    position: int

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls(event.at, event.position)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the cursor, None for a text that is none."""
        time, _, position = text.partition("-")
        if not (time.isascii() and time.isdecimal() and position.isascii() and position.isdecimal()):
            return None
        if len(time) > 16 or len(position) > 18 or int(time) > _LARGEST:
            return None
        return cls(_EPOCH + dt.timedelta(microseconds=int(time)), int(position))

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // dt.timedelta(microseconds=1)}-{self.position}"

    @property
    def older(self) -> Q:
        return Q(at__lte=self.at) & (Q(at__lt=self.at) | Q(position__lt=self.position))

    @property
    def newer(self) -> Q:
        return Q(at__gte=self.at) & (Q(at__gt=self.at) | Q(position__gt=self.position))


@dataclass(frozen=True, slots=True)
class Page:
    """Rows newest first, and whether there are rows on each side."""

    rows: list[Event]
    has_newer: bool
    has_older: bool

    @property
    def newer(self) -> str:
        return str(Cursor.of(self.rows[0])) if self.has_newer and self.rows else ""

    @property
    def older(self) -> str:
        return str(Cursor.of(self.rows[-1])) if self.has_older and self.rows else ""


@dataclass(frozen=True, slots=True)
class Search:
    rows: QuerySet[Event]
    alternatives: list[Q] = field(default_factory=lambda: [Q()])

    def newest(self, count: int, before: Cursor | None = None) -> list[Event]:
        """Return the newest rows, or the newest ones before a place."""
        rows = self.rows if before is None else self.rows.filter(before.older)
        found = self._together(rows.order_by("-at", "-position"), count)
        return sorted(found, key=_place, reverse=True)[:count]

    def _next_newer(self, count: int, after: Cursor) -> list[Event]:
        found = self._together(self.rows.filter(after.newer).order_by("at", "position"), count)
        return sorted(found, key=_place)[:count]

    def _together(self, rows: QuerySet[Event], count: int) -> list[Event]:
        """Return the first rows of each part, by one query."""
        parts = [with_person(rows.filter(part))[:count] for part in self.alternatives]
        return list(Event.objects.raw(*_union(parts))) if len(parts) > 1 else list(parts[0])

    def page(self, size: int, *, before: Cursor | None = None, after: Cursor | None = None) -> Page:
        if after is not None:
            rows = self._next_newer(size + 1, after)
            return Page(rows[:size][::-1], len(rows) > size, has_older=True)
        rows = self.newest(size + 1, before)
        return Page(rows[:size], before is not None, len(rows) > size)

    def count(self, most: int) -> int:
        """Count the rows, but stop at `most`."""
        query, values = _union([self.rows.filter(part).values("pk")[:most] for part in self.alternatives])
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({query}) AS found", values)  # noqa: S608 - Django's own
            return min(most, int(cursor.fetchone()[0]))

    def until(self, moment: dt.datetime) -> Search:
        return replace(self, rows=self.rows.filter(at__lte=moment))

    def chunks(self) -> Iterator[list[Event]]:
        """Yield all rows newest first."""
        before: Cursor | None = None
        while rows := self.newest(CHUNK, before):
            yield rows
            before = Cursor.of(rows[-1])


def _union(parts: Sequence[QuerySet[Event, Any]]) -> tuple[str, list[Any]]:
    """Return one query for the rows of several, each with its own order and limit.

    Django's union refuses those for SQLite, which takes them in a subquery.
    """
    compiled = [part.query.sql_with_params() for part in parts]
    query = " UNION ALL ".join(f"SELECT * FROM ({sql}) AS part" for sql, _values in compiled)  # noqa: S608
    return query, [value for _sql, values in compiled for value in values]


def _place(event: Event) -> tuple[dt.datetime, int]:
    return event.at, event.position
