"""Compares a record and its parts with the tables."""

from __future__ import annotations

from collections.abc import Sequence

from tests.oracle.comparing import differences
from tests.oracle.listed import as_written
from tests.oracle.plants import Row


def _rows_differ(expected: Sequence[Row], given: Sequence[Row], where: str) -> list[str]:
    if len(expected) != len(given):
        return [f"{where}: the tables have {len(expected)} rows, the answer {len(given)}"]
    return [
        difference
        for number, (mine, theirs) in enumerate(zip(expected, given, strict=True))
        for difference in differences(mine, as_written(theirs), f"{where}[{number}]")
    ]


def unlike(answer: Row, whole: Row, parts: dict[str, list[Row]]) -> list[str]:
    """Return the differences between an answer and the tables, for a record and its parts."""
    found = differences(whole, as_written(answer), "record")
    for part, rows in parts.items():
        found += _rows_differ(rows, _lines(part, answer.get(part) or []), part)
    return found


def _lines(part: str, rows: list[Row]) -> list[Row]:
    if part == "tasks":
        return [_task(row) for row in rows]
    return rows


def _task(row: Row) -> Row:
    failure = {f"failure_{name}": value for name, value in (row.get("failure") or {}).items()}
    return {"overdue": False, **row, **failure}
