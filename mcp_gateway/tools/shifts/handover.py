"""get_shift_handover: what the next shift needs to know, in one call."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.equipment.meter_records import outside_limits, page_of_meters
from mcp_gateway.tools.kit.codes import PRIORITY_BY_NAME, REQUEST_STATUS, word_of
from mcp_gateway.tools.kit.datetimes import EARLIEST, LATEST, IsoInput, period, shown
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import Arguments
from mcp_gateway.tools.kit.resolving import LocationName, asset_code, codes_within
from mcp_gateway.tools.kit.text import LINE, clean
from mcp_gateway.tools.shifts.lines import (
    Group,
    Line,
    group,
    most_pressing_first,
    order_line,
    orders_of,
    parts_awaited,
    read,
)
from mcp_gateway.upstream.resources.items import ItemFilter, ItemRow, list_items
from mcp_gateway.upstream.resources.meters import MeterRow
from mcp_gateway.upstream.resources.work_orders import TaskFilter, TaskRow
from mcp_gateway.upstream.resources.work_requests import RequestRow, list_requests
from mcp_gateway.upstream.rows import Period

SHIFT = dt.timedelta(hours=12)
IN_PROCESS, REVIEW, CLOSED = 1, 2, 3


class GetShiftHandoverInput(Arguments):
    location: LocationName | None = None
    since: Annotated[
        IsoInput | None, Field(description="Start of the shift; default 12 hours before its end.")
    ] = None
    until: Annotated[IsoInput | None, Field(description="Its end; default now.")] = None
    limit: Annotated[int, Field(ge=1, le=25, description="Lines of each list.")] = 4


class GetShiftHandoverOutput(BaseModel):
    since: AwareDatetime
    until: AwareDatetime
    location: Code | None = None
    closed: Group
    opened: Group
    still_open: Group
    out_of_service: Group | None = None
    requests: Group | None = None
    meters_outside_limits: Group | None = None
    parts_awaited: Group | None = None
    partial: bool = False
    notes: list[str] = []


@dataclass(frozen=True, slots=True)
class Shift:
    """The period, and the location with the codes of everything in it (None: the whole company)."""

    call: Call
    since: dt.datetime
    until: dt.datetime
    location: str | None
    within: frozenset[str] | None
    limit: int

    def during(self, kind: str) -> Period:
        return Period(self.since, self.until, kind)

    def holds(self, code: str | None) -> bool:
        return self.within is None or code in self.within


async def get_shift_handover(call: Call, arguments: GetShiftHandoverInput) -> GetShiftHandoverOutput:
    shift, notes = await _shift(call, arguments)
    rights = call.caller.rights
    orders = await _orders(shift, with_parts="inventory:view" in rights)
    found = await asyncio.gather(
        *(_permitted(look(shift) if right in rights else None) for right, look in LOOKS.values())
    )
    groups = {**orders, **dict(zip(LOOKS, found, strict=True))}
    hidden = [name.replace("_", " ") for name in (*LOOKS, "parts_awaited") if groups.get(name) is None]
    if hidden:
        notes.append(f"This person may not see: {', '.join(hidden)}.")
    since, until = shown(call.caller, shift.since), shown(call.caller, shift.until)
    assert since is not None
    assert until is not None
    return GetShiftHandoverOutput(since=since, until=until, location=shift.location, notes=notes, **groups)


async def _shift(call: Call, arguments: GetShiftHandoverInput) -> tuple[Shift, list[str]]:
    now = dt.datetime.now(dt.UTC)
    given = period(call.caller, arguments.since, arguments.until, "")
    until = now if given is None or arguments.until is None else given.until
    since = until - SHIFT if given is None or arguments.since is None else given.since
    location = await asset_code(call, arguments.location, location=True)
    notes = []
    within = None
    if location is not None:
        try:
            within, whole = await codes_within(call, location)
        except NotPermitted:
            within, whole = frozenset({location}), False
        if not whole:
            notes.append("Not all assets of the location could be read: requests and meters may be missing.")
    return Shift(call, since, until, location, within, arguments.limit), notes


async def _permitted(look: Awaitable[Group] | None) -> Group | None:
    try:
        return None if look is None else await look
    except NotPermitted:
        return None


async def _orders(shift: Shift, *, with_parts: bool) -> dict[str, Group | None]:
    call, place, limit = shift.call, shift.location, shift.limit

    def which(**more: Any) -> TaskFilter:
        return TaskFilter(location=place, **more)

    (
        (closed, all_closed),
        (opened, all_opened),
        (in_process, all_in_process),
        (review, all_review),
    ) = await asyncio.gather(
        orders_of(call, which(status=CLOSED, period=shift.during("wo_final_date")), "closed"),
        orders_of(call, which(period=shift.during("creation_date")), "opened"),
        orders_of(call, which(status=IN_PROCESS), "in process"),
        orders_of(call, which(status=REVIEW), "in review"),
    )
    still_open = in_process | review
    all_open = all_in_process and all_review
    parts = await _permitted(_parts(shift, frozenset(still_open), all_open) if with_parts else None)
    newest = sorted(opened.values(), key=lambda order: order[0].creation_date or LATEST, reverse=True)
    done = sorted(closed.values(), key=lambda order: order[0].wo_final_date or LATEST, reverse=True)
    pressing = [order_line(call, order, _scheduled(order)) for order in still_open.values()]
    return {
        "closed": group(
            [order_line(call, order, order[0].wo_final_date) for order in done], limit, whole=all_closed
        ),
        "opened": group(
            [order_line(call, order, order[0].creation_date) for order in newest], limit, whole=all_opened
        ),
        "still_open": group(most_pressing_first(pressing), limit, whole=all_open),
        "parts_awaited": parts,
    }


def _scheduled(order: Sequence[TaskRow]) -> dt.datetime | None:
    return min((row.date_maintenance for row in order if row.date_maintenance is not None), default=None)


async def _parts(shift: Shift, folios: frozenset[str], all_open: bool) -> Group:
    lines, whole = await parts_awaited(shift.call, folios)
    return group(lines, shift.limit, whole=whole and all_open)


async def _stops(shift: Shift) -> Group:
    """Find what is out of service now, the longest first."""
    call = shift.call
    filters = ItemFilter(available=False, location=shift.location, whole_tree=True)
    found = await read(call, partial(list_items, call.upstream, filters), "assets")
    rows = sorted(found.rows, key=lambda row: (row.initial_date_out_of_service or LATEST, row.code))
    return group([_stop(call, row) for row in rows], shift.limit, whole=found.whole)


def _stop(call: Call, row: ItemRow) -> Line:
    return Line(
        id=row.code,
        what=clean(row.field_1 or row.description or "", LINE),
        at=shown(call.caller, row.initial_date_out_of_service),
        priority=PRIORITY_BY_NAME.get(row.priorities_description or ""),
    )


async def _requests(shift: Shift) -> Group:
    call = shift.call
    fetch = partial(list_requests, call.upstream, period=shift.during("date"))
    found = await read(call, fetch, "requests")
    rows = [row for row in found.rows if shift.holds(row.code_item)]
    rows.sort(key=lambda row: not row.is_urgent)
    return group([_request(call, row) for row in rows], shift.limit, whole=found.whole)


def _request(call: Call, row: RequestRow) -> Line:
    return Line(
        id=str(row.id),
        what=clean(row.description or "", LINE),
        asset=row.code_item,
        who=row.requested_by,
        at=shown(call.caller, row.date),
        state=word_of(REQUEST_STATUS, row.id_status),
        priority="very_high" if row.is_urgent else None,
    )


async def _meters(shift: Shift) -> Group:
    call = shift.call
    found = await read(call, partial(page_of_meters, call.upstream), "meters")
    rows = [
        row
        for row in found.rows
        if shift.holds(row.asset_code) and row.last_data and outside_limits(row, row.last_data.value)
    ]
    rows.sort(key=lambda row: (row.last_data and row.last_data.date) or EARLIEST, reverse=True)
    return group([_meter(call, row) for row in rows], shift.limit, whole=found.whole)


def _meter(call: Call, row: MeterRow) -> Line:
    last = row.last_data
    assert last is not None
    low, high = (("…" if limit is None else f"{limit:g}") for limit in (row.min_value, row.max_value))
    return Line(
        id=row.serial or str(row.id),
        what=clean(row.description or "", LINE),
        asset=row.asset_code,
        at=shown(call.caller, last.date),
        note=f"{last.value:g} {row.units_code or ''} ({low}–{high})",
    )


# The lists besides those of orders, with the right that each needs.
LOOKS: Mapping[str, tuple[str, Callable[[Shift], Awaitable[Group]]]] = {
    "out_of_service": ("assets:view", _stops),
    "requests": ("work_requests:view", _requests),
    "meters_outside_limits": ("meters:view", _meters),
}
TOOLS = (
    Tool(
        name="get_shift_handover",
        title="Shift handover",
        description=(
            "One call for a handover: orders closed, opened and still open, stops, requests, meters out of "
            "bounds, parts awaited."
        ),
        rights=frozenset({"work_orders:view"}),
        input=GetShiftHandoverInput,
        output=GetShiftHandoverOutput,
        run=get_shift_handover,
    ),
)
