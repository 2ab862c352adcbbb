"""Rows are decoded once, straight into the fields that are used; what is converted, and what is refused."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

import orjson
import pytest

from mcp_gateway.calls.errors import UpstreamNotUnderstood
from mcp_gateway.tools.kit import text
from mcp_gateway.upstream.envelope import Envelope
from mcp_gateway.upstream.resources.meters import MeterRow
from mcp_gateway.upstream.resources.work_orders import TaskRow
from mcp_gateway.upstream.rows import page_of, rows_of

NOON = dt.datetime(2026, 9, 17, 12, tzinfo=dt.UTC)


def given(*rows: object, total: int | None = None) -> Envelope:
    return Envelope(orjson.dumps(list(rows)), total)


def test_a_page_counts_all_its_rows() -> None:
    page = page_of(TaskRow, given({"wo_folio": "OT-1"}, {"wo_folio": 7}, total=9), 5, 2)
    assert [row.wo_folio for row in page.rows] == ["OT-1", "7"]
    assert (list(page.offsets), page.end, page.counted, page.is_last) == ([5, 6], 7, 9, False)


@pytest.mark.parametrize(
    ("field", "sent", "meant"),
    [
        ("creation_date", "2026-09-17T12:00:00", NOON),
        ("creation_date", "2026-09-17T09:00:00-03", NOON),
        ("creation_date", "2026-09-17T12:00:00.000000+00:00", NOON),
        ("creation_date", "", None),
        ("id_priorities", "3", 3),
        ("id_priorities", 3.0, 3),
        ("tasks_duration", "90", 90.0),
        ("stop_assets", "true", True),
        ("code", 15088, "15088"),
        ("unknown_to_us", {"any": ["thing"]}, None),
    ],
)
def test_what_has_a_plain_meaning_is_mended(field: str, sent: object, meant: object) -> None:
    (row,) = rows_of(TaskRow, given({"wo_folio": "OT-1", field: sent}))
    assert getattr(row, field, None) == meant


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"wo_folio": None}, "wo_folio"),
        ({"wo_folio": "A", "creation_date": "soon"}, "creation_date"),
        ({"wo_folio": "A", "creation_date": "0000-00-00", "tasks_duration": "50%"}, "creation_date"),
        ({"wo_folio": "A", "completed_percentage": "50%"}, "completed_percentage"),
        ({"wo_folio": "A", "id_priorities": "high"}, "id_priorities"),
        ({"wo_folio": "A", "id_request": "1" + "0" * 30}, "id_request"),
        (7, ""),
    ],
)
def test_what_has_none_costs_one_row_and_is_said(row: object, named: str) -> None:
    answer = given({"wo_folio": "OT-1"}, row, {"wo_folio": "OT-2"}, total=3)
    page = page_of(TaskRow, answer, 0, 100)
    assert [entry.wo_folio for entry in page.rows] == ["OT-1", "OT-2"]
    assert (list(page.offsets), page.read, page.counted, page.is_last) == ([0, 2], 3, 3, True)
    (sentence,) = answer.gaps.sentences
    assert sentence.startswith("1 record could not be read")
    assert named in sentence
    assert "50%" not in sentence
    page_of(TaskRow, answer, 0, 100)
    assert answer.gaps.rows_unread == 1  # read twice, it still counts as one record


@pytest.mark.parametrize("data", [b"", b"{", b'"text"', b"[" * 100_000])
def test_what_is_no_list_of_rows_is_refused(data: bytes) -> None:
    with pytest.raises(UpstreamNotUnderstood):
        rows_of(TaskRow, Envelope(data))


def test_nothing_and_one_object_are_lists_too() -> None:
    assert rows_of(TaskRow, Envelope(b"null")) == []
    assert [row.wo_folio for row in rows_of(TaskRow, Envelope(b'{"wo_folio": "A"}'))] == ["A"]


def test_rows_within_rows_are_mended_too() -> None:
    last: dict[str, Any] = {"value": "12.5", "date": None}
    (row,) = rows_of(MeterRow, given({"id": "4", "last_data": last}))
    assert row.id == 4
    assert row.last_data is not None
    assert row.last_data.value == 12.5


def test_no_code_point_that_is_to_be_removed_passes_as_printable() -> None:
    for point in range(0x110000):
        char = chr(point)
        removed = unicodedata.category(char) in text._REMOVED or char in text.INVISIBLE
        if removed and char not in "\n\t\r":
            assert text.clean(f"aé{char}b", 50) == "aéb", hex(point)
