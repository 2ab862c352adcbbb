"""Reads the assets, stops and failures from which reliability figures are computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from mcp_gateway.calls.errors import NotFound
from mcp_gateway.tools.kit.datetimes import EARLIEST
from mcp_gateway.tools.metrics.metric import GroupBy, MetricQuery
from mcp_gateway.tools.metrics.reading import Reading, once
from mcp_gateway.tools.metrics.task_groups import read_within
from mcp_gateway.tools.work.task_facts import is_failure
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.paging import Fetch
from mcp_gateway.upstream.resources.availability import OutageRow, list_outages
from mcp_gateway.upstream.resources.items import ItemFilter, ItemRow, find_item, list_items
from mcp_gateway.upstream.resources.work_orders import TaskFilter, TaskRow, list_tasks
from mcp_gateway.upstream.rows import PAGE_SIZE, Period

MOST_ASSET_PAGES = 12
MOST_STOP_PAGES = 20
MOST_EARLIER = 20
EQUIPMENT = 2
OF_ASSETS: frozenset[GroupBy] = frozenset({"asset", "location", "family", "criticality", "manufacturer"})
# Failures are reported after they happened, so orders created this long after the period are read too.
REPORTED_WITHIN = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Plant:
    """The assets by code. None if there were too many to list; then only `count` is known.

    `components` are the components of the scope, whether they are counted or not.
    """

    by_code: dict[str, ItemRow] | None
    count: int
    components: frozenset[str] = frozenset()

    def holds(self, code: str | None) -> bool:
        return self.by_code is None or code in self.by_code


async def read_plant(question: MetricQuery) -> Plant:
    """Read one asset, or the active machines of the scope: equipment that is not part of other equipment.

    With components: also the equipment that is part of these.
    """
    upstream = question.call.upstream
    reading = question.reading
    if question.code is not None:
        row = await find_item(upstream, question.code)
        if row is None:
            raise NotFound("There is no asset or location with that code, or this person may not see it.")
        if question.asset is not None:
            return Plant({row.code: row}, 1)
        if question.scope == "asset":
            return await _with_components(reading, row)
    fetch = _equipment(upstream, question.location)
    first = await reading.page(fetch)
    pages = 1 if first.total is None else -(-first.total // PAGE_SIZE)
    by_group = question.group_by in OF_ASSETS
    if pages > MOST_ASSET_PAGES and question.code is None and not by_group and not reading.agreed:
        return await _only_counted(reading, pages)
    rows = once(await reading.all_rows(fetch, "assets", first=first), lambda row: row.code)
    equipment = {row.code for row in rows}
    active = [row for row in rows if row.active]
    components = frozenset(row.code for row in active if row.location_code in equipment)
    counted = {row.code: row for row in active if question.components or row.code not in components}
    return Plant(counted, len(counted), components)


async def _with_components(reading: Reading, machine: ItemRow) -> Plant:
    rows = await reading.all_rows(_equipment(reading.upstream, machine.code), "components")
    parts = {row.code: row for row in rows if row.active and row.code != machine.code}
    return Plant({machine.code: machine} | parts, 1 + len(parts), frozenset(parts))


async def _only_counted(reading: Reading, pages: int) -> Plant:
    counted = (await reading.page(_equipment(reading.upstream, None, active=True), size=1)).total or 0
    reading.incomplete(
        f"The {counted} assets are too many to be listed in one question: components are counted as assets "
        "of their own, and records of any asset are counted."
        + reading.by_agreement("To have machines only", 2 * pages)
    )
    return Plant(None, counted)


def _equipment(upstream: Upstream, location: str | None, *, active: bool | None = None) -> Fetch[ItemRow]:
    return partial(
        list_items,
        upstream,
        ItemFilter(item_type=EQUIPMENT, active=active, location=location, whole_tree=location is not None),
    )


async def read_stops(question: MetricQuery, plant: Plant) -> dict[int, OutageRow]:
    """Read every stop that overlaps the period, however long ago it began.

    The upstream has no filter for open stops, so all are read unless there are too many.
    """
    upstream, reading = question.call.upstream, question.reading
    every = Period(EARLIEST, question.now, "initial_date")
    if question.asset is not None:
        rows = await reading.all_rows(_stops(upstream, every, question.asset), "out-of-service records")
        return _by_number(rows)
    fetch = _stops(upstream, every)
    first = await reading.page(fetch)
    pages = 1 if first.total is None else -(-first.total // PAGE_SIZE)
    if plant.by_code is not None and len(plant.by_code) < pages:
        found: list[OutageRow] = []
        for code in plant.by_code:
            found += await reading.all_rows(_stops(upstream, every, code), "out-of-service records")
        return _by_number(found)
    if pages <= MOST_STOP_PAGES or reading.agreed:
        return _by_number(await reading.all_rows(fetch, "out-of-service records", first=first))
    return await _lately(question, plant, first.total or 0)


async def _lately(question: MetricQuery, plant: Plant, total: int) -> dict[int, OutageRow]:
    """Read stops that start in the period or end after its start, and the open stops that assets report."""
    upstream, reading = question.call.upstream, question.reading
    found: dict[int, OutageRow] = {}
    for period in (
        Period(question.since, question.now, "initial_date"),
        Period(question.since, question.now, "final_date"),
    ):
        rows = await reading.all_rows(_stops(upstream, period), "out-of-service records")
        found |= _by_number(rows)
    stopped = partial(list_items, upstream, ItemFilter(item_type=EQUIPMENT, active=True, available=False))
    open_yet = [
        row for row in await reading.all_rows(stopped, "assets out of service") if plant.holds(row.code)
    ]
    for number, item in enumerate(open_yet, 1):
        begun = item.initial_date_out_of_service
        if begun is not None and begun < question.since:
            found[-number] = OutageRow(id=-number, code=item.code, initial_date=begun)
    undated = sum(item.initial_date_out_of_service is None for item in open_yet)
    older = total - sum(number > 0 for number in found)
    dated = len(open_yet) - undated
    reading.incomplete(
        f"{older} older out-of-service records were not examined. Of stops that nobody closed since before "
        f"the period, the newest of each of {dated} assets is counted, which say since when they are out of "
        f"service; {undated} more do not say it."
        + reading.by_agreement("To read all", -(-total // PAGE_SIZE) + 40)
    )
    return found


def _by_number(rows: Iterable[OutageRow]) -> dict[int, OutageRow]:
    return {row.id: row for row in rows}


def _stops(upstream: Upstream, period: Period, code: str | None = None) -> Fetch[OutageRow]:
    return partial(list_outages, upstream, asset=code, period=period)


async def read_reported(question: MetricQuery) -> list[TaskRow]:
    """Read the tasks of orders that report failures of the period."""
    until = min(question.now, question.until + REPORTED_WITHIN)
    return await read_within(question, Period(question.since, until, "creation_date"))


async def read_of_earlier_stops(
    question: MetricQuery, plant: Plant, stops: Iterable[OutageRow], known: Iterable[TaskRow]
) -> list[TaskRow]:
    """Read the tasks behind stops that started before the period; their orders are older than it."""
    reading = question.reading
    named = {(row.id_items_availability, row.code) for row in known if is_failure(row)}
    going_on = [row for row in _going_on(question, stops) if plant.holds(row.code)]
    earlier = [row for row in going_on if (row.id, row.code) not in named]
    recorded = [row for row in earlier if row.id > 0]
    asked = recorded if reading.agreed else recorded[:MOST_EARLIER]
    if len(asked) < len(earlier):
        reading.incomplete(
            f"Of {len(earlier) - len(asked)} stops that began before the period it was not looked up whether "
            "a failure caused them: they count as not caused by one."
        )
    tasks: list[TaskRow] = []
    for stop in asked:
        fetch = _linked(reading.upstream, stop.id)
        tasks += await reading.all_rows(fetch, "work orders of earlier stops")
    return tasks


def _going_on(question: MetricQuery, stops: Iterable[OutageRow]) -> Iterator[OutageRow]:
    for stop in stops:
        begun = stop.initial_date is not None and stop.initial_date < question.since
        if begun and (stop.final_date is None or stop.final_date > question.since):
            yield stop


def _linked(upstream: Upstream, stop: int) -> Fetch[TaskRow]:
    return partial(list_tasks, upstream, TaskRow, TaskFilter(outage=stop))
