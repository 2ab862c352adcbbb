"""/work_orders_subtasks: the subtasks of a task and their values."""

from __future__ import annotations

import datetime
import math
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import WholeNumber, checked
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code
from maintenance.api.kit.query import MAX_INTEGER, Query
from maintenance.api.kit.rows import Columns
from maintenance.models import Action, FormItemType, Module, Subtask, WorkOrderStatus
from maintenance.rules.refusals import InvalidFields, RecordNotFound
from maintenance.rules.transaction_log import Entry
from maintenance.rules.visibility import refuse_unless_open, visible_tasks

DAYS_BACK = datetime.timedelta(days=30)
DATES: Columns = {
    "creation_date": "task__order_date",
    "initial_date": "task__initial_date",
    "final_date": "task__final_date",
}


def subtask_row(subtask: Subtask) -> dict[str, Any]:
    task, meter = subtask.task, subtask.meter
    return {
        "id_work_orders_tasks_form_items": subtask.pk,
        "id_work_order": task.work_order_id,
        "id_work_order_task": task.pk,
        "value": subtask.value,
        "description": subtask.description,
        "group": subtask.group,
        "unit_description": subtask.unit,
        "units_code": subtask.unit_code,
        "order_number": subtask.order_number,
        "is_required": subtask.is_required,
        "meter_description": meter.description if meter else None,
        "last_value": meter.last_value if meter else None,
        "wo_folio": task.work_order.folio,
        "creation_date": task.order_date,
        "initial_date": task.initial_date,
        "final_date": task.final_date,
        "id_status_work_order": task.work_order.status,
        "id_task_form_item_type": subtask.type,
    }


class ValueForm(serializers.Serializer[Any]):
    id_work_orders_tasks_form_items = WholeNumber(min_value=1, max_value=MAX_INTEGER)
    value = serializers.JSONField()


class Subtasks(Endpoint):
    """Subtasks: with a folio, all of the order; without one, those of the last 30 days."""

    rights: ClassVar = {"GET": "work_orders:view", "PUT": "work_orders:edit"}

    def get(self, request: Request, folio: str = "") -> Response:
        principal = principal_of(request)
        query = Query(request.query_params)
        rows = Subtask.objects.filter(company_id=principal.company_id)
        if principal.own_work_orders_only:
            rows = rows.filter(task__in=visible_tasks(principal))
        wanted = folio or query.text("folio")
        if wanted:
            rows = rows.filter(task__work_order__folio=checked_code(wanted))
        since = None if wanted else timezone.now() - DAYS_BACK
        rows = rows.filter(**query.period(DATES, default="creation_date", since=since))
        if (status := query.integer("ot_status", minimum=1, maximum=max(WorkOrderStatus))) is not None:
            rows = rows.filter(task__work_order__status=status)
        ordered = rows.select_related("task__work_order", "meter").order_by(
            "-task__order_date", "-task_id", "order_number", "id"
        )
        found, total = query.page(ordered)
        return answer([subtask_row(subtask) for subtask in found], total)

    def put(self, request: Request, folio: str = "") -> Response:
        principal = principal_of(request)
        fields = checked(ValueForm, request)
        with transaction.atomic():
            subtask = (
                Subtask.objects.select_for_update(of=("self",))
                .select_related("task__work_order", "meter")
                .filter(pk=fields["id_work_orders_tasks_form_items"], task__in=visible_tasks(principal))
                .first()
            )
            if subtask is None:
                raise RecordNotFound
            refuse_unless_open(subtask.task.work_order)
            subtask.value = fitting(FormItemType(subtask.type), fields["value"])
            subtask.save(update_fields=["value"])
            log(
                request,
                Entry(
                    Module.TASKS,
                    "WORK_ORDERS_SUBTASKS",
                    Action.EDIT,
                    subtask.description,
                    about=subtask.task.work_order,
                ),
            )
        return answer(subtask_row(subtask))


def fitting(kind: FormItemType, value: Any) -> str:
    """Returns the value as it is stored. Raises InvalidFields if it does not fit the type."""
    if isinstance(value, bool):
        value = str(value).lower()
    text = value.strip() if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
    problem = {
        FormItemType.TEXT: "must be a text of 1 to 2000 characters",
        FormItemType.YES_NO: "must be true, false or N/A",
        FormItemType.NUMBER: "must be a number",
        FormItemType.VERIFICATION: "must be 1 (pass), 2 (alert) or 3 (fail)",
        FormItemType.METER: "must be a number",
    }[kind]
    match kind:
        case FormItemType.TEXT:
            fits = 0 < len(text) <= 2000 and "\x00" not in text
        case FormItemType.YES_NO:
            text = {"n/a": "N/A"}.get(text.lower(), text.lower())
            fits = text in ("true", "false", "N/A")
        case FormItemType.VERIFICATION:
            fits = text in ("1", "2", "3")
        case _:
            fits = is_number(text)
    if not fits:
        raise InvalidFields({"value": problem})
    return text


def is_number(text: str) -> bool:
    try:
        return len(text) <= 40 and math.isfinite(float(text))
    except ValueError:
        return False
