"""Pending tasks: how they are created, and which of them remain after an order is cancelled."""

from __future__ import annotations

import datetime

from django.db.models import QuerySet

from maintenance.models import (
    Item,
    ItemType,
    OutOfService,
    PendingTask,
    PlannedTask,
    TaskType,
    WorkOrder,
    WorkRequest,
)
from maintenance.rules import stops
from maintenance.rules.dates import is_future
from maintenance.rules.refusals import InvalidFields

USUAL_SECONDS = 600  # if nobody estimates the duration
MAINTAINED_TYPES = (ItemType.FACILITIES, ItemType.EQUIPMENTS, ItemType.TOOLS)


def waiting(company_id: int) -> QuerySet[PendingTask]:
    return PendingTask.objects.filter(company_id=company_id, order_task=None, is_removed=False)


def pending(item: Item, task: PlannedTask, due: datetime.datetime) -> PendingTask:
    """Builds the pending task of a planned task on an asset, unsaved."""
    return PendingTask(
        company_id=item.company_id,
        item=item,
        task=task,
        request=task.request,
        description=task.description,
        type=task.type.description,
        classification_1=task.classification_1,
        classification_2=task.classification_2,
        priority=task.priority,
        duration=task.duration,
        note=task.note,
        requested_by=task.requested_by,
        date_maintenance=due,
        cal_date_maintenance=due,
    )


def maintained_item(company_id: int, code: str) -> Item:
    item = Item.objects.filter(company_id=company_id, code=code, type__in=MAINTAINED_TYPES).first()
    if item is None:
        raise InvalidFields({"item_code": "the asset was not found in your company"})
    return item


def task_type(company_id: int, description: str) -> TaskType:
    found = TaskType.objects.filter(company_id=company_id, description__iexact=description).first()
    if found is None:
        raise InvalidFields({"task_type_main": "is not in the catalogue"})
    return found


def reported_stop(item: Item, since: datetime.datetime | None) -> OutOfService:
    """Starts a downtime of the asset at `since`. It lasts until the task reported with it is done."""
    if since is None:
        raise InvalidFields({"date_asset_out_of_service": "is required"})
    if is_future(since):
        raise InvalidFields({"date_asset_out_of_service": "must not be in the future"})
    return stops.begin(item, since)


def wait_again(order: WorkOrder) -> QuerySet[WorkRequest]:
    """Makes the tasks of a cancelled order pending again, with their ongoing downtimes.

    Returns their requests.

    Tasks of a plan or a request then wait for another order. Unplanned tasks end with the order.
    """
    requests = set()
    for task in PendingTask.objects.select_related("task", "order_task__out_of_service").filter(
        order_task__work_order=order
    ):
        stop = task.order_task.out_of_service if task.order_task else None
        task.out_of_service = stop if stop is not None and stop.final_date is None else None
        task.order_task = None
        task.is_removed = task.request_id is None and task.task.plan_id is None
        task.save(update_fields=["out_of_service", "order_task", "is_removed"])
        if task.request_id is not None:
            requests.add(task.request_id)
    return WorkRequest.objects.select_for_update().filter(pk__in=requests).order_by("pk")
