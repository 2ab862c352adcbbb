"""Reading rows only as far as they are needed, and cleaning printable text at once, change no answer."""

from __future__ import annotations

import unicodedata

import pytest

from mcp_gateway.errors import UpstreamNotUnderstood
from mcp_gateway.tools import text
from mcp_gateway.upstream.envelope import Envelope
from mcp_gateway.upstream.rows import page_of
from mcp_gateway.upstream.work_orders import TaskRow

GOOD = {"wo_folio": "OT-1"}
BAD = {"wo_folio": None}


def test_a_page_without_a_filter_counts_all_its_rows() -> None:
    page = page_of(TaskRow, Envelope([GOOD, {"wo_folio": 7}], 9, None), 5, 2)
    assert [row.wo_folio for row in page.rows] == ["OT-1", "7"]
    assert page.rows[1].wo_folio == "7"
    assert [row.wo_folio for row in page.rows[:1]] == ["OT-1"]
    assert (list(page.offsets), page.end, page.counted, page.is_last) == ([5, 6], 7, 9, False)


def test_a_row_that_cannot_be_understood_is_refused_when_it_is_reached() -> None:
    rows = iter(page_of(TaskRow, Envelope([GOOD, BAD], 2, None), 0, 2).rows)
    assert next(rows).wo_folio == "OT-1"
    with pytest.raises(UpstreamNotUnderstood):
        next(rows)


def test_pages_are_equal_when_their_rows_are() -> None:
    first, again, other = (
        page_of(TaskRow, Envelope(rows, 2, None), 0, 1).rows for rows in ([GOOD], [dict(GOOD)], [BAD])
    )
    assert first == again
    assert first != other


def test_no_code_point_that_is_to_be_removed_passes_as_printable() -> None:
    for point in range(0x110000):
        char = chr(point)
        removed = unicodedata.category(char) in text._REMOVED or char in text._INVISIBLE
        if removed and char not in "\n\t\r":
            assert text.clean(f"aé{char}b", 50) == "aéb", hex(point)
