"""Sentences for fields that many answers have: how much of a list is shown, what a metric read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mcp_gateway.calls.text_tables import NAME, TIME, Record

_PAGE = ("returned", "total", "has_more", "partial", "next_cursor", "notes")
_METRIC = ("groups_total", "groups_left_out", "coverage", "notes")
_QUESTION = ("metric", "scope", "code", "period")
_COVERAGE = {"rows_used": int, "pages_read": int, "partial": bool}
_PARTIAL = " Partial: only some of the records were examined."


def framed(data: Record, written: Callable[[Any], str]) -> tuple[str, tuple[str, ...]] | None:
    """Return the sentence of this answer and the fields that it says, None if it has no such fields.

    Notes follow it if there are any, so it says their field too. `written` writes a value as in a list.
    """
    if line := _page(data):
        return line, _PAGE
    if not (line := _rows(data)):
        return None
    if asked := _question(data, written):
        return f"{asked}. {line}", (*_QUESTION, *_METRIC)
    return line, _METRIC


def _page(data: Record) -> str:
    """Return the sentence about the page of a list, if it says all that these fields say."""
    if not (
        type(data.get("returned")) is int
        and type(data.get("has_more")) is bool
        and type(data.get("partial")) is bool
        and type(data.get("notes")) is list
        and data["has_more"] is ("next_cursor" in data)
        and type(data.get("total", 0)) is int
        and type(data.get("next_cursor", "")) is str
    ):
        return ""
    of = f" of {data['total']}" if "total" in data else ""
    more = f"More with next_cursor {data['next_cursor']}." if data["has_more"] else "No more."
    return f"Shown: {data['returned']}{of}. {more}{_PARTIAL if data['partial'] else ''}"


def _rows(data: Record) -> str:
    """Return the sentence about the rows of a metric, if it says all that these fields say."""
    coverage = data.get("coverage")
    if not (
        type(coverage) is dict
        and {name: type(value) for name, value in coverage.items()} == _COVERAGE
        and type(data.get("groups_total")) is int
        and type(data.get("groups_left_out")) is int
        and type(data.get("notes")) is list
    ):
        return ""
    rows = f"{data['groups_total'] - data['groups_left_out']} of {data['groups_total']}"
    read = f"{coverage['rows_used']} records, {coverage['pages_read']} pages"
    return f"Rows: {rows}, {read}.{_PARTIAL if coverage['partial'] else ''}"


def _question(data: Record, written: Callable[[Any], str]) -> str:
    """Return what a metric was asked, such as `cost of asset P-101, 11-01 00:00 to 11-30 12:00`."""
    period, code = data.get("period"), data.get("code", "")
    if not (
        _is_name(data.get("metric"))
        and _is_name(data.get("scope"))
        and type(code) is str
        and ("code" in data) is bool(code)
        and ("period" not in data or _is_period(period))
    ):
        return ""
    of = " ".join([data["scope"], *([written(code)] if code else [])])
    when = f", {written(period['since'])} to {written(period['until'])}" if period else ""
    return f"{data['metric']} of {of}{when}"


def _is_name(value: Any) -> bool:
    return type(value) is str and NAME.fullmatch(value) is not None


def _is_period(value: Any) -> bool:
    return (
        type(value) is dict
        and list(value) == ["since", "until"]
        and all(type(one) is str and TIME.fullmatch(one) for one in value.values())
    )
