"""The general behaviour of the vendor's API and each quirk that integrators met, on a scripted server.

The rows are those of docs/reference/fracttal-api.md#what-integrators-met. ROWS names the tests of those that
are tested elsewhere.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson
import pytest
from aiohttp import web
from pytest_django import Settings

from mcp_gateway.calls.errors import (
    GatewayError,
    NotPermitted,
    Refusal,
    UpstreamRejected,
    UpstreamTimeout,
)
from mcp_gateway.calls.tool import Call
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.equipment import assets
from mcp_gateway.tools.supply import item_changes
from mcp_gateway.tools.work import request_changes
from mcp_gateway.tools.work.order_query import ListWorkOrdersInput
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources import (
    availability,
    items,
    meters,
    personnel,
    planning,
    third_parties,
    transactions,
    warehouse_documents,
    warehouses,
    work_order_parts,
    work_orders,
    work_requests,
)
from mcp_gateway.upstream.rows import PAGE_SIZE, Period
from tests.gateway.upstream.conftest import Scripted, answers, caller, good
from tests.gateway.upstream.serving import call, listed, serve

HERE = "tests.gateway.upstream.test_contract_rows"
HTTP = "tests.gateway.upstream.test_http"
LISTS = "tests.gateway.upstream.test_lists"
RESOURCES = "tests.gateway.upstream.test_resources"
BUDGET = "tests.gateway.upstream.test_budget"
NO_MATTER = ""

# Row → (module, test), or why it does not concern the client.
ROWS: dict[str, tuple[str, str]] = {
    "general behaviour: methods": (HERE, "test_only_the_methods_of_the_contract_exist"),
    "general behaviour: identifying a record": (HERE, "test_codes_arrive_as_they_were_written"),
    "general behaviour: path encoding": (HTTP, "test_case_187_a_code_stays_one_segment"),
    "general behaviour: folios": (HERE, "test_folios_of_any_pattern"),
    "general behaviour: envelope": (HTTP, "test_every_form_of_the_envelope"),
    "general behaviour: envelope, not one": (HTTP, "test_case_201_what_is_no_envelope_is_said_to_be_so"),
    "general behaviour: pagination": (HERE, "test_no_list_asks_for_more_than_a_page_holds"),
    "general behaviour: pagination, same page": (RESOURCES, "test_the_same_page_again_is_noticed"),
    "general behaviour: dates out": (HERE, "test_ends_of_a_period_and_their_kind_always_go_together"),
    "general behaviour: dates in": (HERE, "test_dates_in_every_form_that_was_seen"),
    "general behaviour: filters that lie": (RESOURCES, "test_ignored_filters_do_not_let_other_rows_in"),
    "general behaviour: location_code": (HERE, "test_a_location_that_is_not_there_is_a_refusal"),
    "general behaviour: rate limit": (BUDGET, "test_after_a_refusal_nobody_asks_until_it_is_over"),
    "general behaviour: rate limit, headers": (BUDGET, "test_what_others_spent_is_counted"),
    "general behaviour: statuses": (HTTP, "test_refusals_are_asked_for_once"),
    "general behaviour: 404": (HTTP, "test_not_found"),
    "general behaviour: 408 means duplicate": (HERE, "test_408_means_that_it_is_there_already"),
    "general behaviour: 500": (HTTP, "test_three_tries_are_enough"),
    "general behaviour: acknowledgements": (HERE, "test_acknowledgements_of_writes"),
    "general behaviour: add-ons": (HERE, "test_row_16_and_17_a_missing_permission_is_no_expired_token"),
    "row 1": (HTTP, "test_refusals_are_asked_for_once"),
    "row 2": (RESOURCES, "test_ignored_filters_do_not_let_other_rows_in"),
    "row 3": (HERE, "test_ends_of_a_period_and_their_kind_always_go_together"),
    "row 4": (HERE, "test_row_4_the_history_of_requests_is_never_asked_by_date"),
    "row 5": (NO_MATTER, "every question is asked when it comes; nothing is copied by sweeps"),
    "row 6": (BUDGET, "test_the_burst_goes_out_at_once_and_the_rest_in_turn"),
    "row 7": (HERE, "test_row_7_what_failed_is_never_an_empty_list"),
    "row 8": (LISTS, "test_orders_of_every_size_stay_whole"),
    "row 9": (HERE, "test_row_9_a_task_of_a_location_or_of_nothing"),
    "row 10": (HERE, "test_row_10_the_number_of_the_status_wins"),
    "row 11": (HERE, "test_row_11_a_done_task_of_an_order_in_review"),
    "row 12": (HERE, "test_row_12_no_priority_and_odd_groups"),
    "row 13": (HERE, "test_codes_arrive_as_they_were_written"),
    "row 14": (HERE, "test_row_14_parts_are_made_where_stock_is"),
    "row 15": (HERE, "test_row_15_associated_before"),
    "row 16": (HERE, "test_row_16_and_17_a_missing_permission_is_no_expired_token"),
    "row 17": (HERE, "test_row_16_and_17_a_missing_permission_is_no_expired_token"),
    "row 18": (NO_MATTER, "no web session is used"),
    "row 19": (HERE, "test_row_19_meters_without_serial"),
    "row 20": (HERE, "test_row_20_a_reading_says_whether_it_is_historical"),
    "row 21": (RESOURCES, "test_the_same_page_again_is_noticed"),
    "row 22": (HERE, "test_row_22_a_clock_that_is_ahead"),
    "row 23": (HERE, "test_row_23_the_note_of_an_order_is_not_that_of_a_task"),
    "row 24": (NO_MATTER, "of the web application's own calls, which are not used"),
    "row 25": ("tests.connections.test_linking", "test_who_is_linked_is_sent_back_at_once"),
    "row 26": ("tests.connections.test_calls", "test_the_record_of_the_linked_account_is_found"),
    "row 27": (BUDGET, "test_after_a_refusal_nobody_asks_until_it_is_over"),
    "row 28": (HERE, "test_row_28_misspelt_names_stay_on_the_wire"),
    "row 29": (HERE, "test_row_29_people_without_a_code"),
    "row 30": (NO_MATTER, "a habit of others: no secret stands in this repository"),
}


def test_each_row_has_its_test() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "reference" / "fracttal-api.md"
    numbers = re.findall(
        r"^\| (\d+) \|", page.read_text(encoding="utf-8").split("## What integrators met")[1], re.MULTILINE
    )
    assert [f"row {number}" for number in numbers] == [row for row in ROWS if row.startswith("row ")]
    for module, name in ROWS.values():
        assert name
        if module:
            assert callable(getattr(importlib.import_module(module), name)), name


NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def period(kind: str) -> Period:
    return Period(NOON - dt.timedelta(days=1), NOON, kind)


def as_ana() -> Call:
    made = call()
    return replace(
        made,
        caller=caller(user_email="ana@example.com"),
        upstream=runtime().upstream_of(caller(user_email="ana@example.com")),
    )


def query_of(path: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(path).query)


async def everything(upstream: Upstream) -> None:
    """Send a request to each list that accepts a period, and to some others."""
    created = period("creation_date")
    await work_orders.list_tasks(upstream, work_orders.TaskRow, work_orders.TaskFilter(period=created))
    await work_orders.list_tasks(upstream, work_orders.TaskRow, work_orders.TaskFilter(made_by=NOON))
    await work_orders.list_tasks(upstream, work_orders.TaskRow, work_orders.TaskFilter(status=1))
    await work_orders.tasks_of(upstream, "OT-1")
    await work_requests.list_requests(upstream, period=period("date"))
    await availability.list_outages(upstream, period=period("initial_date"))
    await meters.list_readings(upstream, asset="A", period=period("date_reading"))
    await meters.list_meters(upstream)
    await items.list_items(upstream)
    await personnel.list_people(upstream)
    await planning.list_pending(upstream)
    await planning.list_task_types(upstream)
    await warehouses.all_warehouses(upstream)
    await transactions.list_transactions(upstream, period=period("creation_date"))
    await warehouse_documents.list_purchase_orders(upstream, warehouse="W", period=created)
    await third_parties.list_third_parties(upstream)
    await work_order_parts.resources_of(upstream, "OT-1", created)


async def test_ends_of_a_period_and_their_kind_always_go_together(scripted: Scripted) -> None:
    scripted.script = [good([])]
    await everything(runtime().upstream_of(caller()))
    dated = 0
    for seen in scripted.seen:
        given = {"since", "until", "type_date"} & set(query_of(seen.raw_path))
        assert given in (set(), {"since", "until"}, {"since", "until", "type_date"}), seen.raw_path
        if "/work_orders?" in seen.raw_path:
            assert given in (set(), {"since", "until", "type_date"}), seen.raw_path
        dated += bool(given)
        for end in given - {"type_date"}:
            assert query_of(seen.raw_path)[end][0].endswith("+00:00")  # %2B on the wire
            assert "+" not in urlsplit(seen.raw_path).query
    assert dated >= 5


async def test_no_list_asks_for_more_than_a_page_holds(scripted: Scripted) -> None:
    scripted.script = [good([])]
    await everything(runtime().upstream_of(caller()))
    for seen in scripted.seen:
        given = query_of(seen.raw_path)
        assert 1 <= int(given["limit"][0]) <= PAGE_SIZE == 100, seen.raw_path
        assert "page" not in given


def test_only_the_methods_of_the_contract_exist() -> None:
    """No PATCH and no DELETE: nobody has seen either."""
    names = {name for name in vars(Upstream) if not name.startswith("_")}
    assert {"get", "post", "put"} <= names
    assert not names & {"patch", "delete"}


CODES = [
    "EQ 01",
    "LINEA/2",
    "BOMBA Ñ°3 á",
    "12.345.678/0001-95",
    "a+b&c=d",
    "100%",
    "#5",
    "x?y",
    "ímã  duplo",
]


@pytest.mark.parametrize("code", CODES)
async def test_codes_arrive_as_they_were_written(scripted: Scripted, upstream: Upstream, code: str) -> None:
    scripted.script = [good([{"code": code}])]
    found = await items.find_item(upstream, code)
    assert found is not None
    assert found.code == code
    await warehouses.find_stock_item(upstream, code)
    by_query, by_path = (seen.raw_path for seen in scripted.seen)
    assert query_of(by_query)["code"] == [code]
    assert by_path.count("/") == 3
    assert unquote(by_path.rpartition("/")[2]) == code


@pytest.mark.parametrize(
    "folio", ["OT-1496", "OS - 9001", "OTPRB9742019", "OS-37930", "15088", "OT/2026/7", "Ñ 1", "007"]
)
async def test_folios_of_any_pattern(scripted: Scripted, upstream: Upstream, folio: str) -> None:
    scripted.script = [good([{"wo_folio": folio}, {"wo_folio": f"{folio}0"}])]
    assert [row.wo_folio for row in await work_orders.tasks_of(upstream, folio)] == [folio]
    assert query_of(scripted.seen[0].raw_path)["folio"] == [folio]
    scripted.script = [good([{"wo_folio": folio}])]
    await work_orders.set_note(upstream, folio, "x", "RH-1")
    assert unquote(scripted.seen[-1].raw_path.rpartition("/")[2]) == folio


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01T11:00:00.404671+00:00",
        "2026-03-01T11:00:00Z",
        "2026-03-01T08:00:00-03:00",
        "2026-03-01T08:00:00-03",
        "2026-03-01T11:00:00",
        "2026-03-01 11:00:00+00:00",
    ],
)
async def test_dates_in_every_form_that_was_seen(
    scripted: Scripted, upstream: Upstream, written: str
) -> None:
    scripted.script = [good([{"wo_folio": "OT-1", "creation_date": written}])]
    page = await work_orders.list_tasks(
        upstream, work_orders.TaskRow, work_orders.TaskFilter(period=period("creation_date"))
    )
    (row,) = page.rows
    assert row.creation_date is not None
    assert row.creation_date.astimezone(dt.UTC).hour == 11


async def test_a_location_that_is_not_there_is_a_refusal(scripted: Scripted, upstream: Upstream) -> None:
    body = {"success": False, "message": "code NAVE 9 not found in your company", "data": []}
    scripted.script = [answers(body, 400)]
    with pytest.raises(UpstreamRejected) as caught:
        await items.list_items(upstream, items.ItemFilter(location="NAVE 9"))
    assert "not found in your company" not in caught.value.message
    assert len(scripted.seen) == 1


@pytest.mark.parametrize("status", [407, 408])
async def test_408_means_that_it_is_there_already(
    scripted: Scripted, upstream: Upstream, status: int
) -> None:
    """Libraries send such a request again by themselves; 407 is the vendor's word for a wrong clock."""
    scripted.script = [answers({"success": False, "message": "x"}, status)]
    with pytest.raises(UpstreamRejected) as caught:
        await warehouses.create_stock_item(upstream, {"code": "A"})
    assert ("already" in caught.value.message) is (status == 408)
    assert not upstream.may_have_written
    await asyncio.sleep(0.2)
    assert len(scripted.seen) == 1


