"""Lists over an upstream with odd paging: records go in, pages of the tools come out."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from aiohttp import web

from mcp_gateway.runtime import runtime
from mcp_gateway.tools.equipment import assets
from mcp_gateway.tools.metrics.reading import Reading
from mcp_gateway.tools.work.order_query import ListWorkOrdersInput
from mcp_gateway.tools.work.order_shapes import WorkOrder
from mcp_gateway.upstream.paging import NoFurther
from mcp_gateway.upstream.resources.items import ItemRow, list_items
from mcp_gateway.upstream.rows import Page
from tests.gateway.upstream.conftest import Scripted, caller
from tests.gateway.upstream.serving import call, listed, serve


def order_rows(*sizes: int, status: int = 1, text: str = "") -> list[dict[str, Any]]:
    return [
        {
            "wo_folio": f"OT-{number}",
            "id_work_orders_tasks": number * 10_000 + task,
            "id_status_work_order": status,
            "description": text,
        }
        for number, size in enumerate(sizes)
        for task in range(size)
    ]


async def everything(limit: int, **arguments: Any) -> list[WorkOrder]:
    orders: list[WorkOrder] = []
    cursor: str | None = None
    for _ in range(200):
        given = ListWorkOrdersInput.model_validate({"limit": limit, "cursor": cursor, **arguments})
        answer = await listed(given)
        orders += answer.work_orders
        cursor = answer.next_cursor
        if cursor is None:
            return orders
    raise AssertionError("the pages do not end")


async def test_orders_of_every_size_stay_whole(scripted: Scripted) -> None:
    sizes = [1, 99, 2, 98, 1, 1, 150, 3, 47, 7] + [1] * 130
    for limit in (1, 3, 100):
        for total in (True, False):
            serve(scripted, order_rows(*sizes), total=total)
            orders = await everything(limit)
            assert [order.folio for order in orders] == [f"OT-{number}" for number in range(len(sizes))]
            assert [len(order.tasks) + order.tasks_left_out for order in orders] == sizes


async def test_an_upstream_that_gives_smaller_pages_than_asked_for(scripted: Scripted) -> None:
    serve(scripted, order_rows(3, 3, 3, 3), most=2)
    assert [len(order.tasks) for order in await everything(50)] == [3, 3, 3, 3]


async def test_an_upstream_that_does_not_get_on_from_page_to_page(scripted: Scripted) -> None:
    """The rows that were read are shown once, and the answer says that they may not be all.

    docs/reference/fracttal-api.md#what-integrators-met, row 21.
    """

    async def script(request: web.BaseRequest) -> web.StreamResponse:
        limit = int(parse_qs(urlsplit(request.raw_path).query)["limit"][0])
        rows = [
            {"code": f"A{n}", "id_type_item": 2, **order}
            for n, order in enumerate(order_rows(*[1] * 30, text="pump"))
        ]
        return web.Response(
            body=orjson.dumps({"success": True, "data": rows[: min(25, limit)], "total": 900})
        )

    scripted.script = [script]
    answer = await listed(ListWorkOrdersInput(limit=25))
    assert [order.folio for order in answer.work_orders] == [f"OT-{number}" for number in range(25)]
    assert (answer.partial, answer.has_more, answer.next_cursor) == (True, False, None)
    assert any("same page twice" in note for note in answer.notes)
    found = await assets.list_assets(call(), assets.ListAssetsInput(text="pump", limit=50))
    assert [asset.code for asset in found.assets] == [f"A{number}" for number in range(25)]
    assert (found.partial, found.has_more) == (True, False)
    with pytest.raises(NoFurther):  # a figure of half the records would be wrong
        await Reading(runtime().upstream_of(caller())).all_rows(assets_fetch, "assets")


async def assets_fetch(start: int, size: int) -> Page[ItemRow]:
    return await list_items(runtime().upstream_of(caller()), start=start, size=size)


async def test_one_order_larger_than_all_pages(scripted: Scripted) -> None:
    serve(scripted, order_rows(2, 1300, 2))
    orders = await everything(50)
    assert [order.folio for order in orders] == ["OT-0", "OT-1", "OT-2"]
    assert orders[1].tasks_left_out >= 900


async def test_a_status_filter_that_is_ignored(scripted: Scripted) -> None:
    serve(scripted, order_rows(1, 2, status=3) + order_rows(0, 0, 2, 1, status=1))
    assert [order.folio for order in await everything(1, status=["in_process"])] == ["OT-2", "OT-3"]


async def test_large_texts_do_not_make_a_large_answer(scripted: Scripted) -> None:
    serve(scripted, order_rows(*[20] * 60, text="x" * 5000))
    given = ListWorkOrdersInput(limit=60)
    answer = await listed(given)
    assert len(answer.model_dump_json()) < 110_000
    assert answer.has_more
    assert len(await everything(60)) == 60


async def test_dropped_rows_do_not_move_the_cursor(scripted: Scripted) -> None:
    rows = [{"code": f"A{number}", "id_type_item": 1 + number % 2} for number in range(250)]
    serve(scripted, rows)
    found: list[str] = []
    cursor: str | None = None
    while True:
        given = assets.ListAssetsInput(type="equipment", limit=7, cursor=cursor)
        answer = await assets.list_assets(call(), given)
        found += [asset.code for asset in answer.assets]
        assert answer.total is None  # 250 would be wrong
        cursor = answer.next_cursor
        if cursor is None:
            break
        await asyncio.sleep(0)
    assert found == [f"A{number}" for number in range(1, 250, 2)]
