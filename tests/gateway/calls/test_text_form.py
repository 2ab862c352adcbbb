"""The text of an answer says all that `structuredContent` says, and no text in it passes for more."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_gateway.calls.fence import fenced
from mcp_gateway.calls.text_form import text_form
from tests.text_reader import read, to_the_minute


def written(data: dict[str, Any]) -> str:
    return fenced(text_form(data, orjson.dumps(data)))


def told(data: dict[str, Any]) -> dict[str, Any]:
    return read(written(data))


DAY = "2026-06-01T10:30:00-05:00"
FIRST = dt.datetime(2025, 6, 1, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
TIMES = st.integers(0, 50_000_000).map(lambda past: (FIRST + dt.timedelta(seconds=past)).isoformat())
ODD = (
    "", " ", "null", "true", "007", "1e5", "-0", "2026-11-30 12:00",
    "30Nov 12:00", "30Nov2025 12:00", "30Abc 12:00", "30Nov 12h", "12h", "2026-11-30T12:00:00Z",
    "|", "a|b", "a\nb", "a\tb", "a\r\nb", "> 1|2", ">1|2", "- x", "[x]", "{a: 1}", '"', "a, b", "a: b",
    "\\u007c",
    "[/000000000]", ".5", "-.5", ".", "Shown: 1 of 1. No more.", "notes (2):",
    "rows (3), each {status:done}:",
    "Ig\u200bno\u200dre", "\u202etxt", "\U000e0049x", "\x1b[31m", "a\u2028b", "a\u0085b", "ñandú ✓",
    "12:30", "Pump { P-1 }", "Plant > Hall > Line 1", "Plant > Hall > Line 2",
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(ODD)
PLAIN = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS | TIMES
    | st.floats(allow_nan=False, allow_infinity=False)
)  # fmt: skip
NAMES = st.sampled_from(["a", "b", "b_code", "c", "url", "name", "at", "since"])
INNER = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
CHILDREN = st.lists(st.dictionaries(NAMES, INNER, max_size=4), max_size=3)
ROWS = st.lists(st.dictionaries(NAMES, INNER | CHILDREN, max_size=5), max_size=5)
PAGE = {
    "returned": st.integers(0, 5), "has_more": st.just(False), "partial": st.booleans(),
    "notes": st.lists(TEXTS, max_size=2),
}  # fmt: skip
METRIC = {
    "groups_total": st.just(9), "groups_left_out": st.integers(0, 9), "notes": st.lists(TEXTS, max_size=2),
    "coverage": st.fixed_dictionaries(
        {"rows_used": st.integers(0, 9), "pages_read": st.integers(0, 9), "partial": st.booleans()}
    ),
}  # fmt: skip
ASKED = {
    "metric": st.sampled_from(["cost", "two words"]), "scope": st.just("asset"), "code": TEXTS,
    "period": st.fixed_dictionaries({}, optional={"since": TIMES, "until": TIMES}),
}  # fmt: skip
ANSWERS = (
    st.dictionaries(st.sampled_from(["folio", "notes", "rows", "x1", "url"]), INNER | ROWS | CHILDREN)
    | st.fixed_dictionaries({**PAGE, "records": ROWS}, optional={"total": st.integers(0, 9)})
    | st.fixed_dictionaries({**METRIC, "rows": ROWS}, optional=ASKED)
)


# Rows much alike, so that each rule of a head applies to some of them and just not to others.
CODES = st.sampled_from(["P-101", "P/1", "ñ 2", "7"])
LABELS = st.sampled_from(
    ["Pump of the cooling tower { P-101 }", "Pump of the cooling tower { P/1 }", "Lubricate all bearings",
     "Plant > Hall, west > Line 1", "Plant > Hall, west > Line 2", "Plant > Yard > Line 2", "12:30", ""]
)  # fmt: skip
FEW_TIMES = st.sampled_from(
    [f"2025-06-{day}T{clock}-05:00" for day in ("01", "02") for clock in ("10:30:00", "23:59:59")]
    + ["2026-06-01T10:30:00-05:00", "2026-06-01T10:30:00Z"]
)
FRACTIONS = st.sampled_from([0.25, 0.333333, 1.0])
FOLIOS = st.sampled_from(["OT-0070", "OT-2201", "OT-2190", "OT-2190-A", "2201", ""])
PAGES = st.tuples(st.sampled_from(["http://h/a/", "http://h/b/"]), CODES)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": LABELS, "asset": LABELS, "asset_code": CODES, "description": LABELS, "type": LABELS,
    "minutes": st.sampled_from([1000000, 2000000]), "late": st.booleans(), "share": FRACTIONS,
    "share_of_all": FRACTIONS, "at": FEW_TIMES, "until": FEW_TIMES, "due_at": FEW_TIMES | st.none(),
    "item": st.sampled_from(["REP-0901-A", "REP-12", "REP-0901-A|", "REP-", "REQ-1", "7"]),
    "part": st.sampled_from(["REP-0901-A", "REP-12", "REP-0044"]),
    "folios": st.lists(FOLIOS, max_size=4), "types": st.lists(LABELS, max_size=3),
    "changes": st.dictionaries(
        st.sampled_from(["tasks", "share"]), st.dictionaries(st.sampled_from("ab"), FRACTIONS)
    ),
    "url": PAGES.map(lambda page: page[0] + quote(page[1], safe="")),
}  # fmt: skip
BELOW = st.lists(st.fixed_dictionaries({"key": CODES}, optional=FIELDS), max_size=3)
COLUMNS = st.sets(st.sampled_from([*FIELDS, "tasks", "parts"]), max_size=7)


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw rows of which most have the same columns."""
    columns = {name: FIELDS.get(name, BELOW) for name in sorted(draw(COLUMNS))}
    row = st.fixed_dictionaries({"key": CODES, **columns})
    loose = st.fixed_dictionaries({"key": CODES}, optional=columns)
    return draw(st.lists(row if draw(st.booleans()) else loose, min_size=2, max_size=9))


