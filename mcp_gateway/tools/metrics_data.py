"""What the figures are computed from, read page by page within a budget of calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from mcp_gateway.errors import NeedsManyCalls, NotFound
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.availability import OutageRow, list_outages
from mcp_gateway.upstream.items import ItemRow, find_item, list_items
from mcp_gateway.upstream.rows import PAGE_SIZE, Fetch, Page, Period, R, check_new
from mcp_gateway.upstream.work_orders import TaskRow, list_tasks

ASK_ABOVE = 60  # calls of one question: more are made only when the person agreed
MOST_ASSET_CALLS = 12
EQUIPMENT = 2
# A failure is reported after it happened: orders made this long after the period still tell of it.
REPORTED_WITHIN = dt.timedelta(days=7)


@dataclass(slots=True)
class Reading:
    """Reads pages within the budget of calls and remembers whether it sufficed."""

    upstream: Upstream
    allowed: int = ASK_ABOVE
    pages_read: int = 0
    partial: bool = False
    notes: list[str] = field(default_factory=list)

    async def all_rows(self, fetch: Fetch[R], what: str, most: int | None = None) -> list[R]:
        """All pages; NeedsManyCalls as soon as it is known that they are more than was agreed to."""
        rows: list[R] = []
        start, before = 0, None
        for _ in range(self.allowed if most is None else most):
            if self.upstream.calls >= self.allowed:
                break
            page = await fetch(start, PAGE_SIZE)
            check_new(page, before)
            before = page
            self.pages_read += 1
            rows += page.rows
            if page.is_last:
                return rows
            start = page.end
            if most is None and page.total is not None:
                self._ask(what, -(-(page.total - page.end) // PAGE_SIZE))
        self._note(what)
        return rows

    async def rows_until(self, fetch: Fetch[R], what: str) -> list[R]:
        """Of pages that are sorted: until one of them has rows that the question is no longer about."""
        rows: list[R] = []
        start, before = 0, None
        while self.upstream.calls < self.allowed:
            page = await fetch(start, PAGE_SIZE)
            check_new(page, before)
            before = page
            self.pages_read += 1
            rows += page.rows
            if page.is_last or len(page.rows) < page.read:
                return rows
            start = page.end
        self._note(what)
        return rows

    def _ask(self, what: str, further: int) -> None:
        calls = self.upstream.calls + further
        if calls > self.allowed:
            raise NeedsManyCalls(
                f"All {what} of this question need at least {calls} calls to Fracttal One, of about 200 a "
                "minute that the whole company has. Narrow it by period, asset or location, or ask the "
                f"person and call again with allow_calls {calls + calls // 10}.",
                calls=calls,
            )

    def _note(self, what: str) -> None:
        self.partial = True
        note = f"Not all {what} could be read: choose a shorter period or a smaller scope."
        if note not in self.notes:
            self.notes.append(note)


@dataclass(frozen=True, slots=True)
class Plant:
    """The assets in question by code; None where they were too many to list, then `count` is known."""

    by_code: dict[str, ItemRow] | None
    count: int

    def holds(self, code: str) -> bool:
        return self.by_code is None or code in self.by_code


async def read_plant(reading: Reading, scope: str, code: str | None, *, by_group: bool) -> Plant:
    """One asset, or the active equipment of the scope."""
    upstream = reading.upstream
    if code is not None:
        row = await find_item(upstream, code)
        if row is None:
            raise NotFound("There is no asset or location with that code, or not for this person.")
        if scope == "asset":
            return Plant({row.code: row}, 1)
    place = code

    async def fetch(start: int, size: int) -> Page[ItemRow]:
        return await list_items(
            upstream,
            item_type=EQUIPMENT,
            active=True,
            location=place,
            whole_tree=place is not None,
            start=start,
            size=size,
        )

    counted = (await fetch(0, 1)).total
    reading.pages_read += 1
    too_many = counted is not None and counted > MOST_ASSET_CALLS * PAGE_SIZE
    if counted is not None and too_many and not by_group:
        reading.notes.append("The assets are too many to be listed: records of any asset are counted.")
        return Plant(None, counted)
    rows = await reading.all_rows(fetch, "assets", MOST_ASSET_CALLS)
    return Plant({row.code: row for row in rows}, len(rows))


async def read_outages(
    reading: Reading,
    plant: Plant,
    asset: str | None,
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime,
) -> dict[int, OutageRow]:
    """Every record that touches the period: begun in it, ended since its begin, or open since before."""
    found: dict[int, OutageRow] = {}
    asked = [
        (asset, Period(since, until, "initial_date")),
        (asset, Period(since, now, "final_date")),
    ]
    second = dt.timedelta(seconds=1)
    for item in (plant.by_code or {}).values():
        begun = item.initial_date_out_of_service
        if item.available is False and begun is not None and begun < since:
            asked.append((item.code, Period(begun - second, begun + second, "initial_date")))
    for code, period in asked:
        rows = await reading.all_rows(_outage_fetch(reading.upstream, code, period), "out-of-service records")
        found.update((row.id, row) for row in rows)
    return found


def _outage_fetch(upstream: Upstream, code: str | None, period: Period) -> Fetch[OutageRow]:
    async def fetch(start: int, size: int) -> Page[OutageRow]:
        return await list_outages(upstream, asset=code, period=period, start=start, size=size)

    return fetch


async def read_tasks(
    reading: Reading,
    scope: str,
    code: str | None,
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime,
) -> list[TaskRow]:
    period = Period(since, min(now, until + REPORTED_WITHIN), "creation_date")

    async def fetch(start: int, size: int) -> Page[TaskRow]:
        return await list_tasks(
            reading.upstream,
            TaskRow,
            asset=code if scope == "asset" else None,
            location=code if scope == "location" else None,
            period=period,
            start=start,
            size=size,
        )

    return await reading.all_rows(fetch, "work orders")


async def read_tasks_of_earlier(
    reading: Reading, plant: Plant, outages: Iterable[OutageRow], since: dt.datetime
) -> list[TaskRow]:
    """What outages were about that had begun before the period: their orders are older than it."""
    tasks: list[TaskRow] = []
    for outage in outages:
        earlier = outage.initial_date is not None and outage.initial_date < since
        if earlier and outage.code and plant.holds(outage.code):
            fetch = _linked_fetch(reading.upstream, outage.id)
            tasks += await reading.all_rows(fetch, "work orders of earlier stops")
    return tasks


def _linked_fetch(upstream: Upstream, outage: int) -> Fetch[TaskRow]:
    async def fetch(start: int, size: int) -> Page[TaskRow]:
        return await list_tasks(upstream, TaskRow, outage=outage, start=start, size=size)

    return fetch
