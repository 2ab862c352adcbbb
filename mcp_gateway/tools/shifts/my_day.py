"""get_my_day: the work of the person who is signed in, in one call."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Annotated

from pydantic import BaseModel, Field

from mcp_gateway.calls.errors import NotPermitted, Refusal
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.codes import REQUEST_STATUS, word_of
from mcp_gateway.tools.kit.datetimes import EARLIEST, end_of_today, shown, zone_of
from mcp_gateway.tools.kit.identifiers import Code, bare
from mcp_gateway.tools.kit.listing import Arguments
from mcp_gateway.tools.kit.text import LINE, UntrustedName, clean
from mcp_gateway.tools.shifts.lines import (
    Group,
    Line,
    Orders,
    group,
    most_pressing_first,
    order_line,
    orders_of,
    parts_awaited,
    read,
)
from mcp_gateway.tools.work.duplicates import OPEN_REQUEST
from mcp_gateway.tools.work.task_facts import IN_PROCESS, is_done, order_is_overdue
from mcp_gateway.upstream.resources.personnel import PersonRow, person_of_account
from mcp_gateway.upstream.resources.work_order_parts import subtasks_of
from mcp_gateway.upstream.resources.work_orders import TaskFilter, TaskRow
from mcp_gateway.upstream.resources.work_requests import RequestRow, list_requests
from mcp_gateway.upstream.rows import Period

REVIEW = 2
MOST_WITH_SUBTASKS = 10  # orders; each costs a call


class GetMyDayInput(Arguments):
    limit: Annotated[int, Field(ge=1, le=25, description="Lines of each list.")] = 5


class GetMyDayOutput(BaseModel):
    person: UntrustedName | None = None
    code: Code | None = None
    overdue: Group | None = None
    today: Group | None = None
    other_open: Group | None = None
    requests: Annotated[Group | None, Field(description="Requests behind these orders.")] = None
    asked_by_me: Annotated[Group | None, Field(description="Open requests of this person.")] = None
    parts_awaited: Group | None = None
    partial: bool = False
    notes: list[str] = []


async def get_my_day(call: Call, arguments: GetMyDayInput) -> GetMyDayOutput:
    me = await _me(call)
    if me is None or not me.code:
        return GetMyDayOutput(
            notes=[
                "No person of the company belongs to this account, so no work can be its own. "
                "list_work_orders (responsible) shows somebody's work."
            ]
        )
    answer = GetMyDayOutput(person=me.full_name, code=me.code)
    rights = call.caller.rights
    try:
        if "work_orders:view" not in rights:
            raise NotPermitted("This person may not see work orders.")
        await _work(call, me.code, arguments.limit, answer)
    except NotPermitted as error:
        answer.notes.append(error.message)
    if "work_requests:view" in rights:
        answer.asked_by_me = await _asked_by(call, me, arguments.limit)
    return answer


async def _me(call: Call) -> PersonRow | None:
    if call.caller.user_id is None:
        raise Refusal(
            "This connection acts for the company, not for a person. Use get_shift_handover, or "
            "list_work_orders with responsible."
        )
    try:
        return await person_of_account(call.upstream)
    except NotPermitted:
        return None


async def _work(call: Call, code: str, limit: int, answer: GetMyDayOutput) -> None:
    (in_process, all_in_process), (review, all_review) = await asyncio.gather(
        orders_of(call, TaskFilter(status=IN_PROCESS), "in process"),
        orders_of(call, TaskFilter(status=REVIEW), "in review"),
    )
    mine: Orders = {
        folio: order
        for folio, order in (in_process | review).items()
        if (order[0].code_responsible or "").casefold() == code.casefold()
    }
    whole = all_in_process and all_review
    if not mine:
        answer.notes.append("No open work order names this person as responsible.")
    now, zone = dt.datetime.now(dt.UTC), zone_of(call.caller)
    tonight = end_of_today(call.caller, now)
    overdue = {folio: order for folio, order in mine.items() if order_is_overdue(order, now, zone)}
    today = {
        folio: order for folio, order in mine.items() if folio not in overdue and _is_due(order, tonight)
    }
    others = {folio: order for folio, order in mine.items() if folio not in overdue and folio not in today}
    answer.overdue, answer.today, answer.other_open = [
        group(most_pressing_first(_lines(call, orders)), limit, whole=whole)
        for orders in (overdue, today, others)
    ]
    await _count_subtasks(call, answer)
    requests = _requests_behind(call, mine)
    answer.requests = group(requests, limit, whole=whole)
    try:
        parts, all_parts = await parts_awaited(call, mine.keys()) if mine else ([], True)
        answer.parts_awaited = group(parts, limit, whole=whole and all_parts)
    except NotPermitted:
        answer.notes.append("This person may not see parts awaited.")


def _lines(call: Call, orders: Orders) -> list[Line]:
    lines = []
    for order in orders.values():
        due = min((row.date_maintenance for row in order if row.date_maintenance is not None), default=None)
        line = order_line(call, order, due)
        line.who = None  # always the same person
        lines.append(line)
    return lines


def _is_due(order: Sequence[TaskRow], tonight: dt.datetime) -> bool:
    """Say whether a task that is not done is scheduled for today or was for an earlier day."""
    return any(
        row.date_maintenance is not None and row.date_maintenance <= tonight and not is_done(row)
        for row in order
        if row.id_status_work_order == IN_PROCESS
    )


async def _count_subtasks(call: Call, answer: GetMyDayOutput) -> None:
    """Count the subtasks without an answer of the orders shown, the most pressing ones if there are many."""
    groups = [each for each in (answer.overdue, answer.today, answer.other_open) if each is not None]
    lines = [line for each in groups for line in each.lines if line.state == "in_process"]
    everything = Period(EARLIEST, dt.datetime.now(dt.UTC) + dt.timedelta(days=1), "creation_date")
    counted = lines[:MOST_WITH_SUBTASKS]
    found = await asyncio.gather(*(subtasks_of(call.upstream, line.id, everything) for line in counted))
    for line, rows in zip(counted, found, strict=True):
        line.subtasks_left = sum(1 for row in rows if not row.value)
    if len(lines) > len(counted):
        answer.notes.append(f"Subtasks were counted for the first {len(counted)} orders only.")


def _requests_behind(call: Call, orders: Orders) -> list[Line]:
    """Return the requests that these orders were made from, those of the newest orders first."""
    rows = [row for order in orders.values() for row in order if row.id_request is not None]
    rows.sort(key=lambda row: row.creation_date or EARLIEST, reverse=True)
    newest: dict[int | None, TaskRow] = {}
    for row in rows:
        newest.setdefault(row.id_request, row)
    return [
        Line(
            id=str(row.id_request),
            what=clean(row.description or "", LINE),
            who=row.requested_by or None,
            at=shown(call.caller, row.creation_date),
            note=row.wo_folio,
        )
        for row in newest.values()
    ]


async def _asked_by(call: Call, me: PersonRow, limit: int) -> Group:
    """Find the person's own open requests, the newest first."""
    fetch = partial(list_requests, call.upstream, creator=me.code)
    found = await read(call, fetch, "requests")
    own = {bare(name) for name in (me.full_name, call.caller.user_name) if name}
    rows = [
        row
        for row in found.rows
        if row.id_status in OPEN_REQUEST and bare(row.accounts_name or row.requested_by or "") in own
    ]
    return group([_asked(call, row) for row in rows], limit, whole=found.whole)


def _asked(call: Call, row: RequestRow) -> Line:
    return Line(
        id=str(row.id),
        what=clean(row.description or "", LINE),
        asset=row.code_item,
        at=shown(call.caller, row.date),
        state=word_of(REQUEST_STATUS, row.id_status),
        note=row.wo_folio or None,
    )


TOOLS = (
    Tool(
        name="get_my_day",
        title="My day",
        description=(
            "The signed-in person's own work: overdue, today, other open orders with subtasks left, their "
            "requests, parts awaited."
        ),
        rights=frozenset(),
        one_of=frozenset({"work_orders:view", "work_requests:view"}),
        input=GetMyDayInput,
        output=GetMyDayOutput,
        run=get_my_day,
    ),
)
