"""An upstream that answers what a test lays out, and calls of the tools on it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from aiohttp import web

from mcp_gateway.calls.cursors import Cursors
from mcp_gateway.calls.tool import Call
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.work import order_list
from mcp_gateway.tools.work.order_query import ListWorkOrdersInput
from tests.gateway.upstream.conftest import Scripted, caller


async def listed(given: ListWorkOrdersInput) -> order_list.ListWorkOrdersOutput:
    answer = await order_list.list_work_orders(call(), given)
    return order_list.ListWorkOrdersOutput.model_validate_json(orjson.dumps(answer))


async def no_progress(done: float, total: float | None = None, message: str = "") -> None:
    pass


def call() -> Call:
    someone = caller()
    return Call(someone, runtime().upstream_of(someone), no_progress, "r", Cursors(b"k" * 32, "1/1/1"))


def serve(scripted: Scripted, rows: list[dict[str, Any]], *, total: bool = True, most: int = 100) -> None:
    """Serve a table that ignores every filter, as the vendor does with unknown ones."""

    async def script(request: web.BaseRequest) -> web.StreamResponse:
        query = parse_qs(urlsplit(request.raw_path).query)
        start, limit = int(query["start"][0]), min(most, int(query["limit"][0]))
        body: dict[str, Any] = {"success": True, "message": "200", "data": rows[start : start + limit]}
        if total:
            body["total"] = str(len(rows))
        return web.Response(body=orjson.dumps(body))

    scripted.script = [script]
