"""Metrics over rows that the live service may return: without numbers, amounts or totals."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from aiohttp import web

from mcp_gateway.calls.cursors import Cursors
from mcp_gateway.calls.tool import Call
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.metrics import metrics
from mcp_gateway.tools.metrics.shapes import GetMaintenanceMetricsInput, GetMaintenanceMetricsOutput
from mcp_gateway.tools.work import order_details, order_list
from mcp_gateway.tools.work.order_query import ListWorkOrdersInput
from tests.gateway.upstream.conftest import Scripted, caller

DAY = dt.timedelta(days=1)
RIGHTS = frozenset(
    {"metrics:view", "work_orders:view", "assets:view", "work_requests:view", "inventory:view", "people:view"}
)


def ago(days: float) -> str:
    return (dt.datetime.now(dt.UTC) - days * DAY).isoformat()


def serve(
    scripted: Scripted, *, filters: bool = True, total: bool = True, **tables: list[dict[str, Any]]
) -> None:
    """Serve tables by name, with the contract's filters for work orders; other filters are ignored."""

    def fits(row: dict[str, Any], query: dict[str, list[str]]) -> bool:
        kind = query.get("type_date", [""])[0]
        if kind in row and "since" in query:
            moment = row[kind] and dt.datetime.fromisoformat(row[kind])
            begin, end = (dt.datetime.fromisoformat(query[name][0]) for name in ("since", "until"))
            if not moment or not begin <= moment <= end:
                return False
        same = (("ot_status", "id_status_work_order"), ("folio", "wo_folio"), ("code_asset", "code"))
        return all(name not in query or query[name][0] == str(row.get(key)) for name, key in same)

    async def script(request: web.BaseRequest) -> web.StreamResponse:
        address = urlsplit(request.raw_path)
        query = parse_qs(address.query)
        name = address.path.removeprefix("/api/").split("/")[0]
        rows = [row for row in tables.get(name, []) if not filters or fits(row, query)]
        start, limit = int(query.get("start", ["0"])[0]), min(100, int(query.get("limit", ["100"])[0]))
        body: dict[str, Any] = {"success": True, "message": "200", "data": rows[start : start + limit]}
        if total:
            body["total"] = str(len(rows))
        return web.Response(body=orjson.dumps(body))

    scripted.script = [script]


async def no_progress(done: float, total: float | None = None, message: str = "") -> None:
    pass


def call() -> Call:
    someone = caller(rights=RIGHTS)
    return Call(someone, runtime().upstream_of(someone), no_progress, "r", Cursors(b"k" * 32, "1/1/1"))


async def ask(metric: str, **arguments: Any) -> dict[str, Any]:
    given = GetMaintenanceMetricsInput.model_validate({"metric": metric, **arguments})
    answer: GetMaintenanceMetricsOutput = await metrics.get_maintenance_metrics(call(), given)
    return answer.model_dump(mode="json", exclude_none=True)


def task(folio: str, **fields: Any) -> dict[str, Any]:
    row = {
        "wo_folio": folio, "id_work_orders_tasks": None, "id_status_work_order": 3, "code": "A",
        "creation_date": ago(10), "date_maintenance": ago(9), "final_date": ago(8), "initial_date": ago(8.5),
        "trigger_description": "NO_SCHEDULE_TASK", "real_duration": 3600, "tasks_duration": 3600,
        "code_responsible": "P1", "personnel_description": "Ana",
    }  # fmt: skip
    return row | fields


MACHINE = {"code": "A", "id_type_item": 2, "active": True, "available": True, "location_code": "L"}


async def test_failures_without_a_number_are_failures_of_their_own(scripted: Scripted) -> None:
    """M16: five rows without id_work_orders_tasks are five failures, not one."""
    failed = [task(f"OT-{n}", types_description="Mechanical", event_date=ago(9)) for n in range(5)]
    serve(scripted, work_orders=failed, items=[MACHINE])
    overall = (await ask("reliability", since=ago(60)))["overall"]
    assert overall["failures"] == 5
    assert overall["mtbf_hours"] == pytest.approx(60 * 24 / 5, abs=0.1)
    assert (await ask("repeat_failures"))["overall"] == {"failures": 5, "repeated": 1, "without_cost": 5}


async def test_a_row_that_comes_twice_is_one(scripted: Scripted) -> None:
    closed = {"wo_final_date": ago(7)}
    rows = [task("OT-1", id_work_orders_tasks=7, **closed)] * 2
    rows.append(task("OT-2", id_work_orders_tasks=8, **closed))
    serve(scripted, work_orders=rows)
    assert (await ask("work_per_person"))["overall"] == {
        "people": 1, "tasks": 2, "worked_orders": 2, "closed_orders": 2, "hours_to_close": 72.0, "hours": 2.0,
    }  # fmt: skip


