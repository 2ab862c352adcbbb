"""Requisitions of work orders: delivered line by line, closed if the order is cancelled."""

from __future__ import annotations

from maintenance.models import Movement, MovementState, MovementType, Warehouse, WorkOrder, WorkOrderStatus
from maintenance.rules.refusals import InvalidFields, Rejected
from maintenance.rules.stock_movements import Lines, by_item, quantity, total

CLOSED = (MovementState.TOTAL_DELIVERY, MovementState.DELIVERY_CANCELLED)


def open_requisition(warehouse: Warehouse, number: int, folio: str) -> Movement:
    """Returns the requisition, locked so that the next delivery sees what is left of it."""
    asked = (
        Movement.objects.select_for_update(of=("self",))
        .select_related("work_order")
        .filter(warehouse=warehouse, type=MovementType.REQUISITION, pk=number, work_order__folio=folio)
        .first()
    )
    if asked is None or asked.work_order is None:
        raise InvalidFields({"id_movement": "is not a requisition of this order and warehouse"})
    if asked.work_order.status == WorkOrderStatus.CANCELLED:
        raise Rejected("The work order was cancelled: what is needed all the same is a general issue.")
    if asked.state in CLOSED:
        raise Rejected(
            "The requisition is closed: nothing is pending. Ask for more by a resource of the order, "
            "or make a general issue."
        )
    return asked


def deliver(asked: Movement, goods: Lines) -> None:
    """Subtracts the issued quantities from the pending ones, never more than these. Raises InvalidFields."""
    lines = list(asked.lines.select_related("item"))
    for code, given in by_item(goods).items():
        qty = total(given)
        of_item = [line for line in lines if line.item.code == code]
        if not of_item:
            raise InvalidFields({"items": f"{code} is not in the requisition"})
        pending = quantity(sum(line.qty_pending for line in of_item))
        if qty > pending:
            raise Rejected(
                f"Of {code} only {pending:g} are pending in the requisition. Issue no more than that, "
                "and the rest by a general issue."
            )
        for line in of_item:
            taken = min(qty, line.qty_pending)
            line.qty_pending, qty = quantity(line.qty_pending - taken), quantity(qty - taken)
            line.save(update_fields=["qty_pending"])
    done = all(line.qty_pending == 0 for line in lines)
    asked.state = MovementState.TOTAL_DELIVERY if done else MovementState.PARTIAL_DELIVERY
    asked.save(update_fields=["state"])


def close_requisitions(order: WorkOrder) -> None:
    """Closes what a cancelled order has not received. What it has received stays delivered."""
    asked = Movement.objects.select_for_update().filter(work_order=order, type=MovementType.REQUISITION)
    still_open = asked.exclude(state__in=CLOSED).order_by("pk")
    for requisition in still_open:
        requisition.lines.update(qty_pending=0)
        requisition.state = MovementState.DELIVERY_CANCELLED
        requisition.save(update_fields=["state"])
