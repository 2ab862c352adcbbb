"""list_warehouse_documents: purchase orders, material requests and requisitions of work orders."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.datetimes import EARLIEST, LATEST, IsoInput, end_of_today, period, shown
from mcp_gateway.tools.kit.identifiers import Code, GivenShortCode
from mcp_gateway.tools.kit.listing import ListAnswer, ListArguments, Listed, ending, listed, position_of
from mcp_gateway.tools.kit.positions import newest_first
from mcp_gateway.tools.kit.text import UntrustedName, UntrustedText
from mcp_gateway.tools.supply.stock import Warehouse, warehouse_named
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources.warehouse_documents import (
    Line,
    MaterialRequestRow,
    PurchaseOrderRow,
    RequisitionRow,
    list_material_requests,
    list_purchase_orders,
    list_requisitions,
)
from mcp_gateway.upstream.rows import Page, Period

LINES_SHOWN = 30
DEFAULT_DAYS = 90
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
    number: Annotated[Code | None, Field(description="Its own number in the warehouse.")] = None
    warehouse: UntrustedText | None = None
    state: Annotated[UntrustedName | None, Field(description="As the warehouse says it.")] = None
    date: AwareDatetime | None = None
    delivery_at: AwareDatetime | None = None
    work_order: Annotated[Code | None, Field(description="Folio of the order that asks.")] = None
    supplier: UntrustedText | None = None
    responsible: UntrustedName | None = None
    document: UntrustedName | None = None
    note: UntrustedText | None = None
    lines: list[LineShown] | None = None
    number_of_lines: int | None = None
    currency: UntrustedName | None = None
    url: str | None = None


class Answer(ListAnswer):
    documents: list[DocumentShown]


class Input(ListArguments):
    kind: Annotated[
        Literal["purchase_orders", "material_requests", "requisitions"],
        Field(description="requisitions: what work orders asked for."),
    ]
    warehouse: Annotated[
        Warehouse | None, Field(description="Code or piece of the name; needed for purchase_orders.")
    ] = None
    work_order: Annotated[GivenShortCode | None, Field(description="Folio; for requisitions only.")] = None
    state: Annotated[list[State] | None, Field(min_length=1, max_length=4, description="Any of these.")] = (
        None
    )
    since: Annotated[
        IsoInput | None,
        Field(description="Begin, ISO date; 90 days ago if left out."),
    ] = None
    until: Annotated[IsoInput | None, Field(description="End, ISO date; now if left out.")] = None

    @model_validator(mode="after")
    def what_goes_together(self) -> Input:
        if self.kind == "purchase_orders" and self.warehouse is None:
            raise ValueError("purchase_orders need a warehouse; list_stock without arguments lists them")
        if self.work_order is not None and self.kind != "requisitions":
            raise ValueError("work_order goes with requisitions only")
        return self


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


def _purchase_order(call: Call, row: PurchaseOrderRow) -> DocumentShown:
    return DocumentShown(
        id=row.id_movement,
        number=row.folio_source or row.folio_target,
        warehouse=row.warehouses_source_description,
        state=_state(row.movements_states_description),
        date=shown(call.caller, row.date_create or row.date),
        supplier=row.third_parties_description or row.third_parties_name,
        responsible=row.responsible_description,
        document=row.document,
        note=row.description,
        number_of_lines=row.number_details,
    )


def _material_request(call: Call, row: MaterialRequestRow) -> DocumentShown:
    return DocumentShown(
        id=row.id,
        number=row.folio_target,
        warehouse=row.warehouses_description or row.warehouse_code,
        state=_state(row.state_description or row.state),
        date=shown(call.caller, row.date_create),
        delivery_at=shown(call.caller, row.date_delivery),
        responsible=row.responsible_description,
        document=row.document,
        note=row.note,
        lines=_lines(row.details),
        number_of_lines=len(row.details or ()),
    )


def requisition(call: Call, row: RequisitionRow) -> DocumentShown:
    upstream: Upstream = call.upstream
    return DocumentShown(
        id=row.id,
        number=row.folio_source,
        warehouse=row.warehouses_source_description or row.code,
        state=_state(row.movements_states_description),
        date=shown(call.caller, row.date_create or row.date),
        work_order=row.document,
        responsible=row.responsible_description or row.create_by_description,
        lines=_lines(row.list_items),
        number_of_lines=row.number_details or len(row.list_items or ()),
        currency=row.currency_symbol,
        url=upstream.link("work-orders", row.document) if row.document else None,
    )


def _state(constant: str | None) -> str | None:
    return None if constant is None else STATES.get(constant, constant)


async def run(call: Call, arguments: Input) -> Answer:
    upstream: Upstream = call.upstream
    code = None
    if arguments.warehouse is not None:
        code = (await warehouse_named(call, arguments.warehouse)).code
    found: Listed[DocumentShown]
    position = position_of(call, "list_warehouse_documents", arguments)
    when = _period(call, arguments)
    wanted = arguments.state

    def keep(row: PurchaseOrderRow | RequisitionRow | MaterialRequestRow) -> bool:
        return wanted is None or _state(_constant(row)) in wanted

    ours = None if wanted is None else keep
    if arguments.kind == "purchase_orders":
        assert code is not None
        place = code

        async def orders(start: int, size: int) -> Page[PurchaseOrderRow]:
            return await list_purchase_orders(upstream, warehouse=place, period=when, start=start, size=size)

        found = await listed(
            orders,
            lambda row: _purchase_order(call, row),
            position=position,
            limit=arguments.limit,
            keep=ours,
            key=lambda row: newest_first(row.date_create or row.date, row.id_movement),
        )
    elif arguments.kind == "material_requests":

        async def requests(start: int, size: int) -> Page[MaterialRequestRow]:
            return await list_material_requests(upstream, warehouse=code, period=when, start=start, size=size)

        found = await listed(
            requests,
            lambda row: _material_request(call, row),
            position=position,
            limit=arguments.limit,
            keep=ours,
            key=lambda row: newest_first(row.date_create, row.id),
        )
    else:

        async def requisitions(start: int, size: int) -> Page[RequisitionRow]:
            return await list_requisitions(
                upstream, folio=arguments.work_order, warehouse=code, period=when, start=start, size=size
            )

        found = await listed(
            requisitions,
            lambda row: requisition(call, row),
            position=position,
            limit=arguments.limit,
            keep=ours,
            key=lambda row: newest_first(row.date_create or row.date, row.id),
        )
    notes = []
    if arguments.since is None and when.since != EARLIEST:
        since, until = shown(call.caller, when.since), shown(call.caller, when.until)
        assert since is not None
        assert until is not None
        notes.append(
            f"Only documents from {since.date()} to {until.date()} were looked at: give since for older ones."
        )
    return Answer(
        documents=found.records, **ending(call, "list_warehouse_documents", arguments, found, notes)
    )


def _constant(row: PurchaseOrderRow | RequisitionRow | MaterialRequestRow) -> str | None:
    if isinstance(row, MaterialRequestRow):
        return row.state_description or row.state
    return row.movements_states_description


def _period(call: Call, arguments: Input) -> Period:
    """Always whole: the upstream looks back 30 days where nothing is said. All of a work order is shown."""
    given = period(call.caller, arguments.since, arguments.until, "date_create")
    now = dt.datetime.now(dt.UTC)
    if arguments.work_order is not None and arguments.since is None:
        return Period(EARLIEST, given.until if given else LATEST, "date_create")
    if given is None:
        # To the end of the day, so that the pages of one question have one period.
        end = end_of_today(call.caller, now)
        return Period(end - dt.timedelta(days=DEFAULT_DAYS), end, "date_create")
    if arguments.since is None:
        return Period(given.until - dt.timedelta(days=DEFAULT_DAYS), given.until, given.kind)
    return given


TOOLS = (
    Tool(
        name="list_warehouse_documents",
        title="List warehouse documents",
        description=(
            "Purchase orders of a warehouse (without items); material requests, and requisitions of work "
            "orders, with items and what is still to be delivered."
        ),
        rights=frozenset({"inventory:view"}),
        input=Input,
        output=Answer,
        run=run,
    ),
)