@given(tables())
@settings(max_examples=1000, deadline=None)
def test_rows_much_alike_are_told_whole(rows: list[dict[str, Any]]) -> None:
    objects = {"open": {"total": 3, "lines": rows}, "by_name": {f"n{at}": row for at, row in enumerate(rows)}}
    data = orjson.loads(orjson.dumps({"rows": rows, **objects, "a.b": rows, "only": {"lines": rows}}))
    assert same(to_the_minute(told(data)), to_the_minute(data)), written(data)


def test_what_most_rows_say_is_said_once() -> None:
    pump, fan = (
        {"asset_code": "P-1", "asset": "Pump of tower 3"},
        {"asset_code": "F-1", "asset": "Fan of tower 4"},
    )
    rows = [
        {"key": f"K/{number}", "status": "not_started", **(fan if number == 3 else pump), "at": DAY,
         "until": DAY.replace("10:30", f"1{number}:45"), "url": f"http://h/a/K%2F{number}",
         "folios": [f"OT-{number}0{number}", "OT-2201", "OT-0070"], "types": ["Mechanical", "a, b"]}
        for number in range(1, 7)
    ]  # fmt: skip
    rows[5]["status"] = "done"
    text = text_form({"rows": rows}, orjson.dumps({"rows": rows}))
    assert text.split("\n")[1:6] == [
        "rows (6), each {at:01Jun 10:30}, unless shown {status:not_started}, url = http://h/a/{key}, "
        "asset once per asset_code, folios of OT-:",
        "key|status|asset_code|asset|until|folios|types[]",
        'K/1||P-1|Pump of tower 3|01Jun 11:45|101 2201 0070|Mechanical, "a, b"',
        'K/2||P-1||01Jun 12:45|202 2201 0070|Mechanical, "a, b"',
        'K/3||F-1|Fan of tower 4|01Jun 13:45|303 2201 0070|Mechanical, "a, b"',
    ]
    assert told({"rows": rows}) == {"rows": rows}


def test_codes_leave_out_what_all_begin_with() -> None:
    page = "http://h/a/REP-"
    rows = [
        {"part": f"REP-0{at}-A", "warehouse": "W-1" if at % 2 else "W-22", "url": f"{page}0{at}-A"}
        for at in range(1, 9)
    ]
    text = text_form({"rows": rows}, orjson.dumps({"rows": rows}))
    assert text.split("\n")[:3] == [
        "rows (8), part = REP-{part}, url = http://h/a/REP-{part}:", "part|warehouse", "01-A|W-1",
    ]  # fmt: skip
    assert told({"rows": rows}) == {"rows": rows}


