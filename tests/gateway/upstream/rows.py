"""Rows of an upstream, and questions to the tools about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson
from aiohttp import web

from accounts.rights import ALL_RIGHTS
from mcp_gateway.calls.dispatch import Context
from mcp_gateway.calls.tool import ToolResult
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.conftest import World
from tests.gateway.upstream.conftest import caller

Rows = list[dict[str, Any]]


async def ask(company: World, tool: str, **arguments: Any) -> ToolResult:
    someone = caller(
        company_id=company.company.pk,
        user_id=company.owner.pk,
        user_email="a@b.example",
        rights=frozenset(ALL_RIGHTS),
        toolsets=CATALOGUE.toolsets,
    )
    result = await runtime().dispatcher.call_tool(someone, tool, arguments, CATALOGUE, Context("r"))
    assert isinstance(result, ToolResult)
    return result


async def told(company: World, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await ask(company, tool, **arguments)
    assert result.structured is not None, result.content
    return result.structured


async def refused(company: World, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await ask(company, tool, **arguments)
    assert result.is_error, result.structured
    error: dict[str, Any] = result.meta["fracttal-one/error"]
    return error


def resources(
    tables: dict[str, Rows],
    *,
    total: bool = True,
    most: int = 100,
    ignores: tuple[str, ...] = (),
    filters: tuple[str, ...] = (),
) -> Callable[[web.BaseRequest], Any]:
    """Serve tables by resource.

    Those in `ignores` ignore start and limit; `filters` are parameters that work.
    """

    async def script(request: web.BaseRequest) -> web.StreamResponse:
        url = urlsplit(request.raw_path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        resource = unquote(url.path.removeprefix("/api/")).split("/")[0]
        rows = tables.get(resource, [])
        for name in filters:
            if name in query:
                rows = [row for row in rows if str(row.get(name)).lower() == query[name].lower()]
        start = 0 if "start" in ignores else int(query.get("start", 0))
        size = len(rows) if "limit" in ignores else min(most, int(query.get("limit", 100)))
        body: dict[str, Any] = {"success": True, "message": "200", "data": rows[start : start + size]}
        if total:
            body["total"] = len(rows)
        return web.Response(body=orjson.dumps(body))

    return script


def assets(count: int) -> Rows:
    return [{"id": n + 1, "code": f"A{n}", "id_type_item": 2, "field_1": f"Pump {n}"} for n in range(count)]


ME: dict[str, Any] = {"code": "ME", "name": "Me", "account_email": "a@b.example", "active": True}
