"""Which work a caller may see, and what may still be changed."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.principal import Principal
from maintenance.models import WorkOrder, WorkOrderStatus, WorkOrderTask
from maintenance.rules.people import own_record
from maintenance.rules.refusals import RecordNotFound, Rejected


def visible_tasks(principal: Principal) -> QuerySet[WorkOrderTask]:
    """Returns the tasks of the company, or only those of orders that the caller is responsible for."""
    rows = WorkOrderTask.objects.filter(company_id=principal.company_id)
    if not principal.own_work_orders_only:
        return rows
    return rows.filter(work_order__responsible__in=own_record(principal))


def locked_order(principal: Principal, folio: str) -> WorkOrder:
    """Returns an order that the caller may see, locked until the transaction ends.

    Raises RecordNotFound.
    """
    visible = visible_tasks(principal).filter(work_order__folio=folio)
    order = (
        WorkOrder.objects.select_for_update(of=("self",))
        .select_related("responsible", "created_by")
        .filter(pk__in=visible.values("work_order_id"))
        .first()
    )
    if order is None:
        raise RecordNotFound
    return order


def open_order(principal: Principal, folio: str) -> WorkOrder:
    """Returns the order like `locked_order`, if it is still open. Raises RecordNotFound and Rejected."""
    order = locked_order(principal, folio)
    refuse_unless_open(order)
    return order


def open_task(principal: Principal, task_id: int) -> WorkOrderTask:
    """Returns a task of an open order, locked with the order. Raises RecordNotFound and Rejected."""
    visible = visible_tasks(principal).filter(pk=task_id)
    task = (
        WorkOrderTask.objects.select_for_update(of=("self", "work_order"))
        .select_related("work_order", "item", "out_of_service")
        .filter(pk__in=visible.values("pk"))
        .first()
    )
    if task is None:
        raise RecordNotFound
    refuse_unless_open(task.work_order)
    return task


def refuse_unless_open(order: WorkOrder) -> None:
    if order.status not in WorkOrderStatus.open():
        raise Rejected("The work order is neither in process nor in review.")