@pytest.mark.parametrize(
    "data", [[{"SUCCESS": "WORK_REQUESTS_UPDATED"}], {"SUCCESS": "WORK_REQUESTS_UPDATED"}, [], None]
)
@pytest.mark.parametrize("word", ["message", "mensaje"])
async def test_acknowledgements_of_writes(
    scripted: Scripted, upstream: Upstream, data: Any, word: str
) -> None:
    scripted.script = [answers({"success": True, word: "200", "data": data, "total": "1"})]
    await work_requests.set_status(upstream, 7, 2, "RH-1")
    assert scripted.seen[0].method == "PUT"


async def test_row_4_the_history_of_requests_is_never_asked_by_date(
    scripted: Scripted, upstream: Upstream, settings: Settings
) -> None:
    async def hangs_with_a_date(request: web.BaseRequest) -> web.StreamResponse:
        if "since" in request.raw_path:
            await asyncio.sleep(30)
        return await good([{"id_request": 7, "id_status": 1}])(request)

    scripted.script = [hangs_with_a_date]
    async with asyncio.timeout(3):
        assert len(await work_requests.history_of(upstream, 7)) == 1
        settings.UPSTREAM_DEADLINE_SECONDS = 0.5
        hurried = runtime().upstream_of(caller())
        with pytest.raises(UpstreamTimeout):  # the script hangs if a date is sent
            await hurried.get(["work_requests_status"], {"since": "2026-01-01"})


