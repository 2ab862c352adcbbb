"""Checks the pending quantities of a work order's requisition before goods are issued to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from mcp_gateway.calls.errors import NotFound, Refusal, offered
from mcp_gateway.tools.kit.datetimes import EARLIEST, LATEST
from mcp_gateway.tools.kit.text import NAME, cleaned
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.resources.warehouse_documents import RequisitionRow, requisitions_of
from mcp_gateway.upstream.rows import Period

CLOSED = {"TOTAL_DELIVERY": "delivered", "DELIVERY_CANCELLED": "cancelled"}
DECIMALS = 6


async def refuse_more_than_pending(
    upstream: Upstream, folio: str, number: int, wanted: Mapping[str, float]
) -> None:
    """Refuse quantities above the pending ones. `wanted` is the quantity of each item by its code."""
    papers = await requisitions_of(upstream, folio, Period(EARLIEST, LATEST, "date_create"))
    asked = next((row for row in papers if row.id == number), None)
    if asked is None:
        raise NotFound(
            "The work order has no such requisition. list_warehouse_documents (kind requisitions, "
            "work_order) shows those that it has."
        )
    state = CLOSED.get(asked.movements_states_description or "")
    if state is not None:
        raise Refusal(
            f"The requisition is {state}: nothing in it is pending. Use an issue of kind general for "
            "anything else that is needed.",
            state=state,
        )
    pending = _pending(asked)
    too_much = [code for code, qty in wanted.items() if round(qty - pending.get(code, 0), DECIMALS) > 0]
    if too_much:
        raise Refusal(
            (
                "That is more than the requisition has pending. Issue at most the pending quantity, and "
                "the rest with an issue of kind general."
            ),
            **offered(
                list(pending.items()), lambda line: {"item": cleaned(line[0], NAME), "pending": line[1]}
            ),
        )


def _pending(asked: RequisitionRow) -> dict[str, float]:
    pending: dict[str, float] = defaultdict(float)
    for line in asked.list_items or ():
        if line.code:
            pending[line.code] = round(pending[line.code] + (line.qty_pending or 0), DECIMALS)
    return dict(pending)
