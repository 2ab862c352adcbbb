"""How many records an app would see with a person's rights, for the consent page (`settings.RECORD_COUNTS`).

The figures come from lists that are asked for with the person's own upstream credential, so they cannot show
more than the app will see. They are a courtesy: what is not there in time is left out.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as NotInTime
from contextvars import Context
from dataclasses import replace
from typing import Any

from accounts.models import Membership
from accounts.rights import Module
from consumers.models import Consumer
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import GatewayError
from mcp_gateway.calls.reading_person import caller_of
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.kit.locations import path
from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.resources.items import ItemFilter, list_items
from mcp_gateway.upstream.resources.work_orders import TaskLine, list_tasks
from mcp_gateway.upstream.rows import PAGE_SIZE

logger = logging.getLogger(__name__)

SECONDS = 0.3  # for everything, waiting in the queue of the company included
MOST_CALLS = 4  # of the company's budget at Fracttal One, for one page
LOCATION = 1  # `id_type_item`


def of(membership: Membership, consumer: Consumer, modules: Iterable[Module]) -> dict[str, int]:
    """Return figures of these modules, after at most SECONDS: `work_orders` or `work_orders_at_most`,
    `sites`, `assets`, `work_requests`. Each is left out where it is not known.

    Empty where no event loop of the server runs (under WSGI), and where the company's budget is scarce.
    """
    began, serving = time.monotonic(), runtime().serving
    if serving is None:
        return {}
    asked = _counted(_caller(membership, consumer), frozenset(modules))
    # In a context of its own: this thread waits, and nothing of its request belongs to the counting.
    counting = Context().run(asyncio.run_coroutine_threadsafe, asked, serving)
    try:
        return counting.result(max(0.0, began + SECONDS - time.monotonic()))
    except (NotInTime, CancelledError):
        counting.cancel()
        return {}


def _caller(membership: Membership, consumer: Consumer) -> Caller:
    """Return the caller that the app would be if the person approved reading."""
    person = replace(caller_of(membership, name=consumer.name), consumer_id=consumer.pk)
    if not consumer.narrow_to_group:
        return person
    group = consumer.permission_group
    return replace(
        person,
        rights=person.rights & group.effective_rights,
        own_work_orders_only=person.own_work_orders_only or group.own_work_orders_only,
        narrowed_to_group_id=group.pk,
    )


async def _counted(caller: Caller, readable: frozenset[Module]) -> dict[str, int]:
    if not runtime().upstream.budgets.has_plenty(caller):
        return {}
    seen = [module for module in COUNTS if module in readable and f"{module}:view" in caller.rights]
    upstream = runtime().upstream_of(caller)
    figures: dict[str, int] = {}
    asked = [count for module in seen for count in COUNTS[module]][: MOST_CALLS - 1]
    for found in await asyncio.gather(*(_unless_refused(count, upstream) for count in asked)):
        figures |= found
    return figures


async def _unless_refused(count: Count, upstream: Upstream) -> dict[str, int]:
    try:
        return await count(upstream)
    except GatewayError as error:
        logger.info("not counted %s reason=%s", count.__name__, type(error).__name__)
        return {}


async def _work_orders(upstream: Upstream) -> dict[str, int]:
    """Count the orders if their tasks are on one page.

    A row is a task, and an order has at least one: so the number of tasks is the most that there can be.
    """
    tasks = await _total(upstream, "work_orders")
    if tasks is None:
        return {}
    if tasks <= PAGE_SIZE:
        page = await list_tasks(upstream, TaskLine)
        if page.counted == len(page.rows) and not page.unread:
            return {"work_orders": len({row.wo_folio for row in page.rows})}
    return {"work_orders_at_most": tasks}


async def _sites(upstream: Upstream) -> dict[str, int]:
    """Count the locations that are in no other one, if all locations are on one page."""
    page = await list_items(upstream, ItemFilter(item_type=LOCATION))
    if page.counted != len(page.rows) or page.unread:
        return {}
    return {"sites": sum(not row.location_code and path(row.parent_description) is None for row in page.rows)}


async def _assets(upstream: Upstream) -> dict[str, int]:
    return _named("assets", await _total(upstream, "items"))


async def _work_requests(upstream: Upstream) -> dict[str, int]:
    return _named("work_requests", await _total(upstream, "work_requests"))


def _named(name: str, total: int | None) -> dict[str, int]:
    return {} if total is None else {name: total}


async def _total(upstream: Upstream, resource: str) -> int | None:
    return (await upstream.get([resource], {"start": 0, "limit": 1})).total


Count = Callable[[Upstream], Coroutine[Any, Any, dict[str, int]]]
# One call each, and one more for the orders of a small company. The first ones that fit are asked.
COUNTS: Mapping[Module, Sequence[Count]] = {
    Module.WORK_ORDERS: (_work_orders,),
    Module.ASSETS: (_sites, _assets),
    Module.WORK_REQUESTS: (_work_requests,),
}
