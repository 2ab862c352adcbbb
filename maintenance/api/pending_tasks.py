"""/tasks_todo, and the ways that lead into it: an event, a work request, a plan, a meter."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.body import Flag, Moment, Text, WholeNumber, checked, optional_text
from maintenance.api.endpoint import Endpoint, principal_of
from maintenance.api.envelope import answer
from maintenance.api.errors import InvalidFields, RecordNotFound, Rejected
from maintenance.api.personnel import acting_person
from maintenance.api.places import location, within
from maintenance.api.query import MAX_INTEGER, Query
from maintenance.api.request_steps import MOVABLE_FROM, step
from maintenance.api.transactions import log
from maintenance.models import (
    Action,
    Item,
    Meter,
    Module,
    OutOfService,
    PendingTask,
    Period,
    PlannedResource,
    PlannedTask,
    Priority,
    RequestStatus,
    TaskPlan,
    TaskTrigger,
    TaskType,
    TriggerType,
    WorkRequest,
)

AHEAD = datetime.timedelta(days=30)
DAYS = {Period.DAYS: 1, Period.WEEKS: 7, Period.MONTHS: 30, Period.YEARS: 365}
COLUMNS = {
    "id": "id",
    "id_company": "company_id",
    "id_task": "task_id",
    "id_item": "item_id",
    "code": "item__code",
    "item_description": "item__description",
    "id_group_task": "task__plan_id",
    "group_task_description": "task__plan__description",
    "parent_description": "item__parent_description",
    "date_maintenance": "date_maintenance",
    "cal_date_maintenance": "cal_date_maintenance",
    "last_date_maintenance": "last_date_maintenance",
    "trigger_description": "trigger",
    "description": "description",
    "duration": "duration",
    "tasks_types_main_description": "type",
    "tasks_types_description": "classification_1",
    "tasks_types_2_description": "classification_2",
    "id_priorities": "priority",
    "task_note": "note",
    "requested_by": "requested_by",
    "id_request": "request_id",
    "event_date": "event_date",
}
SAME_FOR_ALL = {
    "is_active": True,
    "visible_to_all": True,
    "replay_counter": 0,
    "replay_counter_cycles": 0,
}


class PendingTasks(Endpoint):
    """The tasks that are due until a month from now, soonest first; `delay` is whole days past their date."""

    rights: ClassVar = {"GET": "tasks:view"}

    def get(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        company_id = principal_of(request).company_id
        query = Query(request.query_params)
        now = timezone.now()
        rows = waiting(company_id).filter(cal_date_maintenance__lte=query.moment("until") or now + AHEAD)
        if (place_code := query.text("code_location")) is not None:
            rows = rows.filter(within(location(company_id, place_code, "code_location"), "item__"))
        ordered = rows.order_by("cal_date_maintenance", "id")
        found, total = query.page(ordered.values_list(*COLUMNS.values()))
        data = [dict(zip(COLUMNS, values, strict=True)) | SAME_FOR_ALL for values in found]
        counts: dict[int, int] = {}
        of_page = PlannedResource.objects.filter(task_id__in=[row["id_task"] for row in data])
        for task in of_page.values_list("task_id", flat=True):
            counts[task] = counts.get(task, 0) + 1
        for row in data:
            row["priorities_description"] = Priority(row["id_priorities"]).name
            row["delay"] = max(0, (now - row["cal_date_maintenance"]).days)
            row["num_resources"] = counts.get(row["id_task"], 0)
        return answer(data, total)


def waiting(company_id: int) -> QuerySet[PendingTask]:
    return PendingTask.objects.filter(company_id=company_id, order_task=None, is_removed=False)


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
    """POST /tasks_nonscheduled: an event happened to an asset."""

    rights: ClassVar = {"POST": "tasks:add"}

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        principal = principal_of(request)
        fields = checked(EventForm, request)
        acting_person(principal, fields["account_code"], "account_code")
        item = the_item(principal.company_id, fields["item_code"])
        with transaction.atomic():
            made = of_event(item, fields)
            stand_still(item, fields)
            log(
                request, Module.TASKS, "TASKS_TODO", Action.ADD, f"{made.description} {{ {item.code} }}"[:600]
            )
        return answer({"id_todo": made.pk, "id": made.pk, "id_task": made.task_id, "id_item": item.pk})


def the_item(company_id: int, code: str) -> Item:
    item = Item.objects.filter(company_id=company_id, code=code, type__in=(1, 2, 3)).first()
    if item is None:
        raise InvalidFields({"item_code": "the asset was not found in your company"})
    return item


def main_type(company_id: int, description: str) -> TaskType:
    found = TaskType.objects.filter(company_id=company_id, description__iexact=description).first()
    if found is None:
        raise InvalidFields({"task_type_main": "is not in the catalogue"})
    return found


def of_event(item: Item, fields: dict[str, Any]) -> PendingTask:
    """What the event's task says, unless the fields say otherwise."""
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
    task, now = trigger.task, timezone.now()
    kind = task.type
    if fields.get("task_type_main"):
        kind = main_type(item.company_id, fields["task_type_main"])
    scheduled = fields.get("date_maintenance") or now
    return PendingTask.objects.create(
        company_id=item.company_id,
        item=item,
        task=task,
        description=fields.get("task_descripcion") or task.description,
        type=kind.description,
        classification_1=fields.get("task_type_description") or task.classification_1,
        classification_2=fields.get("task_type_2_description") or task.classification_2,
        priority=task.priority,
        duration=task.duration,
        trigger=trigger.code(item.field_1),
        note=task.note,
        requested_by=fields["requested_by"],
        date_maintenance=scheduled,
        cal_date_maintenance=scheduled,
        event_date=fields.get("event_date") or now,
    )