def test_the_figures_of_a_metric_say_how_far_they_go() -> None:
    covered = {"rows_used": 136, "pages_read": 7, "partial": True}
    data = {
        "groups_total": 77,
        "groups_left_out": 67,
        "coverage": covered,
        "notes": ["One."],
        "metric": "cost",
    }
    text = text_form(data, orjson.dumps(data))
    assert text.startswith("Rows: 10 of 77, 136 records, 7 pages. Partial: only some")
    assert told(data) == data
    asked = {**data, "scope": "location", "code": "Hall, 2", "period": {"since": DAY, "until": DAY}}
    lines = text_form(asked, orjson.dumps(asked)).split("\n")
    assert lines[0] == "Times: 2026 UTC-05"
    assert lines[1].startswith('cost of location "Hall, 2", 01Jun 10:30 to 01Jun 10:30. Rows: 10 of 77, 136')
    assert told(asked) == asked


@given(ANSWERS)
@settings(max_examples=600, deadline=None)
def test_nothing_is_lost_and_nothing_added(data: dict[str, Any]) -> None:
    plain = orjson.loads(orjson.dumps(data))
    found = told(plain)
    assert same(to_the_minute(found), to_the_minute(plain)), written(plain)


def same(one: Any, other: Any) -> bool:
    """Compare as JSON does: 1 is 1.0, but neither is true."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_a_text_forges_neither_row_nor_column(pairs: list[tuple[str, str]]) -> None:
    rows = [{"id": number, "title": title, "note": note} for number, (title, note) in enumerate(pairs)]
    lines = written({"rows": rows}).split("\n")
    assert len(lines) in (len(rows) + 4, len(rows) + 5)  # fence, times, head, columns
    columns = {line.count("|") for line in lines[-len(rows) - 2 : -1]}
    assert len(columns) == 1
    assert all(line[0].isdigit() for line in lines[-len(rows) - 1 : -1])


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_stay_what_they_are(text: str) -> None:
    data = {
        "note": text,
        "list": [text, text],
        "rows": [{"name": text}, {"name": "x"}],
        "inside": {"a": text},
    }
    assert told(data) == data


def test_what_is_empty_is_told_apart() -> None:
    rows = [{"a": None}, {"a": 0}, {"a": False}, {"a": ""}, {"a": []}, {"a": {}}, {"b": 1}]
    data: dict[str, Any] = {
        "none": None,
        "zero": 0,
        "no": False,
        "text": "",
        "list": [],
        "object": {},
        "rows": rows,
    }
    found = told(data)
    assert found == data
    assert [type(row.get("a")) for row in found["rows"][:3]] == [type(None), int, bool]


def test_a_table_says_each_thing_once() -> None:
    """As the text stands in docs/reference/text-form.md."""
    page = "http://plant.example/records/work-orders/"
    data = {
        "returned": 2, "total": 7, "has_more": True, "partial": False, "next_cursor": "eyJy", "notes": [],
        "work_orders": [
            {
                "folio": "OT-12", "status": "in_process", "responsible": "Ana Ruiz",
                "location": "Plant > Hall > Line 1", "created_at": "2026-11-19T12:00:00-05:00",
                "scheduled_at": "2026-11-19T12:00:00-05:00", "url": f"{page}OT-12",
                "tasks": [
                    {"id": 33, "asset_code": "P-101", "asset": "Pump { P-101 }", "note": "Seal | shaft"},
                    {"id": 34, "asset_code": "P-102", "asset": "Fan { P-102 }", "note": ""},
                ],
            },
            {
                "folio": "OT-13", "status": "in_process", "location": "Plant > Hall > Line 2",
                "created_at": "2025-11-19T12:30:00-05:00", "scheduled_at": "2025-11-19T12:30:00-05:00",
                "url": f"{page}OT-13", "tasks": [],
            },
        ],
    }  # fmt: skip
    text = text_form(data, orjson.dumps(data))
    assert text == (
        "Times: 2026 UTC-05\n"
        "Shown: 2 of 7. More with next_cursor eyJy.\n"
        "work_orders (2), each {status:in_process}, location in Plant > Hall >, "
        "url = http://plant.example/records/work-orders/{folio}, scheduled_at = created_at:\n"
        "folio|responsible|location|created_at|tasks\n"
        "> tasks, asset + { asset_code }:\n"
        ">id|asset_code|asset|note\n"
        "OT-12|Ana Ruiz|Line 1|19Nov 12h|2\n"
        '>33|P-101|Pump|"Seal \\u007c shaft"\n'
        '>34|P-102|Fan|""\n'
        "OT-13||Line 2|19Nov2025 12:30|0"
    )
    assert told(data) == data
