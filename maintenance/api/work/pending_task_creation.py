"""/tasks_nonscheduled and /tasks_from_work_request: an event or a request becomes a pending task."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Flag, Moment, Text, WholeNumber, checked, optional_text
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.query import MAX_INTEGER
from maintenance.models import (
    Action,
    Item,
    Module,
    OutOfService,
    PendingTask,
    PlannedTask,
    Priority,
    RequestStatus,
    TaskTrigger,
    TaskType,
    TriggerType,
    WorkRequest,
)
from maintenance.rules.dates import end_of_today
from maintenance.rules.pending_tasks import USUAL_SECONDS, maintained_item, pending, reported_stop, task_type
from maintenance.rules.people import acting_person
from maintenance.rules.plan_triggers import triggered
from maintenance.rules.refusals import InvalidFields, RecordNotFound, Rejected
from maintenance.rules.request_steps import MOVABLE_FROM, step
from maintenance.rules.transaction_log import Entry


class EventForm(serializers.Serializer[Any]):
    item_code = Text(max_length=120)
    account_code = Text(max_length=64)
    requested_by = Text(max_length=160)
    id_task = WholeNumber(min_value=1, max_value=MAX_INTEGER)
    tasks_triggers_id = WholeNumber(min_value=1, max_value=MAX_INTEGER)
    id_group_task = WholeNumber(min_value=1, max_value=MAX_INTEGER)
    task_descripcion = optional_text(300)
    task_type_main = optional_text(80)
    task_type_description = optional_text(80)
    task_type_2_description = optional_text(80)
    event_date = Moment(required=False, allow_null=True)
    date_maintenance = Moment(required=False, allow_null=True)
    asset_failure = Flag(default=False)
    id_failure_severity = WholeNumber(min_value=1, max_value=5, required=False, allow_null=True)
    id_damage_type = WholeNumber(min_value=1, max_value=6, required=False, allow_null=True)
    asset_out_of_service = Flag(default=False)
    date_asset_out_of_service = Moment(required=False, allow_null=True)


class NonScheduled(Endpoint):
    """POST /tasks_nonscheduled: an event on an asset."""

    rights: ClassVar = {"POST": "tasks:add"}

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        principal = principal_of(request)
        fields = checked(EventForm, request)
        acting_person(principal, fields["account_code"], "account_code")
        item = maintained_item(principal.company_id, fields["item_code"])
        with transaction.atomic():
            made = of_event(item, fields)
            log(
                request,
                Entry(
                    Module.TASKS,
                    "TASKS_TODO",
                    Action.ADD,
                    f"{made.description} {{ {item.code} }}"[:600],
                    about=item,
                ),
            )
        return answer({"id_todo": made.pk, "id": made.pk, "id_task": made.task_id, "id_item": item.pk})


def of_event(item: Item, fields: dict[str, Any]) -> PendingTask:
    """Builds the pending task of an event as planned, with the fields of the request taking precedence."""
    trigger = (
        TaskTrigger.objects.select_related("task__type")
        .filter(
            company_id=item.company_id,
            pk=fields["tasks_triggers_id"],
            task_id=fields["id_task"],
            task__plan_id=fields["id_group_task"],
            type=TriggerType.EVENT,
        )
        .first()
    )
    if trigger is None:
        raise InvalidFields({"tasks_triggers_id": "is not an event of this task and plan"})
    scheduled = fields.get("date_maintenance") or end_of_today(item.company_id)
    made = triggered(item, trigger.task, trigger, scheduled)
    made.description = fields.get("task_descripcion") or made.description
    if fields.get("task_type_main"):
        made.type = task_type(item.company_id, fields["task_type_main"]).description
    made.classification_1 = fields.get("task_type_description") or made.classification_1
    made.classification_2 = fields.get("task_type_2_description") or made.classification_2
    made.requested_by = fields["requested_by"]
    made.event_date = fields.get("event_date") or timezone.now()
    made.out_of_service = stop_of(item, fields)
    made.save()
    return made


def stop_of(item: Item, fields: dict[str, Any]) -> OutOfService | None:
    if not fields.get("asset_out_of_service"):
        return None
    return reported_stop(item, fields.get("date_asset_out_of_service"))


class RequestForm(serializers.Serializer[Any]):
    id_request = WholeNumber(min_value=1, max_value=MAX_INTEGER)
    task_type_main = Text(max_length=80)
    account_code = Text(max_length=64)
    date_maintenance = Moment(required=False, allow_null=True)
    task_type_description = optional_text(80)
    task_type_2_description = optional_text(80)
    date_incident = Moment(required=False, allow_null=True)
    description = optional_text(300)
    note = optional_text(4000)
    duration = WholeNumber(min_value=1, max_value=MAX_INTEGER, required=False, allow_null=True)
    id_priorities = WholeNumber(min_value=1, max_value=5, required=False, allow_null=True)
    requested_by = optional_text(160)
    asset_out_of_service = Flag(default=False)
    date_asset_out_of_service = Moment(required=False, allow_null=True)


class FromRequest(Endpoint):
    """POST /tasks_from_work_request: a request becomes a pending task and then waits for a work order."""

    rights: ClassVar = {"POST": "tasks:add"}

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        principal = principal_of(request)
        fields = checked(RequestForm, request)
        person = acting_person(principal, fields["account_code"], "account_code")
        kind = task_type(principal.company_id, fields["task_type_main"])
        with transaction.atomic():
            asked = (
                WorkRequest.objects.select_for_update(of=("self",))
                .select_related("item")
                .filter(company_id=principal.company_id, pk=fields["id_request"])
                .first()
            )
            if asked is None:
                raise InvalidFields({"id_request": "the request was not found in your company"})
            if asked.item is None:
                raise Rejected("The request names no asset.")
            if asked.status not in MOVABLE_FROM or asked.status == RequestStatus.REJECTED:
                raise Rejected("The request must be open or in process.")
            made = of_request(asked, asked.item, kind, fields)
            step(asked, RequestStatus.REQUEST_TODO, person)
            log(
                request,
                Entry(Module.TASKS, "TASKS_TODO", Action.ADD, f"{asked.pk} {made.description}", about=asked),
            )
        return answer(
            {
                "id_todo": made.pk,
                "id_task": made.task_id,
                "date_created": made.date_create,
                "created_by": person.full_name,
                "id": made.pk,
                "id_company": made.company_id,
                "id_type_item": asked.item.type,
                "id_item": asked.item.pk,
            }
        )


def of_request(asked: WorkRequest, item: Item, kind: TaskType, fields: dict[str, Any]) -> PendingTask:
    task = PlannedTask.objects.create(
        company_id=asked.company_id,
        description=fields.get("description") or asked.description,
        type=kind,
        classification_1=fields.get("task_type_description") or None,
        classification_2=fields.get("task_type_2_description") or None,
        priority=fields.get("id_priorities") or Priority.MEDIUM,
        duration=fields.get("duration") or USUAL_SECONDS,
        note=fields.get("note") or asked.observation,
        requested_by=fields.get("requested_by") or asked.requested_by,
        request=asked,
    )
    made = pending(item, task, fields.get("date_maintenance") or end_of_today(asked.company_id))
    made.event_date = fields.get("date_incident") or asked.date_incident
    made.out_of_service = stop_of(item, fields)
    made.save()
    return made
