"""Purchase orders, material requests, requisitions, receipts and issues.

Contract: docs/reference/fracttal-api.md#warehouses.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mcp_gateway.upstream.client import Upstream
from mcp_gateway.upstream.envelope import Envelope
from mcp_gateway.upstream.http import Query
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.rows import (
    PAGE_SIZE,
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

MOST_REQUISITION_PAGES = 5  # for one order
Body = Mapping[str, Any]


class Line(Row):
    """A line of a document."""

    id_item: Whole = None
    id_movements_details: Whole = None
    code: str | None = None
    items_description: str | None = None
    qty: Number = None
    qty_pending: Number = None
    units_description: str | None = None
    units_code: str | None = None
    unit_cost_company: Number = None
    total_cost_company: Number = None


class PurchaseOrderRow(Row):
    id_movement: Whole = None
    folio_source: str | None = None
    folio_target: str | None = None
    date: Moment = None
    date_create: Moment = None
    description: str | None = None
    document: str | None = None
    movements_types_description: str | None = None
    movements_states_description: str | None = None
    warehouses_source_description: str | None = None
    third_parties_description: str | None = None
    third_parties_name: str | None = None
    responsible_description: str | None = None
    priorities_description: str | None = None
    number_details: Whole = None


class MaterialRequestRow(Row):
    id: Id
    warehouse_code: str | None = None
    warehouses_description: str | None = None
    folio_target: str | None = None
    date_delivery: Moment = None
    date_create: Moment = None
    document: str | None = None
    note: str | None = None
    state: str | None = None
    state_description: str | None = None
    priorities_description: str | None = None
    responsible_code: str | None = None
    responsible_description: str | None = None
    details: list[Line] | None = None


class RequisitionRow(Row):
    id: Id
    code: str | None = None
    warehouses_source_description: str | None = None
    folio_source: str | None = None
    document: str | None = None
    date: Moment = None
    date_create: Moment = None
    movements_states_description: str | None = None
    responsible_description: str | None = None
    create_by_description: str | None = None
    number_details: Whole = None
    currency_symbol: str | None = None
    list_items: list[Line] | None = None


class Moved(Row):
    id: Whole = None
    id_movement: Whole = None
    folio_source: str | None = None
    folio_target: str | None = None


async def list_purchase_orders(
    upstream: Upstream, *, warehouse: str, period: Period, start: int = 0, size: int = PAGE_SIZE
) -> Page[PurchaseOrderRow]:
    query: Query = {"warehouse_code": warehouse, "start": start, "limit": size, **_dates(period)}
    envelope = await upstream.get(["warehouse_purchase_orders"], query)

    def keep(row: PurchaseOrderRow) -> bool:
        return period.holds(row.date_create or row.date)

    return page_of(PurchaseOrderRow, envelope, start, size, keep)


async def list_material_requests(
    upstream: Upstream,
    *,
    number: int | None = None,
    warehouse: str | None = None,
    period: Period | None = None,
    start: int = 0,
    size: int = PAGE_SIZE,
) -> Page[MaterialRequestRow]:
    query: Query = {
        "id": number, "code": warehouse, "start": start, "limit": size, **(_dates(period) if period else {}),
    }  # fmt: skip

    def keep(row: MaterialRequestRow) -> bool:
        return (
            (number is None or row.id == number)
            and (warehouse is None or row.warehouse_code in (None, warehouse))
            and (period is None or period.holds(row.date_create))
        )

    return page_of(MaterialRequestRow, await upstream.get(["material_requests"], query), start, size, keep)


async def list_requisitions(
    upstream: Upstream,
    *,
    folio: str | None = None,
    warehouse: str | None = None,
    order_status: int | None = None,
    period: Period | None = None,
    start: int = 0,
    size: int = PAGE_SIZE,
) -> Page[RequisitionRow]:
    """Return a page of requisitions: what work orders requested from warehouses.

    `order_status` is the status of the work orders. No row shows it, so the caller has to check the folios.
    """
    query: Query = {
        "folio": folio, "warehouse_code": warehouse, "ot_status": order_status, "start": start, "limit": size,
        **(_dates(period) if period else {}),
    }  # fmt: skip

    def keep(row: RequisitionRow) -> bool:
        return (
            (folio is None or row.document in (None, folio))
            and (warehouse is None or row.code in (None, warehouse))
            and (period is None or period.holds(row.date_create or row.date))
        )

    return page_of(RequisitionRow, await upstream.get(["work_orders_movements"], query), start, size, keep)


async def requisitions_of(upstream: Upstream, folio: str, everything: Period) -> list[RequisitionRow]:
    """Return the requisitions of an order.

    `everything` is a period around it: the default shows only recent ones.
    """
    fetch = partial(list_requisitions, upstream, folio=folio, period=everything)
    return await all_rows(fetch, upstream.gaps, "requisitions of the order", most=MOST_REQUISITION_PAGES)


async def enter_goods(upstream: Upstream, warehouse: str, body: Body) -> Moved:
    return _moved(await upstream.post(["warehouse_entries_orders", warehouse], body))


async def issue_goods(upstream: Upstream, body: Body) -> Moved:
    """Issue goods. Optional fields must be left out: the contract does not accept null."""
    return _moved(await upstream.post(["warehouse_outputs_orders"], body))


async def update_material_request(upstream: Upstream, number: int, body: Body) -> None:
    await upstream.put(["material_requests", str(number)], body)


def _moved(envelope: Envelope) -> Moved:
    return written_row(Moved, envelope) or Moved()


def _dates(period: Period) -> dict[str, str]:
    """Return the period without `type_date`: these resources have only one kind of date."""
    return {name: value for name, value in period.query.items() if name != "type_date"}
