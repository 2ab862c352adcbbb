"""PUT /work_order_cancel/?folio=: cancels an open order, with a reason of the catalogue."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Text, WholeNumber, checked
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import folio_of
from maintenance.api.kit.query import MAX_INTEGER
from maintenance.models import (
    Action,
    CancelReason,
    Module,
    RequestStatus,
    WorkOrderStatus,
)
from maintenance.rules.pending_tasks import wait_again
from maintenance.rules.people import acting_person
from maintenance.rules.refusals import InvalidFields
from maintenance.rules.request_steps import follow, step
from maintenance.rules.requisitions import close_requisitions
from maintenance.rules.transaction_log import Entry
from maintenance.rules.visibility import open_order, visible_tasks


class CancelForm(serializers.Serializer[Any]):
    user_code = Text(max_length=64)
    work_orders_status_cancel = Text(max_length=120)
    note = Text(max_length=4000)
    id_work_order = WholeNumber(min_value=1, max_value=MAX_INTEGER, required=False, allow_null=True)


class WorkOrderCancel(Endpoint):
    """Cancels an order.

    Its tasks become pending again (see `wait_again`); the note is appended to the order's.
    """

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
                request,
                Entry(
                    Module.TASKS,
                    "WORK_ORDERS",
                    Action.CANCELLED,
                    order.folio,
                    {"reason": reason.description},
                    about=order,
                ),
            )
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
