"""Compares an answer with what the tables say, within what rounding allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

# Shares are rounded to four decimals, availability to five, hours and amounts to two, minutes to none.
NEAR = {
    "availability": 5.1e-6,
    "availability_by_failures": 5.1e-6,
    **dict.fromkeys(("share", "failures_share", "cumulative_share", "downtime_share"), 5.1e-5),
    "planned_share": 5.1e-5,
    "planned_hours_share": 5.1e-5,
    "days": 0.051,
    **dict.fromkeys(("minutes", "real_minutes", "asset_stopped_minutes", "out_of_service_minutes"), 0.5),
}
WIDE = 0.0051


def differences(expected: Mapping[str, Any], given: Mapping[str, Any], where: str) -> list[str]:
    """Return the differences as sentences. None in the tables is a member that the answer leaves out."""
    found = []
    for name, value in expected.items():
        if not agree(name, value, given.get(name)):
            found.append(f"{where}.{name}: the tables say {value!r}, the answer {given.get(name)!r}")
    return found


def agree(name: str, value: Any, given: Any) -> bool:
    if isinstance(value, set):
        return bool(value == set(given or ()))
    if isinstance(value, list):
        return bool(value == (given or []))
    if isinstance(value, dt.datetime):
        # Answers show times with the seconds rounded down.
        past = None if given is None else (value - dt.datetime.fromisoformat(given)).total_seconds()
        return past is not None and -0.001 < past < 1.001
    if isinstance(value, str) or value is None:
        return bool(given == value)
    if isinstance(given, bool) or not isinstance(given, int | float):
        return False
    return bool(abs(value - given) <= NEAR.get(name, WIDE) + abs(value) * 1e-9)


def rows_differ(expected: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]]) -> list[str]:
    """Compare rows and their order. Rows whose values are equal after rounding may change places."""
    keys, shown = [row["key"] for row in expected], [row["key"] for row in given]
    if sorted(keys) != sorted(shown):
        only, other = sorted({*keys} - {*shown}), sorted({*shown} - {*keys})
        return [f"only the tables have the rows {only}, only the answer {other}, of {keys} and {shown}"]
    found = []
    for mine, theirs in zip(_sorted(expected), _sorted(given), strict=True):
        found += differences(mine, theirs, str(mine["key"]))
    if not found and keys != shown:
        found = [f"the order of the rows is {shown}, and should be {keys}"]
    return found


def _sorted(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Sort by key, and rows with the same key by the orders behind them, by warehouse or by task."""
    return sorted(
        rows,
        key=lambda row: (
            row["key"], row.get("warehouse") or "", sorted(row.get("folios") or ()), row.get("task") or "",
        ),
    )  # fmt: skip
