"""Rows of the contract, built from columns of the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, Func, Model, QuerySet, TextField
from django.db.models.constants import LOOKUP_SEP
from django.db.models.sql.compiler import SQLCompiler

# Maps each field of the contract to the column that it is read from, or to the filter of a date.
Columns = Mapping[str, str]


class Written(Func):
    """Formats a datetime in the database as `envelope.utc` does.

    A page of orders has a thousand of them, and to make objects of them took a third of its time.
    """

    output_field = TextField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        # Stored in UTC: 2026-09-17 14:00:34.404671, without the fraction where it is zero.
        return self.as_sql(
            compiler,
            connection,
            template="substr(%(expressions)s, 1, 10) || 'T' || substr(%(expressions)s || '.000000', 12, 15)"
            " || '+00:00'",
            **context,
        )

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        return self.as_sql(
            compiler,
            connection,
            template="""to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')""",
            **context,
        )


def values_of(rows: QuerySet[Any, Any], columns: Columns) -> QuerySet[Any, tuple[Any, ...]]:
    """Returns the values that `row_of` names, with datetimes as text."""
    return rows.values_list(
        *(Written(path) if _is_datetime(rows.model, path) else path for path in columns.values())
    )


def _is_datetime(model: type[Model], path: str) -> bool:
    first, _, rest = path.partition(LOOKUP_SEP)
    try:
        field = model._meta.get_field(first)
    except FieldDoesNotExist:
        return False  # an annotation
    if rest:
        assert isinstance(field.related_model, type)
        return _is_datetime(field.related_model, rest)
    return isinstance(field, DateTimeField)


def row_of(columns: Columns, values: Iterable[Any]) -> dict[str, Any]:
    """Builds a row. `values` come from `values_of` with the same columns."""
    return dict(zip(columns, values, strict=True))


def pop_name(row: dict[str, Any], role: str) -> str | None:
    """Removes `{role}_first_name` and `{role}_last_name` from a row.

    Returns the full name, None without a person.
    """
    first, last = row.pop(f"{role}_first_name"), row.pop(f"{role}_last_name")
    return None if first is None else f"{first} {last}".strip()


def time_between(since: str, until: str) -> timedelta:
    """Returns the time between two datetimes of a row."""
    return datetime.fromisoformat(until) - datetime.fromisoformat(since)
