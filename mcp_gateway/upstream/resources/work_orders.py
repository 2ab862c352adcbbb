"""/work_orders: one row per task. The rows of an order are adjacent, newest order first."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from mcp_gateway.calls.errors import OutcomeUnknown
from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.envelope import LOST_WRITE
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.paging import NoFurther, all_rows, pages
from mcp_gateway.upstream.rows import (
    PAGE_SIZE,
    Flag,
    Moment,
    Number,
    Page,
    Period,
    Row,
    Whole,
    page_of,
    the_only,
    written_row,
)

MOST_TASK_PAGES = 20  # for one order
ORDERS_A_PAGE = 4
EPOCH = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
DATE_KINDS = (
    "creation_date",
    "date_maintenance",
    "cal_date_maintenance",
    "initial_date",
    "final_date",
    "review_date",
    "wo_final_date",
)


class TaskLine(Row):
    """The fields of a task that lists need; most rows are only listed, so fewer fields are decoded."""

    wo_folio: str
    id_work_orders_tasks: Whole = None
    id_work_order: Whole = None
    id_status_work_order: Whole = None
    work_orders_status_custom_description: str | None = None
    creation_date: Moment = None
    initial_date: Moment = None
    final_date: Moment = None
    review_date: Moment = None
    wo_final_date: Moment = None
    date_maintenance: Moment = None
    tasks_duration: Number = None
    completed_percentage: Number = None
    personnel_description: str | None = None
    code_responsible: str | None = None
    code: str | None = None
    items_log_description: str | None = None
    description: str | None = None
    note: str | None = None
    task_note: str | None = None
    tasks_log_task_type_main: str | None = None
    id_priorities: Whole = None
    id_items_availability: Whole = None
    id_status_work_order_task: Whole = None
    done: Flag = None
    task_status: str | None = None


class TaskRow(TaskLine):
    cal_date_maintenance: Moment = None
    event_date: Moment = None
    duration: Number = None
    real_duration: Number = None
    created_by: str | None = None
    code_create_by: str | None = None
    validated_by_description: str | None = None
    requested_by: str | None = None
    id_request: Whole = None
    id_item: Whole = None
    id_contact: Whole = None
    id_group_task: Whole = None
    parent_description: str | None = None
    groups_description: str | None = None
    costs_center_description: str | None = None
    trigger_description: str | None = None
    stop_assets: Flag = None
    real_stop_assets_sec: Number = None
    out_of_service_sec: Number = None
    types_description: str | None = None
    causes_description: str | None = None
    detection_method_description: str | None = None
    id_failure_severity: Whole = None
    id_damage_type: Whole = None
    caused_disruption: str | bool | None = None
    caused_damage: str | bool | None = None
    total_cost_task: Number = None
    resources_human_resources: Number = None
    resources_inventory: Number = None
    resources_services: Number = None
    rating: Whole = None


L = TypeVar("L", bound=TaskLine)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks to list. `made_by` leaves out orders created later.

    It can be combined only with a period of creation dates, or with none.
    """

    status: int | None = None
    asset: str | None = None
    location: str | None = None
    period: Period | None = None
    made_by: dt.datetime | None = None
    outage: int | None = None

    @property
    def query(self) -> Query:
        asked, made_by = self.period, self.made_by
        if made_by is not None:
            since, until = (asked.since, min(asked.until, made_by)) if asked else (EPOCH, made_by)
            asked = Period(since, until, "creation_date")
        return {
            "ot_status": self.status,
            "code_asset": self.asset,
            "code_location": self.location,
            "id_items_availability": self.outage,
            **(asked.query if asked else {}),
        }

    @property
    def can_be_checked(self) -> bool:
        """Say whether rows can show that they match; no row names the locations above it."""
        asked = (self.status, self.asset, self.outage, self.period, self.made_by)
        return any(value is not None for value in asked)

    def fits(self, row: TaskLine) -> bool:
        return (
            (self.status is None or row.id_status_work_order == self.status)
            and (self.asset is None or row.code == self.asset)
            and (self.outage is None or row.id_items_availability == self.outage)
            and (self.period is None or self.period.holds(getattr(row, self.period.kind)))
            and (self.made_by is None or row.creation_date is None or row.creation_date <= self.made_by)
        )


EVERY_TASK = TaskFilter()


