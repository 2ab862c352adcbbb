"""One work order by folio: its rows, and the order as an answer shows it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from mcp_gateway.calls.errors import NotFound, Refusal, offered
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.codes import (
    ORDER_STATUS,
    word_of,
)
from mcp_gateway.tools.kit.datetimes import minutes, shown, zone_of
from mcp_gateway.tools.kit.identifiers import bare, in_another_dress, shown_code
from mcp_gateway.tools.kit.kind_words import words_for
from mcp_gateway.tools.kit.listing import Basket
from mcp_gateway.tools.kit.text import NAME, cleaned
from mcp_gateway.tools.work.order_shapes import (
    NO_SUCH_ORDER,
    TaskDetails,
    WorkOrderDetails,
    highest_priority,
    task_details,
)
from mcp_gateway.tools.work.task_facts import OPEN, order_is_overdue
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources import work_orders as orders
from mcp_gateway.upstream.resources.work_orders import TaskLine, TaskRow, list_tasks, tasks_of

LONGEST_FOLIO = 64
TASKS_SHOWN = 100
_numbered = re.compile(r"(\D*?)[\s_.:-]*0*(\d{1,9})")
_letters = re.compile(r"[^\W\d_]+")


async def rows_of_order(call: Call, folio: str) -> list[TaskRow]:
    """Return the tasks of the order with that folio.

    A differently written folio is accepted in reads and offered in writes. An order named by its number alone
    is only offered.
    """
    upstream = call.upstream
    rows = await tasks_of(upstream, folio)
    if rows:
        return rows

    async def find(other: str) -> list[TaskRow] | None:
        return await tasks_of(upstream, other) or None

    likely = await in_another_dress(folio, find)
    if len(likely) == 1 and not call.writes:
        return likely[0]
    numbered = None if likely else await numbered_like_the_newest(upstream, folio)
    raise NotFound(
        NO_SUCH_ORDER,
        **offered(
            [numbered] if numbered else likely,
            lambda order: {
                "folio": shown_code(order[0].wo_folio),
                "task": cleaned(order[0].description, NAME),
            },
        ),
    )


async def numbered_like_the_newest(upstream: Upstream, words: str) -> list[TaskRow] | None:
    """Find the order that "1496", "OS 1496" or "order 1496" means.

    Its folio is assumed to look like the newest one. Other letters before a number name no order: P101 is an
    asset.
    """
    if not _numbered.fullmatch(bare(words)):
        return None
    newest = (await list_tasks(upstream, TaskLine, size=1)).rows
    if not newest:
        return None
    like = newest[0].wo_folio
    number = order_number(words, like)
    return None if number is None else await tasks_of(upstream, folio_with(number, like)) or None


def order_number(words: str, like: str) -> str | None:
    match = _numbered.fullmatch(bare(words))
    own = _letters.match(bare(like))
    if match is None:
        return None
    before = match[1].rstrip("# ")
    return match[2] if not before or before in words_for("work_order") or (own and before == own[0]) else None


def folio_with(number: str, like: str) -> str:
    """Write a number like another folio: 1496 like OT-2204 gives OT-1496, 17 like WO-0202 gives WO-0017."""

    def shaped(last: re.Match[str]) -> str:
        return number.zfill(len(last[0])) if last[0].startswith("0") else number

    return re.sub(r"\d+(?=\D*$)", shaped, like)


async def work_order(call: Call, folio: str) -> WorkOrderDetails:
    return details(call, await rows_of_order(call, folio))


def details(call: Call, order: Sequence[TaskRow]) -> WorkOrderDetails:
    upstream = call.upstream
    first = order[0]
    zone, now = zone_of(call.caller), dt.datetime.now(dt.UTC)
    costs = [row.total_cost_task for row in order if row.total_cost_task is not None]
    shown_tasks: Basket[TaskDetails] = Basket(TASKS_SHOWN)
    for row in order:
        if not shown_tasks.take(task_details(row, zone, now)):
            break
    return WorkOrderDetails(
        folio=first.wo_folio,
        status=word_of(ORDER_STATUS, first.id_status_work_order),
        status_note=first.work_orders_status_custom_description or None,
        responsible=first.personnel_description or None,
        responsible_code=first.code_responsible,
        created_by=first.created_by,
        validated_by=first.validated_by_description,
        priority=highest_priority(order),
        created_at=shown(call.caller, first.creation_date),
        in_review_since=shown(call.caller, first.review_date),
        closed_at=shown(call.caller, first.wo_final_date),
        completed_percentage=first.completed_percentage,
        estimated_minutes=minutes(first.duration),
        total_cost=round(sum(costs), 2) if len(costs) == len(order) and not upstream.gaps else None,
        currency=(call.caller.currency or None) if costs else None,
        rating=first.rating,
        note=first.note or None,
        overdue=order_is_overdue(order, now, zone),
        tasks=shown_tasks.records,
        tasks_left_out=len(order) - len(shown_tasks.records),
        url=record_url("work-orders", first.wo_folio),
    )


async def open_order(call: Call, folio: str) -> list[orders.TaskRow]:
    rows = await rows_of_order(call, folio)
    if rows[0].id_status_work_order not in OPEN:
        status = word_of(ORDER_STATUS, rows[0].id_status_work_order)
        raise Refusal(f"The work order is {status}: only open ones can be changed.", status=status)
    return rows
