"""A bounded search never counts as complete: it reads on, or the answer says how far it looked.

The upstream is scripted, so its contents are known.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import pytest
from aiohttp import web

from tests.conftest import World
from tests.gateway.upstream.conftest import Script, Scripted
from tests.gateway.upstream.rows import ME, Rows, ask, assets, refused, resources, told

pytestmark = pytest.mark.django_db(transaction=True)
NOW = dt.datetime.now(dt.UTC)


def writes_as(answer: dict[str, Any], tables: dict[str, Rows], *filters: str) -> Script:
    """Answer reads from the tables, and every write with `answer`."""
    table = resources(tables, filters=filters)

    async def script(request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "GET":
            found: web.StreamResponse = await table(request)
            return found
        return web.Response(body=orjson.dumps({"success": True, "data": [answer], "total": 1}))

    return script


def sent(scripted: Scripted) -> list[dict[str, Any]]:
    return [orjson.loads(seen.body) for seen in scripted.seen if seen.method != "GET"]


# --- meters of an asset ----------------------------------------------------------------------


def meters(count: int, **changes: Any) -> Rows:
    return [
        {"id": n, "code": "A1", "serial": f"S{n}", "active": True, "description": f"Gauge {n}", **changes}
        for n in range(1, count + 1)
    ]


@pytest.mark.parametrize("named", [{"serial": "S130"}, {"meter": 130}])
async def test_a_meter_behind_the_first_page_of_an_asset(
    scripted: Scripted, company: World, named: dict[str, Any]
) -> None:
    tables = {"items": assets(3), "meters": meters(130)}
    scripted.script = [writes_as({}, tables, "code", "serial")]
    reading = await told(company, "add_meter_reading", asset="A1", value=7, **named)
    assert reading["meter"] == 130
    assert [body["serial"] for body in sent(scripted)] == ["S130"]


async def test_the_only_active_meter_stands_behind_the_first_page(scripted: Scripted, company: World) -> None:
    tables = {"items": assets(3), "meters": [*meters(110, active=False), *meters(111)[110:]]}
    scripted.script = [writes_as({}, tables, "code", "serial")]
    assert (await told(company, "add_meter_reading", asset="A1", value=7))["meter"] == 111


async def test_two_active_meters_are_two_however_far_apart(scripted: Scripted, company: World) -> None:
    off = meters(149, active=False)[1:]
    tables = {"items": assets(3), "meters": [*meters(1), *off, *meters(150)[149:]]}
    scripted.script = [writes_as({}, tables, "code", "serial")]
    error = await refused(company, "add_meter_reading", asset="A1", value=7)
    assert (error["code"], [row["id"] for row in error["candidates"]]) == ("ambiguous", [1, 150])
    assert sent(scripted) == []


async def test_the_only_meter_that_could_be_read_is_not_the_only_one(
    scripted: Scripted, company: World
) -> None:
    tables = {"items": assets(3), "meters": [*meters(1), {"id": "x", "code": "A1", "active": True}]}
    scripted.script = [writes_as({}, tables, "code", "serial")]
    error = await refused(company, "add_meter_reading", asset="A1", value=7)
    assert (error["code"], sent(scripted)) == ("ambiguous", [])
    assert "Not all meters of the asset could be read" in error["message"]
    assert (await told(company, "add_meter_reading", asset="A1", value=7, serial="S1"))["meter"] == 1


async def test_candidates_say_how_many_are_left_out(scripted: Scripted, company: World) -> None:
    scripted.script = [resources({"items": assets(3), "meters": meters(130)}, filters=("code", "serial"))]
    error = await refused(company, "add_meter_reading", asset="A1", value=7)
    assert len(error["candidates"]) + error["candidates_left_out"] == 130
    scripted.script = [resources({"items": assets(3), "meters": meters(3)}, filters=("code", "serial"))]
    error = await refused(company, "add_meter_reading", asset="A1", value=7)
    assert (len(error["candidates"]), "candidates_left_out" in error) == (3, False)


async def test_meters_of_an_asset_are_counted_to_the_last(scripted: Scripted, company: World) -> None:
    scripted.script = [resources({"items": assets(3), "meters": meters(130)}, filters=("code",))]
    asset = await told(company, "get_asset", code="A1", include=["meters"])
    assert len(asset["meters"]) == 50
    assert asset["parts_notes"] == ["meters: only the first 50 are shown."]
    scripted.script = [resources({"items": assets(3), "meters": meters(50)}, filters=("code",))]
    asset = await told(company, "get_asset", code="A1", include=["meters"])
    assert (len(asset["meters"]), asset["parts_notes"]) == (50, [])


# --- other candidates ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tool", "arguments"), [("get_asset", {"code": "Pump"}), ("list_work_orders", {"asset": "Pump"})]
)
async def test_several_of_one_name_are_counted(
    scripted: Scripted, company: World, tool: str, arguments: dict[str, Any]
) -> None:
    rows = [row | {"field_1": "Pump"} for row in assets(137)]
    scripted.script = [resources({"items": rows}, filters=("code", "field_1"))]
    error = await refused(company, tool, **arguments)
    assert error["code"] == "ambiguous"
    assert len(error["candidates"]) + error["candidates_left_out"] == 137


async def test_warehouses_to_choose_from_are_counted(scripted: Scripted, company: World) -> None:
    rows: Rows = [{"id": n, "code": f"W{n}", "description": f"Store {n}"} for n in range(23)]
    scripted.script = [resources({"warehouses": rows})]
    error = await refused(company, "list_stock", warehouse="Store")
    assert len(error["candidates"]) + error["candidates_left_out"] == 23


async def test_tasks_of_an_order_to_choose_from_are_counted(scripted: Scripted, company: World) -> None:
    tasks: Rows = [
        {"wo_folio": "OT-1", "id_status_work_order": 1, "id_work_orders_tasks": n} for n in range(1, 32)
    ]
    tables = {"work_orders": tasks, "personnel": [ME]}
    scripted.script = [resources(tables, filters=("id_work_order_task",))]
    done = {"id": 99, "done": True, "started_at": "2026-01-05T08:00", "finished_at": "2026-01-05T09:00"}
    error = await refused(company, "update_work_order", folio="OT-1", task=done)
    assert len(error["candidates"]) + error["candidates_left_out"] == 31


async def test_search_says_how_many_more_fit(scripted: Scripted, company: World) -> None:
    rows: Rows = [{"code": f"P{n}", "name": f"Ana {n}", "active": True} for n in range(42)]
    scripted.script = [resources({"personnel": rows}, filters=("code",))]
    answer = await told(company, "search", query="Ana")
    assert len(answer["results"]) == 10
    assert answer["notes"] == ["person: 32 more were found and are not shown."]


async def test_search_looks_at_people_in_the_order_of_their_names(scripted: Scripted, company: World) -> None:
    """The list is sorted by name, so the last one is not the newest."""
    rows: Rows = [{"code": f"P{n}", "name": f"Ana {n:03}", "active": True} for n in range(900)]
    scripted.script = [resources({"personnel": rows}, filters=("code",))]
    answer = await told(company, "search", query="Ana")
    assert [result["id"] for result in answer["results"]] == [f"person:P{n}" for n in range(10)]
    assert answer["notes"] == [
        "person: 290 more were found and are not shown; only 300 of 900 were searched for the words."
    ]


# --- changes of a request --------------------------------------------------------------------


def changes(count: int) -> Rows:
    return [
        {"id": n, "id_request": 7, "id_status": 1, "notes": f"note {n}", "date": "2026-01-05T00:00:00Z"}
        for n in range(count)
    ]


async def test_a_long_history_of_a_request_is_whole(scripted: Scripted, company: World) -> None:
    tables: dict[str, Rows] = {"work_requests": [{"id": 7}], "work_requests_status": changes(230)}
    scripted.script = [resources(tables)]
    request = await told(company, "get_work_request", id=7, include=["history"])
    assert [change["notes"] for change in request["history"]] == [f"note {n}" for n in range(230)]


async def test_a_history_beyond_all_bounds_says_so(scripted: Scripted, company: World) -> None:
    tables: dict[str, Rows] = {"work_requests": [{"id": 7}], "work_requests_status": changes(700)}
    scripted.script = [resources(tables)]
    result = await ask(company, "get_work_request", id=7, include=["history"])
    assert result.structured is not None
    assert len(result.structured["history"]) == 500
    assert "Only the first 500 changes of the request could be examined" in result.content[0]["text"]


# --- is it there already? --------------------------------------------------------------------


def open_tasks(count: int, last_says: str) -> Rows:
    rows: Rows = [
        {
            "wo_folio": f"OT-{n}", "id_work_orders_tasks": n, "id_status_work_order": 1, "code": "A1",
            "description": "Lubricate bearings",
        }
        for n in range(count)
    ]  # fmt: skip
    rows[-1]["description"] = last_says
    return rows


async def test_an_open_order_behind_the_first_page_is_a_duplicate(scripted: Scripted, company: World) -> None:
    tables = {
        "items": assets(3), "personnel": [ME], "work_orders": open_tasks(260, "Hydraulic hose leaks"),
    }  # fmt: skip
    scripted.script = [resources(tables, filters=("code",))]
    error = await refused(company, "create_work_request", title="Hose leaks oil, hydraulic", asset="A1")
    assert (error["code"], [row["folio"] for row in error["candidates"]]) == (
        "looks_like_a_duplicate",
        ["OT-259"],
    )


async def test_duplicates_to_choose_from_are_orders_and_are_counted(
    scripted: Scripted, company: World
) -> None:
    rows = [row | {"description": "Hose leaks", "wo_folio": f"OT-{n // 2}"} for n, row in
            enumerate(open_tasks(30, ""))]  # fmt: skip
    tables = {"items": assets(3), "personnel": [ME], "work_orders": rows}
    scripted.script = [resources(tables, filters=("code",))]
    error = await refused(company, "create_work_request", title="Hose leaks", asset="A1")
    assert len(error["candidates"]) + error["candidates_left_out"] == 15
    assert [row["folio"] for row in error["candidates"]] == [f"OT-{n}" for n in range(5)], "the newest first"


async def test_orders_that_were_not_compared_are_told_of(scripted: Scripted, company: World) -> None:
    tables = {
        "items": assets(3), "personnel": [ME], "work_orders": open_tasks(1250, "Hydraulic hose leaks"),
    }  # fmt: skip
    scripted.script = [writes_as({"id": 79}, tables, "code")]
    made = await ask(company, "create_work_request", title="Hydraulic hose leaks", asset="A1")
    assert made.structured is not None, made.content
    assert made.structured["id"] == 79
    assert "Only the first 1000 open tasks of the asset could be examined" in made.content[0]["text"]


async def test_a_request_behind_the_first_page_is_a_duplicate(scripted: Scripted, company: World) -> None:
    rows: Rows = [
        {"id": n, "code_item": "A1", "id_status": 1, "description": "Lamp is off", "date": NOW.isoformat()}
        for n in range(1, 141)
    ]
    rows[-1]["description"] = "Hose leaks oil"
    tables = {"items": assets(3), "personnel": [ME], "work_requests": rows}
    scripted.script = [resources(tables, filters=("code",))]
    error = await refused(company, "create_work_request", title="The hose leaks", asset="A1")
    assert [row["id"] for row in error["candidates"]] == [140]


def requests_of_today(count: int, **last: Any) -> Rows:
    rows: Rows = [
        {"id": n, "code_item": "A2", "id_status": 1, "description": "Lamp is off", "date": NOW.isoformat()}
        for n in range(1, count + 1)
    ]
    rows[-1] |= last
    return rows


async def test_a_request_in_another_language_says_how_far_was_looked(
    scripted: Scripted, company: World
) -> None:
    rows = requests_of_today(1250)
    rows[40]["description"] = "Fuga de aceite en la manguera"
    tables = {"items": assets(3), "personnel": [ME], "work_requests": rows}
    scripted.script = [resources(tables, filters=("code",))]
    error = await refused(company, "create_work_request", title="Oil leak, hose")
    assert [row["id"] for row in error["candidates"]] == [41]
    assert "Only the first 1000 requests of the last 30 days could be examined" in error["message"]


async def test_the_requests_of_the_asset_are_read_where_there_are_too_many(
    scripted: Scripted, company: World
) -> None:
    rows = requests_of_today(1250, code_item="A1", description="Vazamento na mangueira de óleo")
    tables = {"items": assets(3), "personnel": [ME], "work_requests": rows}
    scripted.script = [resources(tables, filters=("code", "code_item"))]
    error = await refused(company, "create_work_request", title="Oil leak, hose", asset="A1")
    assert [row["id"] for row in error["candidates"]] == [1250]


@pytest.mark.parametrize(
    ("query", "found", "reads"),
    [
        ("solicitud 359", "work_request:359", 1),
        ("Solicitação nº 359", "work_request:359", 1),
        ("request 359", "work_request:359", 1),
        ("OS 1496", "work_order:OT-1496", 3),
        ("ordem 1496", "work_order:OT-1496", 3),
        ("medidor MTC-02", "meter:7", 2),
        ("repuesto REP-0501-A", "asset:REP-0501-A", 2),
        ("técnico TEC-9", "person:TEC-9", 1),
    ],
)
async def test_a_kind_that_is_named_is_looked_up_alone(
    scripted: Scripted, company: World, query: str, found: str, reads: int
) -> None:
    """A query without a kind costs twelve reads."""
    order = {"wo_folio": "OT-2204", "id_work_orders_tasks": 1, "description": "Check"}
    tables: dict[str, Rows] = {
        "items": [*assets(3), {"id": 9, "code": "REP-0501-A", "id_type_item": 4, "description": "Seal"}],
        "work_requests": [{"id": 359, "code": 359, "description": "Leak"}],
        "work_orders": [order, {**order, "wo_folio": "OT-1496", "folio": "OT-1496"}],
        "meters": [{"id": 7, "code": "MTC-02", "serial": "S7", "description": "Hours"}],
        "personnel": [ME, {"code": "TEC-9", "name": "Ana"}],
    }
    for row in tables["work_orders"]:
        row["folio"] = row["wo_folio"]
    scripted.script = [resources(tables, filters=("code", "serial", "folio"))]
    answer = await told(company, "search", query=query)
    assert [row["id"] for row in answer["results"]] == [found]
    assert "since the query names them" in answer["notes"][0]
    assert len(scripted.seen) == reads


async def test_a_kind_that_is_named_and_holds_nothing_is_not_the_only_one(
    scripted: Scripted, company: World
) -> None:
    tables: dict[str, Rows] = {
        "items": [{"id": 9, "code": "X-1", "id_type_item": 2, "description": "Pump of part 77"}],
        "personnel": [ME], "work_requests": [], "work_orders": [], "meters": [],
    }  # fmt: skip
    scripted.script = [resources(tables, filters=("code", "serial", "folio", "item_type"))]
    answer = await told(company, "search", query="part 77")
    assert [row["id"] for row in answer["results"]] == ["asset:X-1"]


# --- triggers and papers ---------------------------------------------------------------------


async def test_the_event_of_a_task_stands_behind_the_first_page(scripted: Scripted, company: World) -> None:
    triggers: Rows = [{"id": n, "id_task": 5, "id_task_trigger_type": 1} for n in range(1, 120)]
    triggers.append({"id": 777, "id_task": 5, "id_task_trigger_type": 4})
    tables = {"items": assets(3), "personnel": [ME], "tasks_triggers": triggers}
    scripted.script = [writes_as({"id_todo": 31}, tables, "code")]
    made = await told(company, "create_pending_task", asset="A1", plan=2, task=5)
    assert made["pending_task"] == 31
    assert [body["tasks_triggers_id"] for body in sent(scripted)] == [777]


async def test_all_documents_of_a_person_are_shown(scripted: Scripted, company: World) -> None:
    papers: Rows = [{"id": n, "code": "P1", "name": f"Paper {n}"} for n in range(120)]
    people: Rows = [{"code": "P1", "name": "Ana", "active": True}]
    scripted.script = [resources({"personnel": people, "personnel_document_management": papers})]
    answer = await told(company, "list_people", documents=True)
    assert len(answer["people"][0]["documents"]) == 120


async def test_all_requisitions_of_an_order_are_looked_at(scripted: Scripted, company: World) -> None:
    order: Rows = [{"wo_folio": "OT-1", "id_status_work_order": 1, "id_work_orders_tasks": 1}]
    papers: Rows = [
        {"id": n, "document": "OT-1", "date_create": "2024-01-05T00:00:00Z"} for n in range(1, 131)
    ]
    scripted.script = [resources({"work_orders": order, "work_orders_movements": papers})]
    shown = await told(company, "get_work_order", folio="OT-1", include=["requisitions"])
    assert len(shown["requisitions"]) == 100
    assert "Only the first 100 requisitions are shown." in shown["notes"]
    del papers[100:]
    shown = await told(company, "get_work_order", folio="OT-1", include=["requisitions"])
    assert (len(shown["requisitions"]), shown["notes"]) == (100, [])


# --- an order that no cursor can hold on to --------------------------------------------------


async def test_each_page_of_a_list_in_no_order_says_so(scripted: Scripted, company: World) -> None:
    people: Rows = [{"code": f"P{n}", "first_name": f"P {n % 7}", "active": True} for n in range(60)]
    scripted.script = [resources({"personnel": people})]
    cursor: dict[str, str] = {}
    told_so = []
    for _ in range(3):
        page = await told(company, "list_people", limit=25, **cursor)
        told_so.append(any("start again without a cursor" in note for note in page["notes"]))
        cursor = {"cursor": page.get("next_cursor", "")}
    assert (told_so, page["has_more"]) == ([True, True, False], False)
