"""list_warehouse_documents: purchase orders, material requests and requisitions of work orders."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.counting import Filtered
from mcp_gateway.tools.kit.datetimes import EARLIEST, LATEST, IsoInput, end_of_today, period, shown
from mcp_gateway.tools.kit.identifiers import GivenShortCode
from mcp_gateway.tools.kit.listing import ListAnswer, ListArguments, Listed, ending, listed, position_of
from mcp_gateway.tools.kit.parameters import Warehouse
from mcp_gateway.tools.kit.positions import newest_first
from mcp_gateway.tools.supply.document_records import (
    DocumentShown,
    State,
    material_request,
    purchase_order,
    requisition,
    state_of,
)
from mcp_gateway.tools.supply.stock_records import warehouse_named
from mcp_gateway.upstream.resources.warehouse_documents import (
    MaterialRequestRow,
    PurchaseOrderRow,
    RequisitionRow,
    list_material_requests,
    list_purchase_orders,
    list_requisitions,
)
from mcp_gateway.upstream.rows import Period

DEFAULT_DAYS = 90


class ListWarehouseDocumentsOutput(ListAnswer):
    documents: list[DocumentShown]


class ListWarehouseDocumentsInput(ListArguments):
    kind: Annotated[
        Literal["purchase_orders", "material_requests", "requisitions"],
        Field(description="requisitions: what work orders requested."),
    ]
    warehouse: Annotated[
        Warehouse | None, Field(description="Code or part of the name; required for purchase_orders.")
    ] = None
    work_order: Annotated[GivenShortCode | None, Field(description="Folio; for requisitions only.")] = None
    state: Annotated[list[State] | None, Field(min_length=1, max_length=4, description="Any of these.")] = (
        None
    )
    since: Annotated[
        IsoInput | None,
        Field(description="Start, ISO date; default 90 days ago."),
    ] = None
    until: Annotated[IsoInput | None, Field(description="End, ISO date; default now.")] = None

    @model_validator(mode="after")
    def what_goes_together(self) -> ListWarehouseDocumentsInput:
        if self.kind == "purchase_orders" and self.warehouse is None:
            raise ValueError("purchase_orders need a warehouse; list_stock without arguments lists them")
        if self.work_order is not None and self.kind != "requisitions":
            raise ValueError("work_order goes with requisitions only")
        return self


async def list_warehouse_documents(
    call: Call, arguments: ListWarehouseDocumentsInput
) -> ListWarehouseDocumentsOutput:
    upstream = call.upstream
    code = None
    if arguments.warehouse is not None:
        code = (await warehouse_named(call, arguments.warehouse)).code
    found: Listed[DocumentShown]
    position = position_of(call, "list_warehouse_documents", arguments)
    when = _period(call, arguments)
    wanted = arguments.state

    def keep(row: PurchaseOrderRow | RequisitionRow | MaterialRequestRow) -> bool:
        return wanted is None or state_of(_constant(row)) in wanted

    ours = None if wanted is None else keep
    if arguments.kind == "purchase_orders":
        assert code is not None
        found = await listed(
            Filtered(upstream, partial(list_purchase_orders, upstream, period=when), {}, {"warehouse": code}),
            lambda row: purchase_order(call, row),
            position=position,
            limit=arguments.limit,
            keep=ours,
            key=lambda row: newest_first(row.date_create or row.date, row.id_movement),
        )
    elif arguments.kind == "material_requests":
        found = await listed(
            Filtered(upstream, partial(list_material_requests, upstream, period=when), {"warehouse": code}),
            lambda row: material_request(call, row),
            position=position,
            limit=arguments.limit,
            keep=ours,
            key=lambda row: newest_first(row.date_create, row.id),
        )
    else:
        filters = {"folio": arguments.work_order, "warehouse": code}
        found = await listed(
            Filtered(upstream, partial(list_requisitions, upstream, period=when), filters),
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
            f"Only documents from {since.date()} to {until.date()} were examined: give since for older ones."
        )
    return ListWarehouseDocumentsOutput(
        documents=found.records, **ending(call, "list_warehouse_documents", arguments, found, notes)
    )


def _constant(row: PurchaseOrderRow | RequisitionRow | MaterialRequestRow) -> str | None:
    if isinstance(row, MaterialRequestRow):
        return row.state_description or row.state
    return row.movements_states_description


def _period(call: Call, arguments: ListWarehouseDocumentsInput) -> Period:
    """Return a period with both ends, because the upstream looks back only 30 days by default.

    For a work order it covers all its documents.
    """
    given = period(call.caller, arguments.since, arguments.until, "date_create")
    now = dt.datetime.now(dt.UTC)
    if arguments.work_order is not None and arguments.since is None:
        return Period(EARLIEST, given.until if given else LATEST, "date_create")
    if given is None:
        # To the end of the day, so that all pages of one query have the same period.
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
        input=ListWarehouseDocumentsInput,
        output=ListWarehouseDocumentsOutput,
        run=list_warehouse_documents,
    ),
)
