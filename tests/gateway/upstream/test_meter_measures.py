"""stale_meters and meter_forecast over an upstream that returns exactly what each test defines.

Expected values are arithmetic on it, by the definitions of docs/metrics.md.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from aiohttp import web

from tests.conftest import World
from tests.gateway.upstream.conftest import Scripted
from tests.gateway.upstream.rows import Rows, refused, resources, told

pytestmark = pytest.mark.django_db(transaction=True)


def ago(days: float) -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(days=days)).isoformat()


def counter(number: int, value: float | None, *, read: float | None = 10, **changes: Any) -> dict[str, Any]:
    """Build an hour counter of asset A<number>, read `read` days ago, that gains 30 a month (one a day)."""
    dial = {"date": None if read is None else ago(read), "value": value, "accumulated_value": value}
    return {
        "id": number, "code": f"A{number}", "active": True, "is_counter": True, "units_code": "HRS",
        "units_description": "Hours", "counter_value": value, "monthly_average_data": 30,
        "last_data": None if value is None else dial,
    } | changes  # fmt: skip


def with_task(meter: dict[str, Any], task: int, last: float | None = 0, **changes: Any) -> dict[str, Any]:
    return meter | {
        "id_task": task, "tasks_description": f"Task {task}", "id_task_trigger_type": 3,
        "last_value_trigger": last,
    } | changes  # fmt: skip


def every(task: int, size: float, unit: str | None = "Hours", **changes: Any) -> dict[str, Any]:
    number = task * 100 + int(size) % 97
    return {
        "id": number, "id_task": task, "id_task_trigger_type": 3, "value_main": size, "unit_description": unit
    } | changes  # fmt: skip


async def forecast(
    scripted: Scripted,
    company: World,
    meters: Rows,
    triggers: Rows,
    items: Rows | None = None,
    **arguments: Any,
) -> dict[str, Any]:
    tables = {"meters_advanced": meters, "tasks_triggers": triggers, "items": items or []}
    scripted.script = [resources(tables, filters=("active",))]
    return await told(company, "get_maintenance_metrics", metric="meter_forecast", **arguments)


def days_from_now(moment: str) -> float:
    return (dt.datetime.fromisoformat(moment) - dt.datetime.now(dt.UTC)) / dt.timedelta(days=1)


async def test_it_counts_from_the_last_reading_and_marks_what_is_past(
    scripted: Scripted, company: World
) -> None:
    """Read 10 days ago at 240: 250 is due 10 days later, which is now; 245 five days ago; 260 in ten days."""
    meters = [with_task(counter(n, 240), n) for n in (1, 2, 3)]
    answer = await forecast(scripted, company, meters, [every(1, 260), every(2, 245), every(3, 250)])
    rows = {row["meter"]: row for row in answer["rows"]}
    assert [row["meter"] for row in answer["rows"]] == [2, 3, 1]
    assert rows[2]["reached"] == "probably"
    assert rows[1]["reached"] == "not_yet"
    for number, days in ((1, 10), (2, -5), (3, 0)):
        assert days_from_now(rows[number]["due_at"]) == pytest.approx(days, abs=0.01)
        assert rows[number]["days"] == pytest.approx(days, abs=0.06)
        assert rows[number]["monthly_average"] == 30
        assert days_from_now(rows[number]["last_read_at"]) == pytest.approx(-10, abs=0.01)
    assert answer["overall"] == {"meters": 3, "due": 3, "reached": 0, "unknown": 0}


async def test_all_tasks_of_one_counter(scripted: Scripted, company: World) -> None:
    """250 h and 2,000 h at 240: the oil change is due today, the overhaul in 1,750 days."""
    meters = [with_task(counter(1, 240), 1), with_task(counter(1, 240), 2)]
    triggers = [every(1, 250), every(2, 2000)]
    answer = await forecast(scripted, company, meters, triggers, days=3650)
    assert [(row["task"], row["due_value"]) for row in answer["rows"]] == [("Task 1", 250), ("Task 2", 2000)]
    assert [round(days_from_now(row["due_at"])) for row in answer["rows"]] == [0, 1750]
    near = await forecast(scripted, company, meters, triggers)
    assert [row["task"] for row in near["rows"]] == ["Task 1"]
    assert near["overall"]["meters"] == 1


async def test_all_steps_of_one_task(scripted: Scripted, company: World) -> None:
    answer = await forecast(
        scripted, company, [with_task(counter(1, 240), 1)], [every(1, 250), every(1, 300)]
    )
    assert [row["due_value"] for row in answer["rows"]] == [250, 300]


async def test_a_step_counts_in_the_unit_of_the_meter(scripted: Scripted, company: World) -> None:
    """A task every 1,500 h and every 11,000 km, and one whose only unit is spelt like the code."""
    kilometres = counter(2, 10_900) | {"units_code": "KM", "units_description": "Kilometres"}
    meters = [with_task(counter(1, 1480), 1), with_task(kilometres, 1), with_task(counter(3, 90), 2)]
    triggers = [every(1, 1500), every(1, 11_000, "kilometres"), every(2, 100, "h.")]
    answer = await forecast(scripted, company, meters, triggers, days=3650)
    assert {row["meter"]: row["due_value"] for row in answer["rows"]} == {1: 1500, 2: 11_000, 3: 100}


async def test_zero_is_where_it_began_and_null_is_not_known(scripted: Scripted, company: World) -> None:
    """At 1,020, every 500: started at 0, it was due at 500; with unknown start the next step is 1,500."""
    meters = [with_task(counter(1, 1020), 1, last=0), with_task(counter(2, 1020), 1, last=None)]
    answer = await forecast(scripted, company, meters, [every(1, 500)], days=3650)
    rows = {row["meter"]: row for row in answer["rows"]}
    assert (rows[1]["due_value"], rows[1]["reached"]) == (500, "yes")
    assert (rows[2]["due_value"], rows[2]["reached"]) == (1500, "not_yet")


@pytest.mark.parametrize("average", [0, None, -12])
async def test_without_an_average_only_what_is_reached_is_told(
    scripted: Scripted, company: World, average: float | None
) -> None:
    reached = counter(1, 600, monthly_average_data=average)
    before = counter(2, 400, monthly_average_data=average)
    answer = await forecast(scripted, company, [with_task(reached, 1), with_task(before, 1)], [every(1, 500)])
    (row,) = answer["rows"]
    assert (row["meter"], row["reached"], "due_at" in row, "days" in row) == (1, "yes", False, False)
    assert answer["overall"] == {"meters": 2, "due": 1, "reached": 1, "unknown": 1}
    assert any("1 pairs" in note for note in answer["notes"])


async def test_what_nobody_knows_is_counted(scripted: Scripted, company: World) -> None:
    """Never read; read without a date; no trigger of that task; and one beyond the end of the calendar."""
    meters = [
        with_task(counter(1, None), 1),
        with_task(counter(2, 400, read=None), 1),
        with_task(counter(3, 400), 2),
        with_task(counter(4, 400, monthly_average_data=1e-9), 1),
    ]
    answer = await forecast(scripted, company, meters, [every(1, 500)])
    assert answer["rows"] == []
    assert answer["overall"] == {"meters": 4, "due": 0, "reached": 0, "unknown": 4}


async def test_what_is_out_of_use_is_not_forecast(scripted: Scripted, company: World) -> None:
    meters = [
        with_task(counter(1, 240), 1),
        with_task(counter(2, 240, active=False), 1),
        with_task(counter(3, 240), 1),
        with_task(counter(4, 240, is_counter=False), 1),
        with_task(counter(5, 240), 1, id_task_trigger_type=2),
        counter(6, 240),
    ]
    items = [{"code": "A3", "active": False}, {"code": "A1", "active": True}]
    answer = await forecast(scripted, company, meters, [every(1, 250)], items)
    assert [row["meter"] for row in answer["rows"]] == [1]
    assert answer["overall"]["meters"] == 1


async def test_accumulated_and_dial(scripted: Scripted, company: World) -> None:
    """The dial was replaced at 12,000: it shows 240, 12,240 were counted, and the task is due at 12,250."""
    meter = counter(1, 12_240)
    meter["last_data"]["value"] = 240
    answer = await forecast(scripted, company, [with_task(meter, 1, last=12_000)], [every(1, 250)])
    (row,) = answer["rows"]
    assert (row["value"], row["due_value"]) == (12_240, 12_250)
    assert (row["dial_value"], row["due_dial_value"]) == (240, 250)


async def test_stale_meters(scripted: Scripted, company: World) -> None:
    meters = [
        counter(1, 10, read=29.9),
        counter(2, 10, read=30.1),
        counter(3, 10, read=300),
        counter(4, None),
        counter(5, 10, read=None),  # it is not known when a value without a date was read
        counter(6, 10, read=300, active=False),
        counter(7, 10, read=300),
    ]
    tables = {"meters": meters, "items": [{"code": "A7", "active": False}]}
    scripted.script = [resources(tables, filters=("active",))]
    answer = await told(company, "get_maintenance_metrics", metric="stale_meters")
    assert [(row["meter"], row.get("days")) for row in answer["rows"]] == [
        (4, None),
        (5, None),
        (3, 300),
        (2, 30),
    ]
    assert answer["overall"] == {"meters": 5, "stale": 4, "never_read": 2}
    later = await told(company, "get_maintenance_metrics", metric="stale_meters", days=31)
    assert [row["meter"] for row in later["rows"]] == [4, 5, 3]


@pytest.mark.parametrize("own_filter", ["ignored", "direct"])
async def test_a_place_at_any_depth_whatever_the_filter_of_the_upstream_means(
    scripted: Scripted, company: World, own_filter: str
) -> None:
    """Meters are three levels below the plant; the upstream's filter covers only those directly in it."""
    tree = {"PLANT": ["LINE"], "LINE": ["A1", "CELL"], "CELL": ["A2"], "YARD": ["A3"]}
    items = [
        {"code": code, "location_code": place, "id_type_item": 1 if code in tree else 2, "active": True}
        for place, codes in tree.items()
        for code in codes
    ]
    items += [{"code": code, "id_type_item": 1, "active": True} for code in ("PLANT", "YARD")]
    meters = [counter(n, 10, read=300) for n in (1, 2, 3)]

    def below(place: str) -> set[str]:
        return {code for child in tree.get(place, []) for code in {child, *below(child)}}

    async def script(request: web.BaseRequest) -> web.StreamResponse:
        url = urlsplit(request.raw_path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        place, rows = query.get("location_code"), meters
        if url.path.endswith("/items"):
            rows = [row for row in items if query.get("code") in (None, row["code"])]
            rows = [row for row in rows if query.get("active") in (None, str(row["active"]).lower())]
            if place is not None:
                inside = below(place) if query.get("is_tree") == "true" else set(tree.get(place, []))
                rows = [row for row in rows if row["code"] in inside]
        elif place is not None and own_filter == "direct":
            rows = [row for row in rows if row["code"] in tree.get(place, [])]
        start, size = int(query.get("start", 0)), int(query.get("limit", 100))
        body = {"success": True, "data": rows[start : start + size], "total": len(rows)}
        return web.Response(body=orjson.dumps(body))

    scripted.script = [script]
    for place, expected in (("PLANT", [1, 2]), ("LINE", [1, 2]), ("CELL", [2]), ("YARD", [3])):
        listed = await told(company, "list_meters", location=place)
        assert [row["id"] for row in listed["meters"]] == expected
        measured = await told(
            company, "get_maintenance_metrics", metric="stale_meters", scope="location", code=place
        )
        assert sorted(row["meter"] for row in measured["rows"]) == expected
        assert measured["overall"]["meters"] == len(expected)
    assert (await refused(company, "list_meters", location="NOWHERE"))["code"] == "not_found"
