"""Looks for similar open work before a request or an order is created."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from functools import partial
from itertools import chain
from typing import Any

from mcp_gateway.calls.errors import LooksLikeDuplicate, offered
from mcp_gateway.calls.questions import Question
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.codes import ORDER_STATUS, REQUEST_STATUS, word_of
from mcp_gateway.tools.kit.identifiers import shown_code
from mcp_gateway.tools.kit.text import (
    NAME,
    TEXT,
    cleaned,
    in_a_line,
)
from mcp_gateway.tools.work.title_meaning import alike, near
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.resources.work_orders import TaskFilter, TaskLine, list_tasks
from mcp_gateway.upstream.resources.work_requests import RequestRow, list_requests
from mcp_gateway.upstream.rows import PAGE_SIZE, Period

LOOK_BACK = dt.timedelta(days=30)
MOST_SHOWN = 5
MOST_PAGES = 10  # of recent requests, and of open tasks of the asset in one status
COMPARED_REQUESTS = "requests of the last 30 days"
COMPARED_TASKS = "open tasks of the asset"
OPEN_REQUEST = frozenset({1, 2, 3, 7, 8, 9, 10, 11, 13})
OPEN_ORDERS = (1, 2)


async def refuse_duplicates(call: Call, asset: str | None, title: str, *, anywhere: bool = False) -> None:
    """Raise LooksLikeDuplicate with the open work on the asset that resembles `title`.

    With `anywhere`, open requests with much the same title count too, in any language and whatever
    their asset.
    """
    rights = call.caller.rights
    looks = []
    if "work_requests:view" in rights and (anywhere or asset is not None):
        looks.append(_requests(call, asset, title, anywhere=anywhere))
    if "work_orders:view" in rights and asset is not None:
        looks.append(_orders(call, asset, title))
    candidates = [candidate for kind in await asyncio.gather(*looks) for candidate in kind]
    names = [str(record.get("folio") or record.get("id")) for record in candidates]
    question = Question(
        about="similar",
        subject=", ".join(sorted(names)),
        facts={"records": ", ".join(map(_told, names[:MOST_SHOWN], candidates))},
    )
    if candidates and not call.agreed(question):
        raise LooksLikeDuplicate(
            " ".join(
                (
                    "Nothing was written: something similar is already open. Show it to the person; if they "
                    "still want another one, call again with even_if_similar true.",
                    *call.upstream.gaps.sentences,
                )
            ),
            question=question,
            **offered(candidates, dict, MOST_SHOWN),
        )


def _told(name: str, record: Mapping[str, Any]) -> str:
    return f"{name} “{in_a_line(record['title'])}”" if record["title"] else name


async def _requests(call: Call, asset: str | None, title: str, *, anywhere: bool) -> list[dict[str, Any]]:
    """Find similar open requests of 30 days.

    With `anywhere`, requests about other assets count if their title says much the same: their author may
    have named no asset, or a neighbouring one. Those come first: of the others only some words are the same.
    """
    upstream = call.upstream
    now = dt.datetime.now(dt.UTC)
    period = Period(now - LOOK_BACK, now, "date")
    about_it = partial(list_requests, upstream, asset=asset, period=period)
    fetch = partial(list_requests, upstream, period=period) if anywhere else about_it
    rows = await all_rows(fetch, upstream.gaps, COMPARED_REQUESTS, most=MOST_PAGES)
    if anywhere and asset is not None and len(rows) >= MOST_PAGES * PAGE_SIZE:  # its own may lie behind them
        rows += await all_rows(about_it, upstream.gaps, COMPARED_REQUESTS, most=MOST_PAGES)
    still_open = [row for row in rows if row.id_status in OPEN_REQUEST]
    same = [row for row in still_open if anywhere and near(title, row.description or "")]
    on_it = [row for row in still_open if asset is not None and row.code_item == asset]
    found = [*same, *(row for row in on_it if alike(title, row.description or ""))]
    return [_request(row) for row in {row.id: row for row in found}.values()]


def _request(row: RequestRow) -> dict[str, Any]:
    return {
        "kind": "work_request",
        "id": row.id,
        "title": cleaned(row.description, TEXT),
        "asset": cleaned(row.items_description, NAME),
        "status": word_of(REQUEST_STATUS, row.id_status),
        "url": record_url("work-requests", row.id),
    }


async def _orders(call: Call, asset: str, title: str) -> list[dict[str, Any]]:
    """Find similar open orders of any age: old unfinished work is a duplicate too."""
    upstream = call.upstream

    async def with_status(status: int) -> list[TaskLine]:
        fetch = partial(list_tasks, upstream, TaskLine, TaskFilter(asset=asset, status=status))
        return await all_rows(fetch, upstream.gaps, COMPARED_TASKS, most=MOST_PAGES)

    found = await asyncio.gather(*(with_status(status) for status in OPEN_ORDERS))
    first_tasks: dict[str, TaskLine] = {}
    for row in chain.from_iterable(found):
        if alike(title, row.description or ""):
            first_tasks.setdefault(row.wo_folio, row)
    return [
        {
            "kind": "work_order",
            "folio": shown_code(row.wo_folio),
            "title": cleaned(row.description, TEXT),
            "status": word_of(ORDER_STATUS, row.id_status_work_order),
            "url": record_url("work-orders", row.wo_folio),
        }
        for row in first_tasks.values()
    ]
