"""Sentences for fields that many answers have: how much of a list is shown, what a metric read."""

from __future__ import annotations

from mcp_gateway.calls.text_tables import Record

_PAGE = ("returned", "total", "has_more", "partial", "next_cursor", "notes")
_METRIC = ("groups_total", "groups_left_out", "coverage", "notes")
_COVERAGE = {"rows_used": int, "pages_read": int, "partial": bool}
_PARTIAL = " Partial: only some of the records were examined."


def framed(data: Record) -> tuple[str, tuple[str, ...]] | None:
    """Return the sentence of this answer and the fields that it says, None if it has no such fields.

    Notes follow it if there are any, so it says their field too.
    """
    for sentence, fields in ((_page, _PAGE), (_metric, _METRIC)):
        if line := sentence(data):
            return line, fields
    return None


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
    of = data.get("total", "an unknown total")
    more = f"More with next_cursor {data['next_cursor']}." if data["has_more"] else "No more."
    return f"Shown: {data['returned']} of {of}. {more}{_PARTIAL if data['partial'] else ''}"


def _metric(data: Record) -> str:
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
    read = f"{coverage['rows_used']} records on {coverage['pages_read']} pages"
    return f"Rows: {rows}, of {read}.{_PARTIAL if coverage['partial'] else ''}"