async def test_an_estimate_that_is_null_is_not_zero(scripted: Scripted) -> None:
    """Who has work of unknown length is neither free nor overloaded."""
    waiting = {"id_status_work_order": 1, "id_status_work_order_task": 0, "final_date": None}
    rows = [
        task("OT-1", **waiting, tasks_duration=None, code_responsible="P1"),
        task("OT-2", **waiting, tasks_duration=None, code_responsible="P2"),
        task("OT-3", **waiting, tasks_duration=7200, code_responsible="P2"),
        task("OT-4", **waiting, tasks_duration=0, code_responsible="P3"),
    ]
    people = [{"code": f"P{number}", "name": f"P{number}", "active": True} for number in (1, 2, 3)]
    serve(scripted, work_orders=rows, personnel=people)
    answer = await ask("backlog", group_by="person", until=ago(-7), hours_per_week=40)
    shown = {row["key"]: row for row in answer["rows"]}
    assert {key: (row.get("hours"), row["without_estimate"]) for key, row in shown.items()} == {
        "P1": (None, 1), "P2": (2, 1), "P3": (0, 0),
    }  # fmt: skip
    free = {key: row.get("free_hours") for key, row in shown.items()}
    assert free == {"P1": None, "P2": pytest.approx(38, abs=0.1), "P3": pytest.approx(40, abs=0.1)}
    assert any("2 tasks have no estimate" in note for note in answer["notes"])


async def test_money_that_is_null_is_not_zero(scripted: Scripted) -> None:
    """M15."""
    serve(scripted, work_orders=[task(f"OT-{n}") for n in range(5)])
    answer = await ask("cost")
    assert answer["overall"] == {"tasks": 5, "without_cost": 5}
    assert any("5 of the 5 tasks the cost is not known" in note for note in answer["notes"])
    parts = {"resources_human_resources": 30, "resources_inventory": None, "resources_services": 12.5}
    rows = [
        task("OT-1", **parts),
        task("OT-2", total_cost_task=7),
        task("OT-3", total_cost_task=0),
        task("OT-4"),
    ]
    serve(scripted, work_orders=rows)
    answer = await ask("cost", group_by="asset")
    expected = {"tasks": 4, "without_cost": 1, "labour": 30, "services": 12.5, "total": 49.5}
    assert answer["overall"] == expected
    (row,) = answer["rows"]
    assert {name: row[name] for name in expected} == expected


async def test_the_cost_of_an_order_is_not_that_of_some_tasks(scripted: Scripted) -> None:
    for last, total in ((5, 12), (0, 7), (None, None)):
        serve(scripted, work_orders=[task("OT-1", total_cost_task=7), task("OT-1", total_cost_task=last)])
        order = await order_details.get_work_order(call(), order_details.GetWorkOrderInput(folio="OT-1"))
        assert order.total_cost == total


async def test_durations_that_are_null_or_negative_are_not_known(scripted: Scripted) -> None:
    """planned_hours_share was −1.0 with a negative duration; tasks without an estimate had 0 hours."""
    planned = {"trigger_description": "DATE$EVERY$1$MONTHS"}
    rows = [
        task("OT-1", **planned, real_duration=-7200),
        task("OT-2"),
        task("OT-3", **planned, real_duration=None),
    ]
    serve(scripted, work_orders=rows)
    answer = await ask("planned_share")
    assert answer["overall"] == {
        "tasks": 3, "planned_tasks": 2, "planned_share": 0.6667, "hours": 1.0, "planned_hours_share": 0.0,
    }  # fmt: skip
    assert any("of 2 tasks is not known" in note for note in answer["notes"])
    waiting = {"id_status_work_order": 1, "final_date": None}
    rows = [task("OT-1", **waiting, tasks_duration=None), task("OT-2", **waiting, tasks_duration=None)]
    serve(scripted, work_orders=rows)
    answer = await ask("backlog")
    expected = {"tasks": 2, "orders": 2, "without_estimate": 2, "people": 1, "hours_per_week": 40}
    assert answer["overall"] == expected
    serve(
        scripted,
        work_orders=[*rows, task("OT-3", **waiting, code_responsible=None, personnel_description=None)],
    )
    answer = await ask("backlog", group_by="person")
    assert answer["overall"]["hours"] == 1
    assert {row["key"]: row.get("hours") for row in answer["rows"]} == {"-": 1.0, "P1": None}


