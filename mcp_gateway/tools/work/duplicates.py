"""Looks for similar open work before a request or an order is created."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Mapping
from functools import partial
from itertools import chain
from typing import Any

from mcp_gateway.calls.errors import LooksLikeDuplicate, offered
from mcp_gateway.calls.questions import Question
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.text_matching import fold
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.codes import ORDER_STATUS, REQUEST_STATUS, word_of
from mcp_gateway.tools.kit.identifiers import shown_code
from mcp_gateway.tools.kit.text import (
    NAME,
    TEXT,
    cleaned,
    in_a_line,
)
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.resources.work_orders import TaskFilter, TaskLine, list_tasks
from mcp_gateway.upstream.resources.work_requests import RequestRow, list_requests
from mcp_gateway.upstream.rows import Period

LOOK_BACK = dt.timedelta(days=30)
MOST_SHOWN = 5
MOST_PAGES = 10  # of recent requests, and of open tasks of the asset in one status
COMPARED_REQUESTS = "requests of the last 30 days"
COMPARED_TASKS = "open tasks of the asset"
OPEN_REQUEST = frozenset({1, 2, 3, 7, 8, 9, 10, 11, 13})
OPEN_ORDERS = (1, 2)
ALIKE = 0.5  # share of the shorter text's words that occur in the other
_word = re.compile(r"\w{4,}")


def alike(one: str, other: str) -> bool:
    """Say whether two texts describe the same thing, by the words of four or more letters that they share."""
    words, others = set(_word.findall(fold(one))), set(_word.findall(fold(other)))
    if not words or not others:
        return fold(one).strip() == fold(other).strip()
    return len(words & others) >= ALIKE * min(len(words), len(others))


async def refuse_duplicates(call: Call, asset: str | None, title: str, *, anywhere: bool = False) -> None:
    """Raise LooksLikeDuplicate with the open work on the asset that resembles `title`.

    With `anywhere`, open requests with exactly this title count too, whatever their asset.
    """
    rights = call.caller.rights
    found = await asyncio.gather(
        *(
            look(call, asset, title)
            for look, right in ((_requests, "work_requests:view"), (_orders, "work_orders:view"))
            if right in rights and asset is not None
        )
    )
    candidates = [candidate for kind in found for candidate in kind]
    if anywhere and "work_requests:view" in rights:
        same = await _of_that_title(call, title)
        shown = {row["id"] for row in same}
        # Only a few are shown. An equal title is stronger evidence than shared words, so those come first.
        candidates = same + [candidate for candidate in candidates if candidate.get("id") not in shown]
    names = [str(record.get("folio") or record.get("id")) for record in candidates]
    question = Question(
        about="similar",
        subject=", ".join(sorted(names)),
        facts={"records": ", ".join(map(_told, names[:MOST_SHOWN], candidates))},
    )
    if candidates and not call.agreed(question):
        raise LooksLikeDuplicate(
            (
                "Nothing was written: something similar is already open. Show it to the person; if they "
                "still want another one, call again with even_if_similar true."
            ),
            question=question,
            **offered(candidates, dict, MOST_SHOWN),
        )


def _told(name: str, record: Mapping[str, Any]) -> str:
    return f"{name} “{in_a_line(record['title'])}”" if record["title"] else name


async def _requests(call: Call, asset: str, title: str) -> list[dict[str, Any]]:
    upstream = call.upstream
    now = dt.datetime.now(dt.UTC)
    period = Period(now - LOOK_BACK, now, "date")
    fetch = partial(list_requests, upstream, asset=asset, period=period)
    return [
        _request(row)
        for row in await all_rows(fetch, upstream.gaps, COMPARED_REQUESTS, most=MOST_PAGES)
        if row.id_status in OPEN_REQUEST and alike(title, row.description or "")
    ]


async def _of_that_title(call: Call, title: str) -> list[dict[str, Any]]:
    """Find open requests with this title: their author may have named no asset, or a neighbouring one."""
    upstream = call.upstream
    now = dt.datetime.now(dt.UTC)
    period = Period(now - LOOK_BACK, now, "date")
    wanted = _words(title)
    fetch = partial(list_requests, upstream, period=period)
    return [
        _request(row)
        for row in await all_rows(fetch, upstream.gaps, COMPARED_REQUESTS, most=MOST_PAGES)
        if row.id_status in OPEN_REQUEST and _words(row.description or "") == wanted
    ]


def _words(title: str) -> list[str]:
    return re.findall(r"\w+", fold(title))


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