async def list_tasks(
    upstream: Upstream,
    model: type[L],
    filters: TaskFilter = EVERY_TASK,
    *,
    start: int = 0,
    size: int = PAGE_SIZE,
) -> Page[L]:
    envelope = await upstream.get(["work_orders"], {**filters.query, "start": start, "limit": size})
    return page_of(model, envelope, start, size, filters.fits if filters.can_be_checked else None)


async def tasks_of(upstream: Upstream, folio: str) -> list[TaskRow]:
    """Return all tasks of one order, none if the order does not exist for this person."""

    def is_one(row: TaskRow) -> bool:
        return row.wo_folio == folio

    async def fetch(start: int, size: int) -> Page[TaskRow]:
        query: Query = {"folio": folio, "start": start, "limit": size}
        page = page_of(TaskRow, await upstream.get(["work_orders"], query), start, size, is_one)
        if start == 0:
            the_only(page, is_one)  # raises if rows exist but cannot be read: the order is not missing
        return page

    return await all_rows(fetch, upstream.gaps, "tasks of the order", most=MOST_TASK_PAGES)


async def find_task(upstream: Upstream, folio: str, number: int) -> TaskRow | None:
    def is_it(row: TaskRow) -> bool:
        return row.id_work_orders_tasks == number and row.wo_folio == folio

    query: Query = {"folio": folio, "id_work_order_task": number, "limit": PAGE_SIZE}
    envelope = await upstream.get(["work_orders"], query)
    return the_only(page_of(TaskRow, envelope, 0, PAGE_SIZE, is_it), is_it)


async def whole_orders(upstream: Upstream, orders: Sequence[Sequence[TaskLine]]) -> dict[str, list[TaskLine]]:
    """Return all tasks of these orders, by folio.

    Orders that were created close together are read in one list by creation date, others one by one.
    """
    folios = [order[0].wo_folio for order in orders]
    whole = await _made_together(upstream, orders)
    missing = [folio for folio in folios if folio not in whole]
    found = await asyncio.gather(*(tasks_of(upstream, folio) for folio in missing))
    return whole | {folio: [*rows] for folio, rows in zip(missing, found, strict=True)}


async def _made_together(
    upstream: Upstream, orders: Sequence[Sequence[TaskLine]]
) -> dict[str, list[TaskLine]]:
    """Read orders by creation date; {} if that takes more than a quarter of the calls for single orders."""
    made = [order[0].creation_date for order in orders]
    known = [moment for moment in made if moment is not None]
    most = len(orders) // ORDERS_A_PAGE
    if not most or len(known) < len(made):
        return {}
    period = Period(min(known), max(known), "creation_date")
    fetch = partial(list_tasks, upstream, TaskLine, TaskFilter(period=period))
    rows: list[TaskLine] = []
    is_last = False
    with contextlib.suppress(NoFurther):
        async for page in pages(fetch, most=most):
            rows += page.rows
            is_last = page.is_last
            if not is_last and (page.total is None or page.total > most * PAGE_SIZE):
                break
    if not is_last:
        return {}
    whole: dict[str, list[TaskLine]] = {}
    for row in rows:
        whole.setdefault(row.wo_folio, []).append(row)
    return whole


class Order(Row):
    """The order in the answer to a write. The folio may come as a number."""

    wo_folio: str | None = None


async def create_order(upstream: Upstream, body: Mapping[str, Any]) -> str:
    """Create an order. Return its folio."""
    order = written_row(Order, await upstream.post(["work_orders"], body))
    if order is None or not order.wo_folio:
        raise OutcomeUnknown(LOST_WRITE)
    return order.wo_folio


async def set_note(upstream: Upstream, folio: str, note: str, person: str) -> None:
    await upstream.put(["work_orders", folio], {"note": note, "account_code": person})


async def set_status(upstream: Upstream, folio: str, status: int, person: str) -> None:
    """Set the status: 1 in process or 2 in review. The API offers no others."""
    body = {"id_status_work_order": status, "user_code": person}
    await upstream.put(["work_order_change_status", folio], body, bare="wo_folio")


async def update_task(upstream: Upstream, body: Mapping[str, Any]) -> None:
    await upstream.put(["work_orders_tasks"], body)


async def cancel_order(upstream: Upstream, folio: str, body: Mapping[str, Any]) -> None:
    """Cancel an order. The contract has `folio` in the query and not in the path."""
    await upstream.put(["work_order_cancel"], body, {"folio": folio})
