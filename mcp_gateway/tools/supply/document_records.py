"""A warehouse document as an answer shows it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call
from mcp_gateway.tools.kit.datetimes import shown
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.text import UntrustedName, UntrustedText
from mcp_gateway.upstream.resources.warehouse_documents import (
    Line,
    MaterialRequestRow,
    PurchaseOrderRow,
    RequisitionRow,
)

LINES_SHOWN = 30
State = Literal["not_delivered", "partly_delivered", "delivered", "cancelled"]
STATES: dict[str, State] = {
    "NOT_DELIVERED": "not_delivered",
    "PARTIAL_DELIVERY": "partly_delivered",
    "TOTAL_DELIVERY": "delivered",
    "DELIVERY_CANCELLED": "cancelled",
}


class LineShown(BaseModel):
    item: Code | None = None
    name: UntrustedText | None = None
    quantity: float | None = None
    pending: float | None = None
    unit: UntrustedName | None = None
    unit_cost: float | None = None


class DocumentShown(BaseModel):
    id: int | None = None
    number: Annotated[Code | None, Field(description="Its number in the warehouse.")] = None
    warehouse: UntrustedText | None = None
    state: Annotated[UntrustedName | None, Field(description="As the warehouse gives it.")] = None
    date: AwareDatetime | None = None
    delivery_at: AwareDatetime | None = None
    work_order: Annotated[Code | None, Field(description="Folio of the requesting order.")] = None
    supplier: UntrustedText | None = None
    responsible: UntrustedName | None = None
    document: UntrustedName | None = None
    note: UntrustedText | None = None
    lines: list[LineShown] | None = None
    number_of_lines: int | None = None
    currency: UntrustedName | None = None
    url: str | None = None


def _lines(rows: list[Line] | None) -> list[LineShown] | None:
    if rows is None:
        return None
    return [
        LineShown(
            item=row.code,
            name=row.items_description,
            quantity=row.qty,
            pending=row.qty_pending,
            unit=row.units_code or row.units_description,
            unit_cost=row.unit_cost_company,
        )
        for row in rows[:LINES_SHOWN]
    ]


def purchase_order(call: Call, row: PurchaseOrderRow) -> DocumentShown:
    return DocumentShown(
        id=row.id_movement,
        number=row.folio_source or row.folio_target,
        warehouse=row.warehouses_source_description,
        state=state_of(row.movements_states_description),
        date=shown(call.caller, row.date_create or row.date),
        supplier=row.third_parties_description or row.third_parties_name,
        responsible=row.responsible_description,
        document=row.document,
        note=row.description,
        number_of_lines=row.number_details,
    )


def material_request(call: Call, row: MaterialRequestRow) -> DocumentShown:
    return DocumentShown(
        id=row.id,
        number=row.folio_target,
        warehouse=row.warehouses_description or row.warehouse_code,
        state=state_of(row.state_description or row.state),
        date=shown(call.caller, row.date_create),
        delivery_at=shown(call.caller, row.date_delivery),
        responsible=row.responsible_description,
        document=row.document,
        note=row.note,
        lines=_lines(row.details),
        number_of_lines=len(row.details or ()),
    )


def requisition(call: Call, row: RequisitionRow) -> DocumentShown:
    return DocumentShown(
        id=row.id,
        number=row.folio_source,
        warehouse=row.warehouses_source_description or row.code,
        state=state_of(row.movements_states_description),
        date=shown(call.caller, row.date_create or row.date),
        work_order=row.document,
        responsible=row.responsible_description or row.create_by_description,
        lines=_lines(row.list_items),
        number_of_lines=row.number_details or len(row.list_items or ()),
        currency=row.currency_symbol,
        url=record_url("work-orders", row.document) if row.document else None,
    )


def state_of(constant: str | None) -> str | None:
    return None if constant is None else STATES.get(constant, constant)
