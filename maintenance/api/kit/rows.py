"""Rows of the contract, built from columns of the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# The name of each field in the contract -> the column that it is read from, or the filter of a date.
Columns = Mapping[str, str]


def row_of(columns: Columns, values: Iterable[Any]) -> dict[str, Any]:
    """`values` are those of `values_list(*columns.values())`."""
    return dict(zip(columns, values, strict=True))


def pop_name(row: dict[str, Any], role: str) -> str | None:
    """Takes `{role}_first_name` and `{role}_last_name` out of a row. None where there is no such person."""
    first, last = row.pop(f"{role}_first_name"), row.pop(f"{role}_last_name")
    return None if first is None else f"{first} {last}".strip()