@pytest.mark.parametrize(
    "script",
    [
        answers({"success": False, "data": []}, 429),
        answers({"success": False, "data": []}, 500),
        answers(raw=b"<html>busy</html>"),
        answers({"success": False, "data": []}),
    ],
    ids=["429", "500", "page", "success false"],
)
async def test_row_7_what_failed_is_never_an_empty_list(
    scripted: Scripted, upstream: Upstream, script: Any
) -> None:
    scripted.script = [script]
    with pytest.raises(GatewayError):
        await items.list_items(upstream)


async def orders_of(scripted: Scripted, **row: Any) -> Any:
    serve(scripted, [{"wo_folio": "OT-1", "id_work_orders_tasks": 1, "id_status_work_order": 1, **row}])
    (order,) = (await listed(ListWorkOrdersInput())).work_orders
    return order


@pytest.mark.parametrize("code", ["LOC-1", None, ""])
async def test_row_9_a_task_of_a_location_or_of_nothing(scripted: Scripted, code: str | None) -> None:
    order = await orders_of(scripted, code=code, items_log_description="// Planta/ Nave 2/")
    assert order.tasks[0].asset_code == (code or None)


async def test_row_10_the_number_of_the_status_wins(scripted: Scripted) -> None:
    order = await orders_of(
        scripted, id_status_work_order=4, work_orders_status_custom_description="En proceso"
    )
    assert order.status == "cancelled"


