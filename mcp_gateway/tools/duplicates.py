"""Before a request is made: is there one already?"""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from typing import Any

from mcp_gateway.errors import LooksLikeDuplicate
from mcp_gateway.registry import Call
from mcp_gateway.tools.text import TEXT, cleaned, fold
from mcp_gateway.tools.words import ORDER_STATUS, REQUEST_STATUS, word_of
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.rows import Period
from mcp_gateway.upstream.work_orders import TaskLine, list_tasks
from mcp_gateway.upstream.work_requests import list_requests

LOOK_BACK = dt.timedelta(days=30)
MOST_SHOWN = 5
OPEN_REQUEST = frozenset({1, 2, 3, 7, 8, 9, 10, 11, 13})
OPEN_ORDERS = (1, 2)
ALIKE = 0.5  # of the words of the shorter text are in the other
_word = re.compile(r"\w{4,}")


def alike(one: str, other: str) -> bool:
    """Whether two texts tell of the same thing, by the words of four letters and more that they share."""
    words, others = set(_word.findall(fold(one))), set(_word.findall(fold(other)))
    if not words or not others:
        return fold(one).strip() == fold(other).strip()
    return len(words & others) >= ALIKE * min(len(words), len(others))


async def refuse_duplicates(call: Call, asset: str, title: str) -> None:
    """Raises LooksLikeDuplicate with what is open on the asset and sounds like `title`."""
    rights = call.caller.rights
    found = await asyncio.gather(
        *(
            look(call, asset, title)
            for look, right in ((_requests, "work_requests:view"), (_orders, "work_orders:view"))
            if right in rights
        )
    )
    candidates = [candidate for kind in found for candidate in kind]
    if candidates:
        raise LooksLikeDuplicate(
            "Nothing was written: something open on this asset looks the same. Show it to the person; if "
            "another one is wanted all the same, call again with even_if_similar true.",
            candidates=candidates[:MOST_SHOWN],
        )


async def _requests(call: Call, asset: str, title: str) -> list[dict[str, Any]]:
    upstream: Upstream = call.upstream
    now = dt.datetime.now(dt.UTC)
    page = await list_requests(upstream, asset=asset, period=Period(now - LOOK_BACK, now, "date"))
    return [
        {
            "kind": "work_request",
            "id": row.id,
            "title": cleaned(row.description, TEXT),
            "status": word_of(REQUEST_STATUS, row.id_status),
            "url": upstream.link("work-requests", row.id),
        }
        for row in page.rows
        if row.id_status in OPEN_REQUEST and alike(title, row.description or "")
    ]


async def _orders(call: Call, asset: str, title: str) -> list[dict[str, Any]]:
    """Open orders of any age: what was begun long ago and is not done is a duplicate too."""
    upstream: Upstream = call.upstream
    pages = await asyncio.gather(
        *(list_tasks(upstream, TaskLine, asset=asset, status=status) for status in OPEN_ORDERS)
    )
    return [
        {
            "kind": "work_order",
            "folio": row.wo_folio,
            "title": cleaned(row.description, TEXT),
            "status": word_of(ORDER_STATUS, row.id_status_work_order),
            "url": upstream.link("work-orders", row.wo_folio),
        }
        for page in pages
        for row in page.rows
        if alike(title, row.description or "")
    ]
