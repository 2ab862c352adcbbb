"""Query parameters. An invalid value is refused with the name of its parameter.

Unknown parameters are ignored, as the contract says. An empty value counts as absent.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Collate
from django.http import QueryDict

from maintenance.rules.refusals import InvalidFields

MAX_LIMIT = 100
MAX_INTEGER = 2**31 - 1
MAX_TEXT = 600
T = TypeVar("T")


def parse_moment(value: str) -> datetime.datetime:
    """Parses an ISO 8601 timestamp with an offset such as -03, -03:00 or Z; without an offset it is UTC."""
    moment = datetime.datetime.fromisoformat(value.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return moment.astimezone(datetime.UTC)


def by_code_points(column: str) -> Collate:
    """Orders by code points, so that every database and the clients sort alike."""
    return Collate(column, "C" if connection.vendor == "postgresql" else "BINARY")


class Query:
    def __init__(self, parameters: QueryDict) -> None:
        self._parameters = parameters

    def text(self, name: str) -> str | None:
        value = self._parameters.get(name)
        if not value:
            return None
        if "\x00" in value:
            raise InvalidFields({name: "must not contain a null character"})
        if len(value) > MAX_TEXT:
            raise InvalidFields({name: f"must be of at most {MAX_TEXT} characters"})
        return value

    def integer(self, name: str, *, minimum: int = 0, maximum: int = MAX_INTEGER) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            number = int(value)
        except ValueError:
            raise InvalidFields({name: "must be a whole number"}) from None
        if not minimum <= number <= maximum:
            raise InvalidFields({name: f"must be from {minimum} to {maximum}"})
        return number

    def boolean(self, name: str) -> bool | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            return {"true": True, "1": True, "false": False, "0": False}[value.lower()]
        except KeyError:
            raise InvalidFields({name: "must be true or false"}) from None

    def moment(self, name: str) -> datetime.datetime | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            return parse_moment(value)
        except (ValueError, OverflowError):
            raise InvalidFields({name: "must be a date such as 2026-07-12T20:00:00-03"}) from None

    def choice(self, name: str, among: Collection[str], default: str) -> str:
        value = self.text(name)
        if value is None:
            return default
        if value not in among:
            raise InvalidFields({name: f"must be one of {', '.join(among)}"})
        return value

    def period(
        self, columns: Mapping[str, str], *, default: str, since: datetime.datetime | None = None
    ) -> dict[str, datetime.datetime]:
        """Returns the filter for `since` and `until` on the date column that `type_date` names."""
        column = columns[self.choice("type_date", columns, default)]
        bounds = {"gte": self.moment("since") or since, "lte": self.moment("until")}
        return {f"{column}__{bound}": value for bound, value in bounds.items() if value is not None}

    def cut(self, rows: Sequence[T]) -> tuple[Sequence[T], int]:
        """Cuts the page out of rows in memory. Returns it with the total number of rows."""
        start, size = self._start_and_size()
        return rows[start : start + size], len(rows)

    def _start_and_size(self) -> tuple[int, int]:
        limit = self.integer("limit", minimum=1, maximum=10**9)
        return self.integer("start") or 0, min(limit or MAX_LIMIT, MAX_LIMIT)

    def page(
        self, rows: QuerySet[Any, Any], read: Callable[[list[int]], QuerySet[Any, Any]] | None = None
    ) -> tuple[list[Any], int]:
        """Returns the page that `start` and `limit` ask for, and the total number of rows.

        With `read`, the primary keys of the page are found first and `read` loads the rest. A query with many
        joins then starts from at most a hundred rows, whatever plan the database chooses.
        """
        start, size = self._start_and_size()
        if read is None:
            found = list(rows[start : start + size])
        else:
            keys = list(rows.values_list("pk", flat=True)[start : start + size])
            found = list(read(keys)) if keys else []
        if found and len(found) < size:
            return found, start + len(found)
        return found, rows.order_by().count()
