"""The parts of a work order: subtasks, resources, attachments, public page.

Contract: docs/reference/fracttal-api.md#parts-of-a-work-order.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.rows import (
    PAGE_SIZE,
    Flag,
    Id,
    Moment,
    Number,
    Page,
    Period,
    Row,
    Whole,
    page_of,
    written_row,
)

Body = Mapping[str, Any]
MOST_PAGES = 20  # for the parts of one order


class SubtaskRow(Row):
    id_work_orders_tasks_form_items: Id
    id_work_order_task: Whole = None
    value: str | None = None
    description: str | None = None
    group: str | None = None
    unit_description: str | None = None
    order_number: Whole = None
    is_required: Flag = None
    meter_description: str | None = None
    last_value: Number = None
    wo_folio: str | None = None
    id_task_form_item_type: Whole = None


class ResourceRow(Row):
    id_wo_resource: Whole = None
    id_work_orders_tasks: Whole = None
    type: Whole = None
    code: str | None = None
    description: str | None = None
    source_description: str | None = None
    source_code: str | None = None
    qty: Number = None
    qty_delivered: Number = None
    real_qty_used: Number = None
    unit_cost: Number = None
    total_cost: Number = None
    units_description: str | None = None
    date_create: Moment = None
    wo_folio: str | None = None
    id_status_work_order: Whole = None
    id_movements_details: Whole = None
    note: str | None = None


class AttachmentRow(Row):
    description: str | None = None
    value: str | None = None
    type: Whole = None
    wo_folio: str | None = None
    id_work_order_task: Whole = None


async def subtasks_of(upstream: Upstream, folio: str, everything: Period) -> list[SubtaskRow]:
    """Return the subtasks of an order.

    `everything` is a period around it: the default is the last 30 days.
    """

    async def fetch(start: int, size: int) -> Page[SubtaskRow]:
        query: Query = {"folio": folio, "start": start, "limit": size, **everything.query}
        envelope = await upstream.get(["work_orders_subtasks"], query)
        return page_of(SubtaskRow, envelope, start, size, lambda row: row.wo_folio in (None, folio))

    return await all_rows(fetch, upstream.gaps, "subtasks", most=MOST_PAGES)


async def list_resources(
    upstream: Upstream,
    *,
    folio: str | None = None,
    kind: int | None = None,
    status: int | None = None,
    location: str | None = None,
    period: Period | None = None,
    start: int = 0,
    size: int = PAGE_SIZE,
) -> Page[ResourceRow]:
    """Return a page of resources.

    `kind` is 1 for parts, 2 for labour and 3 for services; `status` is the status of the order. A period
    applies to `date_create`.
    """
    query: Query = {
        "folio": folio,
        "type": kind,
        "ot_status": status,
        "code_location": location,
        "start": start,
        "limit": size,
        **(period.query if period else {}),
    }

    def keep(row: ResourceRow) -> bool:
        return (
            (folio is None or row.wo_folio in (None, folio))
            and (kind is None or row.type == kind)
            and (status is None or row.id_status_work_order == status)
            and (period is None or row.date_create is None or period.holds(row.date_create))
        )

    return page_of(ResourceRow, await upstream.get(["wo_resources"], query), start, size, keep)


async def resources_of(upstream: Upstream, folio: str, everything: Period) -> list[ResourceRow]:
    fetch = partial(list_resources, upstream, folio=folio, period=everything)
    return await all_rows(fetch, upstream.gaps, "resources", most=MOST_PAGES)


async def attachments_of(upstream: Upstream, folio: str) -> list[AttachmentRow]:
    async def fetch(start: int, size: int) -> Page[AttachmentRow]:
        envelope = await upstream.get(["work_orders_attachments", folio], {"start": start, "limit": size})
        return page_of(AttachmentRow, envelope, start, size, lambda row: row.wo_folio in (None, folio))

    return await all_rows(fetch, upstream.gaps, "attachments", most=MOST_PAGES)


async def shared_url(upstream: Upstream, folio: str) -> str | None:
    """Return the first URL in the answer, since the contract does not name its field."""
    envelope = await upstream.get(["work_orders_shared_url", folio])
    for row in envelope.rows:
        for value in row.values():
            if isinstance(value, str) and value.startswith(("https://", "http://")):
                return value
    return None


async def fill_subtask(upstream: Upstream, number: int, value: str) -> None:
    body = {"id_work_orders_tasks_form_items": number, "value": value}
    await upstream.put(["work_orders_subtasks"], body)


async def add_resource(upstream: Upstream, folio: str, body: Body) -> ResourceRow:
    return written_row(ResourceRow, await upstream.post(["wo_resources", folio], body)) or ResourceRow()


async def set_resource_note(upstream: Upstream, number: int, note: str) -> None:
    await upstream.put(["wo_resources", str(number)], {"note": note})


async def attach(upstream: Upstream, body: Body) -> None:
    await upstream.post(["work_orders_tasks_files"], body)