async def test_row_11_a_done_task_of_an_order_in_review(scripted: Scripted) -> None:
    order = await orders_of(scripted, id_status_work_order=2, id_status_work_order_task=3)
    assert order.status == "review"
    assert order.tasks[0].status == "done"


async def test_row_12_no_priority_and_odd_groups(scripted: Scripted) -> None:
    row = {"code": "A", "id_type_item": 2, "priorities_description": None}
    scripted.script = [good([row | {"groups_description": "Bombas   centrifugas "}])]
    asset = await assets.get_asset(call(), assets.GetAssetInput(code="A"))
    assert asset.priority is None
    assert asset.category is not None
    assert asset.category.split() == ["Bombas", "centrifugas"]


async def test_row_14_parts_are_made_where_stock_is(scripted: Scripted, upstream: Upstream) -> None:
    scripted.script = [good([{"id": 1}])]
    await warehouses.create_stock_item(upstream, {"code": "R-1"})
    await warehouses.adjust_stock(upstream, "R-1", {"quantity": 3})
    assert [urlsplit(seen.raw_path).path for seen in scripted.seen] == [
        "/api/inventories",
        "/api/inventories_adjustment/R-1",
    ]


async def test_row_15_associated_before(scripted: Scripted) -> None:
    """Looked up first, and then reported as done. A refusal is still distinguished from a lost answer."""
    warehouse = {"id": 5, "code": "W", "description": "Central"}
    item = {"code": "R-1", "warehouses": [{"id_warehouse": 5, "code_warehouse": "W"}]}

    async def script(request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "POST":
            body = {"success": False, "message": "was associated before", "data": []}
            return await answers(body, 400)(request)
        return await good([warehouse] if "/warehouses" in request.raw_path else [item])(request)

    scripted.script = [script]
    asked = item_changes.LinkStockItemInput(item="R-1", warehouse="W")
    assert (await item_changes.link_stock_item(call(), asked)).done == "already_there"
    assert {seen.method for seen in scripted.seen} == {"GET"}
    item["warehouses"] = []  # the list was incomplete
    writing = call()
    with pytest.raises(UpstreamRejected):
        await item_changes.link_stock_item(writing, asked)
    assert not writing.upstream.may_have_written


@pytest.mark.parametrize("status", [200, 401])
async def test_row_16_and_17_a_missing_permission_is_no_expired_token(
    scripted: Scripted, upstream: Upstream, status: int
) -> None:
    scripted.script = [answers({"success": False, "message": "UNAUTHORIZED_ENDPOINT", "data": None}, status)]
    with pytest.raises(NotPermitted):
        await work_orders.create_order(upstream, {"code": "A"})
    assert len(scripted.seen) == 1
    assert not upstream.may_have_written


async def test_row_19_meters_without_serial(scripted: Scripted, upstream: Upstream) -> None:
    rows = [
        {"id": 1, "code": "A"},
        {"id": 2, "code": "A", "serial": "S", "is_counter": True},
        {"id": 3, "code": "B"},
    ]
    scripted.script = [good(rows)]
    assert [row.id for row in (await meters.list_meters(upstream, asset="A")).rows] == [1, 2]
    assert [row.id for row in (await meters.list_meters(upstream, asset="A", serial="S")).rows] == [2]


@pytest.mark.parametrize("historical", [True, False])
async def test_row_20_a_reading_says_whether_it_is_historical(
    scripted: Scripted, upstream: Upstream, *, historical: bool
) -> None:
    scripted.script = [good([{}])]
    await meters.insert_reading(
        upstream, asset="A", value=5, read_at=NOON, serial=None, historical=historical
    )
    assert f'"is_historical":{str(historical).lower()}'.encode() in scripted.seen[0].body


def person_then(scripted: Scripted, person: dict[str, Any]) -> None:
    """Answer every GET with people, and the POST with a created request."""

    async def script(request: web.BaseRequest) -> web.StreamResponse:
        return await good([person] if request.method == "GET" else [{"id": 77}])(request)

    scripted.script = [script]


async def test_row_22_a_clock_that_is_ahead(scripted: Scripted) -> None:
    person_then(scripted, {"code": "RH-1", "active": True, "account_email": "ana@example.com"})
    made = await request_changes.create_work_request(
        as_ana(), request_changes.CreateWorkRequestInput(title="Fuga de aceite")
    )
    assert made.id == 77
    (sent,) = [orjson.loads(seen.body) for seen in scripted.seen if seen.method == "POST"]
    happened = dt.datetime.fromisoformat(sent["date_incident"])
    assert dt.timedelta(seconds=50) < dt.datetime.now(dt.UTC) - happened < dt.timedelta(minutes=10)
    assert sent["user_code"] == "RH-1"


async def test_row_23_the_note_of_an_order_is_not_that_of_a_task(
    scripted: Scripted, upstream: Upstream
) -> None:
    scripted.script = [good([{"wo_folio": "OT-1"}])]
    await work_orders.set_note(upstream, "OT-1", "for the order", "RH-1")
    await work_orders.update_task(upstream, {"id_task": 1, "task_note": "for the task"})
    order, task = scripted.seen
    assert (urlsplit(order.raw_path).path, b'"note"' in order.body) == ("/api/work_orders/OT-1", True)
    assert (urlsplit(task.raw_path).path, b'"task_note"' in task.body) == ("/api/work_orders_tasks", True)


async def test_row_28_misspelt_names_stay_on_the_wire(scripted: Scripted, upstream: Upstream) -> None:
    scripted.script = [
        answers(
            {"success": True, "mensaje": "200", "total": 1,
             "data": [{"third_parties_code": "T", "contact_name": "Ana", "movil": "+57 1"}]}
        )
    ]  # fmt: skip
    (contact,) = await third_parties.contacts_of(upstream, "T")
    assert contact.movil == "+57 1"


async def test_row_29_people_without_a_code(scripted: Scripted) -> None:
    person_then(scripted, {"code": None, "active": True, "account_email": "ana@example.com"})
    with pytest.raises(Refusal) as caught:
        await request_changes.create_work_request(
            as_ana(), request_changes.CreateWorkRequestInput(title="Fuga")
        )
    assert "record with a code" in caught.value.message
    assert {seen.method for seen in scripted.seen} == {"GET"}