@pytest.mark.parametrize(
    ("fields", "done"),
    [
        ({"id_status_work_order_task": 3}, True),
        ({"id_status_work_order_task": "3"}, True),
        ({"id_status_work_order_task": 1, "done": True}, False),
        ({"id_status_work_order_task": 2, "task_status": "DONE"}, False),
        ({"done": False}, False),
        ({"done": True, "final_date": ago(1)}, True),
        ({"task_status": "IN_PROGRESS"}, False),
        ({"task_status": "DONE"}, True),
        ({}, True),
        ({"final_date": None}, False),
    ],
)
async def test_one_definition_of_done(scripted: Scripted, fields: dict[str, Any], done: bool) -> None:
    """H7: in the list, in the backlog and for overdue work, the task's own status decides if it has one."""
    serve(scripted, work_orders=[task("OT-1", **({"id_status_work_order": 1} | fields))])
    assert (await ask("backlog"))["overall"]["tasks"] == (0 if done else 1)
    assert (await ask("summary"))["overall"]["late_in_process_tasks"] == (0 if done else 1)
    listed = await order_list.list_work_orders(call(), ListWorkOrdersInput(overdue=True))
    assert listed["returned"] == (0 if done else 1)


async def test_totals_that_cannot_be_trusted_are_no_figures(scripted: Scripted) -> None:
    """Without totals, or if filters are ignored, the company's counts are unknown."""
    rows = [task("OT-1", id_status_work_order=2), task("OT-2", id_status_work_order=2)]
    serve(scripted, total=False, work_orders=rows)
    answer = await ask("summary")
    others = dict.fromkeys(("in_process_tasks", "completed_tasks", "cancelled_tasks"), 0)
    assert answer["overall"] == {**others, "late_in_process_tasks": 0}
    assert answer["coverage"]["partial"] is True
    serve(scripted, filters=False, work_orders=[task(f"OT-{n}", id_status_work_order=2) for n in range(101)])
    answer = await ask("summary")
    assert answer["overall"] == {"late_in_process_tasks": 0}
    assert any("in_process, review, completed, cancelled" in note for note in answer["notes"])


async def test_up_to_a_page_is_counted_and_not_believed(scripted: Scripted) -> None:
    """O6: each count used the total of all statuses if the first row happened to have its status."""
    rows = [task(f"OT-{n}", id_status_work_order=status) for n, status in enumerate((2, 2, 4))]
    serve(scripted, filters=False, work_orders=rows)
    answer = await ask("summary")
    counted = {"in_process_tasks": 0, "review_tasks": 2, "completed_tasks": 0, "cancelled_tasks": 1}
    assert answer["overall"] == {**counted, "late_in_process_tasks": 0}
    assert answer["coverage"]["partial"] is False


async def test_stops_of_a_service_that_keeps_no_flag(scripted: Scripted) -> None:
    """H11: an asset marked as working, with a stop that nobody closed and one that overlaps it."""
    stops = [
        {"id": 1, "code": "A", "initial_date": ago(300), "final_date": None, "creation_date": ago(300)},
        {"id": 2, "code": "A", "initial_date": ago(2), "final_date": ago(1), "creation_date": ago(2)},
        {"id": 3, "code": "A", "initial_date": None, "final_date": ago(1), "creation_date": ago(2)},
        {"id": 4, "code": "A", "initial_date": ago(3), "final_date": ago(4), "creation_date": ago(3)},
    ]
    serve(scripted, items=[MACHINE, MACHINE | {"code": "B"}], items_availability=stops)
    answer = await ask("reliability", since=ago(10))
    assert answer["overall"]["downtime_hours"] == pytest.approx(240, abs=0.1)
    assert answer["overall"]["availability"] == pytest.approx(0.5, abs=1e-3)
    assert answer["coverage"]["rows_used"] == 2


async def test_an_asset_or_person_under_two_spellings_is_one_group(scripted: Scripted) -> None:
    """M8."""
    rows = [
        task("OT-1", items_log_description="Pump", personnel_description="Ana  Paz", creation_date=ago(30)),
        task("OT-2", items_log_description="PUMP 1", personnel_description="Ana Paz", creation_date=ago(9)),
    ]
    serve(scripted, work_orders=rows)
    for group_by, key, name in (("asset", "A", "PUMP 1"), ("person", "P1", "Ana Paz")):
        found = await ask("planned_share", group_by=group_by)
        assert [(row["key"], row["name"], row["tasks"]) for row in found["rows"]] == [(key, name, 2)]
