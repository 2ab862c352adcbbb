"""PUT /work_order_cancel/?folio=: an open order is cancelled, with a reason of the catalogue."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.body import Text, WholeNumber, checked
from maintenance.api.endpoint import Endpoint, principal_of
from maintenance.api.envelope import answer
from maintenance.api.errors import InvalidFields
from maintenance.api.personnel import acting_person
from maintenance.api.query import MAX_INTEGER
from maintenance.api.request_steps import follow, step
from maintenance.api.requisitions import close_requisitions
from maintenance.api.transactions import log
from maintenance.api.work_order_rows import visible_tasks
from maintenance.api.work_orders import folio_of, open_order
from maintenance.models import (
    Action,
    CancelReason,
    Module,
    PendingTask,
    RequestStatus,
    WorkOrder,
    WorkOrderStatus,
    WorkRequest,
)


class CancelForm(serializers.Serializer[Any]):
    user_code = Text(max_length=64)
    work_orders_status_cancel = Text(max_length=120)
    note = Text(max_length=4000)
    id_work_order = WholeNumber(min_value=1, max_value=MAX_INTEGER, required=False, allow_null=True)


class WorkOrderCancel(Endpoint):
    """What a plan or a request asked for waits for another order; what was unplanned is over. The note says
    why, below the one that the order had."""

    rights: ClassVar = {"PUT": "work_orders:edit"}

    def put(self, request: Request, folio: str = "") -> Response:
        principal = principal_of(request)
        fields = checked(CancelForm, request)
        if not folio and not request.query_params.get("folio") and fields.get("id_work_order"):
            named = visible_tasks(principal).filter(work_order_id=fields["id_work_order"])
            folio = named.values_list("work_order__folio", flat=True).first() or ""
        folio = folio_of(request, folio)
        person = acting_person(principal, fields["user_code"], "user_code")
        reason = CancelReason.objects.filter(
            company_id=principal.company_id, description__iexact=fields["work_orders_status_cancel"]
        ).first()
        if reason is None:
            raise InvalidFields({"work_orders_status_cancel": "is not in the catalogue"})
        with transaction.atomic():
            order = open_order(principal, folio)
            order.status = WorkOrderStatus.CANCELLED
            order.custom_status = reason.description
            order.note = "\n\n".join(filter(None, (order.note, fields["note"])))
            order.final_date = timezone.now()
            order.save(update_fields=["status", "custom_status", "note", "final_date"])
            close_requisitions(order)
            follow(order, person)
            for waiting in wait_again(order):
                step(waiting, RequestStatus.AGAIN_REQUEST_TODO, person)
            log(
                request, Module.TASKS, "WORK_ORDERS", Action.CANCELLED, order.folio,
                {"reason": reason.description},
            )  # fmt: skip
        task = order.tasks.select_related("item").order_by("pk")[0]
        return answer(
            {
                "id": task.pk,
                "id_request": task.request_id,
                "id_item": task.item_id,
                "items_log_description": task.item_description,
                "task_description": task.description,
                "wo_folio": order.folio,
                "id_status_work_order": order.status,
            }
        )


def wait_again(order: WorkOrder) -> QuerySet[WorkRequest]:
    """The tasks of the order become pending again, with the stops that last. Whose requests they are."""
    requests = set()
    for pending in PendingTask.objects.select_related("task", "order_task__out_of_service").filter(
        order_task__work_order=order
    ):
        stop = pending.order_task.out_of_service if pending.order_task else None
        pending.out_of_service = stop if stop is not None and stop.final_date is None else None
        pending.order_task = None
        pending.is_removed = pending.request_id is None and pending.task.plan_id is None
        pending.save(update_fields=["out_of_service", "order_task", "is_removed"])
        if pending.request_id is not None:
            requests.add(pending.request_id)
    return WorkRequest.objects.select_for_update().filter(pk__in=requests).order_by("pk")