def stand_still(item: Item, fields: dict[str, Any]) -> None:
    if not fields.get("asset_out_of_service"):
        return
    since = fields.get("date_asset_out_of_service")
    if since is None:
        raise InvalidFields({"date_asset_out_of_service": "is required"})
    if since > timezone.now() + datetime.timedelta(minutes=5):
        raise InvalidFields({"date_asset_out_of_service": "must not be in the future"})
    OutOfService.objects.create(company_id=item.company_id, item=item, initial_date=since)
    item.available, item.initial_date_out_of_service = False, since
    item.save(update_fields=["available", "initial_date_out_of_service"])


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
    """POST /tasks_from_work_request: the request then waits for an order."""

    rights: ClassVar = {"POST": "tasks:add"}

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        principal = principal_of(request)
        fields = checked(RequestForm, request)
        person = acting_person(principal, fields["account_code"], "account_code")
        kind = main_type(principal.company_id, fields["task_type_main"])
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
            stand_still(asked.item, fields)
            step(asked, RequestStatus.REQUEST_TODO, person)
            log(request, Module.TASKS, "TASKS_TODO", Action.ADD, f"{asked.pk} {made.description}")
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
    description = fields.get("description") or asked.description
    requested_by = fields.get("requested_by") or asked.requested_by
    note = fields.get("note") or asked.observation
    priority = fields.get("id_priorities") or Priority.MEDIUM
    duration = fields.get("duration") or 600
    task = PlannedTask.objects.create(
        company_id=asked.company_id,
        description=description,
        type=kind,
        classification_1=fields.get("task_type_description") or None,
        classification_2=fields.get("task_type_2_description") or None,
        priority=priority,
        duration=duration,
        note=note,
        requested_by=requested_by,
        request=asked,
    )
    scheduled = fields.get("date_maintenance") or timezone.now()
    return PendingTask.objects.create(
        company_id=asked.company_id,
        item=item,
        task=task,
        request=asked,
        description=description,
        type=kind.description,
        classification_1=task.classification_1,
        classification_2=task.classification_2,
        priority=priority,
        duration=duration,
        note=note,
        requested_by=requested_by,
        date_maintenance=scheduled,
        cal_date_maintenance=scheduled,
        event_date=fields.get("date_incident") or asked.date_incident,
    )


def planned(item: Item, task: PlannedTask, trigger: TaskTrigger, due: datetime.datetime) -> PendingTask:
    """A task of the asset's plan that falls due; not saved."""
    return PendingTask(
        company_id=item.company_id,
        item=item,
        task=task,
        description=task.description,
        type=task.type.description,
        classification_1=task.classification_1,
        classification_2=task.classification_2,
        priority=task.priority,
        duration=task.duration,
        trigger=trigger.code(item.field_1),
        note=task.note,
        date_maintenance=due,
        cal_date_maintenance=due,
    )


def add_due(item: Item, plan: TaskPlan, last: datetime.date | None) -> None:
    """The first pending task for each date trigger of a plan, counted from the last maintenance or today."""
    start = timezone.now()
    if last is not None:
        start = datetime.datetime.combine(last, datetime.time(12), datetime.UTC)
    triggers = TaskTrigger.objects.select_related("task__type").filter(task__plan=plan, type=TriggerType.DATE)
    due = []
    for trigger in triggers:
        if trigger.period is None or not trigger.task.is_active:
            continue
        days = DAYS[Period(trigger.period)] * (trigger.value_main or 1)
        due.append(planned(item, trigger.task, trigger, start + datetime.timedelta(days=days)))
        due[-1].last_date_maintenance = start if last is not None else None
    PendingTask.objects.bulk_create(due)


def fire(meter: Meter, before: float | None, now: float) -> list[PendingTask]:
    """What a reading makes due: each "every n" trigger of the asset's plan whose step was passed."""
    if before is None or meter.item.task_plan_id is None or not meter.is_counter:
        return []
    triggers = TaskTrigger.objects.select_related("task__type").filter(
        company_id=meter.company_id,
        task__plan_id=meter.item.task_plan_id,
        task__is_active=True,
        type=TriggerType.EVERY,
        unit_code=meter.unit_code,
    )
    passed = [
        trigger
        for trigger in triggers
        if trigger.value_main and now // trigger.value_main > before // trigger.value_main
    ]
    due = [planned(meter.item, trigger.task, trigger, timezone.now()) for trigger in passed]
    return PendingTask.objects.bulk_create(due)
