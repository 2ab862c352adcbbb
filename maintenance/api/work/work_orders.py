"""/work_orders, and changes to an order's note, tasks and status."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Flag, Moment, Text, WholeNumber, checked
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code, folio_of
from maintenance.api.kit.query import MAX_INTEGER, Query
from maintenance.api.kit.rows import Columns
from maintenance.api.work import work_order_creation
from maintenance.api.work.work_order_rows import newest_first, read, task_row
from maintenance.models import (
    Action,
    DamageType,
    FailureSeverity,
    FailureTerm,
    Module,
    OutOfService,
    TaskStatus,
    WorkOrderStatus,
    WorkOrderTask,
)
from maintenance.rules import stops
from maintenance.rules.dates import is_future
from maintenance.rules.locations import find_location, within
from maintenance.rules.people import acting_person
from maintenance.rules.refusals import InvalidFields, RecordNotFound
from maintenance.rules.request_steps import follow
from maintenance.rules.transaction_log import Entry
from maintenance.rules.visibility import open_order, open_task, visible_tasks

DATES: Columns = {
    "creation_date": "order_date",
    "date_maintenance": "date_maintenance",
    "cal_date_maintenance": "cal_date_maintenance",
    "initial_date": "initial_date",
    "final_date": "final_date",
    "review_date": "work_order__review_date",
    "wo_final_date": "work_order__final_date",
}


class WorkOrders(Endpoint):
    rights: ClassVar = {"GET": "work_orders:view", "POST": "work_orders:add", "PUT": "work_orders:edit"}

    def get(self, request: Request, folio: str = "") -> Response:
        principal = principal_of(request)
        query = Query(request.query_params)
        rows = visible_tasks(principal).filter(filters(principal.company_id, query))
        if folio:
            rows = rows.filter(work_order__folio=checked_code(folio))
        found, total = query.page(newest_first(rows), read=read)
        if folio and not total:
            raise RecordNotFound
        with_costs = "metrics:view" in principal.rights
        data = [task_row(values, with_costs=with_costs) for values in found]
        return answer(data, total)

    def post(self, request: Request, folio: str = "") -> Response:
        if folio:
            raise RecordNotFound
        order = work_order_creation.create(request)
        return answer(
            {"id": order.pk, "wo_folio": order.folio, "id_status_work_order": order.status,
             "creation_date": order.creation_date}
        )  # fmt: skip

    def put(self, request: Request, folio: str = "") -> Response:
        """Replaces the note of an open order."""
        principal = principal_of(request)
        folio = folio_of(request, folio)
        fields = checked(NoteForm, request)
        acting_person(principal, fields["account_code"], "account_code")
        with transaction.atomic():
            order = open_order(principal, folio)
            order.note = fields["note"]
            order.save(update_fields=["note"])
            log(
                request,
                Entry(
                    Module.TASKS, "WORK_ORDERS", Action.EDIT, order.folio, {"fields": ["note"]}, about=order
                ),
            )
        return answer(
            {
                "wo_folio": order.folio,
                "personnel_description": order.responsible.full_name if order.responsible else None,
                "created_by": order.created_by.full_name if order.created_by else None,
                "note": order.note,
                "tasks_duration": order.duration,
            }
        )


class NoteForm(serializers.Serializer[Any]):
    note = Text(max_length=4000, allow_blank=True)
    account_code = Text(max_length=64)


class WorkOrderChangeStatus(Endpoint):
    """PUT /work_order_change_status/{folio}: In process to Review and back.

    The answer has no envelope, as in the vendor's sample.
    """

    rights: ClassVar = {"PUT": "work_orders:edit"}

    def put(self, request: Request, folio: str = "") -> Response:
        principal = principal_of(request)
        folio = folio_of(request, folio)
        fields = checked(StatusForm, request)
        person = acting_person(principal, fields["user_code"], "user_code")
        with transaction.atomic():
            order = open_order(principal, folio)
            order.status = fields["id_status_work_order"]
            order.review_date = timezone.now() if order.status == WorkOrderStatus.REVIEW else None
            order.save(update_fields=["status", "review_date"])
            follow(order, person)
            log(
                request,
                Entry(
                    Module.TASKS,
                    "WORK_ORDERS",
                    Action.EDIT,
                    order.folio,
                    {"status": order.status},
                    about=order,
                ),
            )
        return Response({"wo_folio": order.folio, "id_status_work_order": order.status})


class StatusForm(serializers.Serializer[Any]):
    id_status_work_order = WholeNumber(min_value=WorkOrderStatus.IN_PROCESS, max_value=WorkOrderStatus.REVIEW)
    user_code = Text(max_length=64)


class WorkOrdersTasks(Endpoint):
    """PUT /work_orders_tasks: reports when a task was done, how long it took, and what had failed."""

    rights: ClassVar = {"PUT": "work_orders:edit"}

    def put(self, request: Request) -> Response:
        principal = principal_of(request)
        fields = checked(TaskForm, request)
        acting_person(principal, fields["code_account"], "code_account")
        with transaction.atomic():
            task = open_task(principal, fields["id_work_order_task"])
            update_task(task, fields)
            action = Action.FINISHED if task.status == TaskStatus.DONE else Action.EDIT
            log(
                request,
                Entry(
                    Module.TASKS, "WORK_ORDERS_TASKS", action, task.description[:600], about=task.work_order
                ),
            )
        return answer(
            {
                "id": task.pk,
                "id_work_order": task.work_order_id,
                "id_item_log": task.item_id,
                "done": task.status == TaskStatus.DONE,
                "last_date_maintenance": task.final_date,
                "cal_date_maintenance": task.cal_date_maintenance,
            }
        )


class TaskForm(serializers.Serializer[Any]):
    id_work_order_task = WholeNumber(min_value=1, max_value=MAX_INTEGER)
    initial_date = Moment()
    final_date = Moment()
    real_duration = WholeNumber(min_value=0, max_value=MAX_INTEGER, required=False, allow_null=True)
    is_done = Flag(default=False)
    code_account = Text(max_length=64)
    asset_failure = Flag(default=False)
    failure_type = Text(max_length=120, required=False, allow_null=True)
    failure_cause = Text(max_length=120, required=False, allow_null=True)
    failure_detection_method = Text(max_length=120, required=False, allow_null=True)
    id_failure_severity = WholeNumber(
        min_value=min(FailureSeverity), max_value=max(FailureSeverity), required=False, allow_null=True
    )
    id_damage_type = WholeNumber(
        min_value=min(DamageType), max_value=max(DamageType), required=False, allow_null=True
    )
    asset_out_of_service = Flag(default=False)
    date_asset_out_of_service = Moment(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["final_date"] < attrs["initial_date"]:
            raise serializers.ValidationError({"final_date": "must not be before initial_date"})
        for field in ("final_date", "date_asset_out_of_service"):
            if attrs.get(field) is not None and is_future(attrs[field]):
                raise serializers.ValidationError({field: "must not be in the future"})
        if (attrs["final_date"] - attrs["initial_date"]).total_seconds() > MAX_INTEGER:
            raise serializers.ValidationError({"initial_date": "lies too long before final_date"})
        if attrs["asset_out_of_service"]:
            start = attrs.get("date_asset_out_of_service")
            if start is None:
                raise serializers.ValidationError({"date_asset_out_of_service": "is required"})
            if start > attrs["final_date"]:
                raise serializers.ValidationError(
                    {"date_asset_out_of_service": "must not be after final_date"}
                )
        return attrs


def filters(company_id: int, query: Query) -> Q:
    """Builds the filter. A period needs both ends: one alone is ignored, as at Fracttal One."""
    found = Q()
    if (folio := query.text("folio")) is not None:
        found &= Q(work_order__folio=folio)
    if (status := query.integer("ot_status", minimum=1, maximum=4)) is not None:
        found &= Q(work_order__status=status)
    if (code := query.text("code_asset")) is not None:
        found &= Q(item__code=code)
    if (task := query.integer("id_work_order_task")) is not None:
        found &= Q(pk=task)
    if (downtime := query.integer("id_items_availability")) is not None:
        found &= Q(out_of_service_id=downtime)
    if (note := query.text("task_note")) is not None:
        found &= Q(note__icontains=note)
    if (location_code := query.text("code_location")) is not None:
        found &= within(find_location(company_id, location_code, "code_location"), "item__")
    query.boolean("include_signature")
    period = query.period(DATES, default="creation_date")
    if len(period) == 2:
        found &= Q(**period)
    return found


def update_task(task: WorkOrderTask, fields: dict[str, Any]) -> None:
    task.initial_date, task.final_date = fields["initial_date"], fields["final_date"]
    task.first_date_task = task.first_date_task or task.initial_date
    seconds = fields.get("real_duration")
    worked = fields["final_date"] - fields["initial_date"]
    task.real_duration = int(worked.total_seconds()) if seconds is None else seconds
    task.status = TaskStatus.DONE if fields["is_done"] else TaskStatus.IN_PROGRESS
    if fields["asset_failure"]:
        note_failure(task, fields)
    if fields["asset_out_of_service"]:
        note_out_of_service(task, fields)
    task.save()
    order = task.work_order
    statuses = list(order.tasks.values_list("status", flat=True))
    order.completed_percentage = 100 * statuses.count(TaskStatus.DONE) // len(statuses)
    order.save(update_fields=["completed_percentage"])


def note_failure(task: WorkOrderTask, fields: dict[str, Any]) -> None:
    kind = FailureTerm.Kind
    for field, term_kind, column in (
        ("failure_type", kind.TYPE, "failure_type"),
        ("failure_cause", kind.CAUSE, "failure_cause"),
        ("failure_detection_method", kind.DETECTION_METHOD, "failure_detection"),
    ):
        if not fields.get(field):
            continue
        term = FailureTerm.objects.filter(
            company_id=task.company_id, kind=term_kind, description=fields[field]
        ).first()
        if term is None:
            raise InvalidFields({field: "is not in the catalogue"})
        setattr(task, column, term)
    task.failure_severity = fields.get("id_failure_severity") or task.failure_severity
    task.damage_type = fields.get("id_damage_type") or task.damage_type
    task.event_date = task.event_date or fields["initial_date"]


def note_out_of_service(task: WorkOrderTask, fields: dict[str, Any]) -> None:
    """Records the asset's downtime from the given date, until the end of the task if it is done."""
    task.out_of_service = task.out_of_service or OutOfService(company_id=task.company_id, item=task.item)
    until = fields["final_date"] if fields["is_done"] else None
    stops.set_period(task.out_of_service, fields["date_asset_out_of_service"], until)
