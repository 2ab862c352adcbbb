"""Rows of the contract, built from columns of the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# Maps each field of the contract to the column that it is read from, or to the filter of a date.
Columns = Mapping[str, str]


def row_of(columns: Columns, values: Iterable[Any]) -> dict[str, Any]:
    """Builds a row. `values` come from `values_list(*columns.values())`."""
    return dict(zip(columns, values, strict=True))


def pop_name(row: dict[str, Any], role: str) -> str | None:
    """Removes `{role}_first_name` and `{role}_last_name` from a row.

    Returns the full name, None without a person.
    """
    first, last = row.pop(f"{role}_first_name"), row.pop(f"{role}_last_name")
    return None if first is None else f"{first} {last}".strip()
