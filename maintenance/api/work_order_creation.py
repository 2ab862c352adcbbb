"""POST /work_orders: from pending tasks (1), with all data in the body (2), from an event (3)."""

from __future__ import annotations

import itertools
import re
from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request

from accounts.models import Company
from accounts.principal import Principal
from maintenance.api.body import WholeNumber, checked, optional_text
from maintenance.api.endpoint import principal_of
from maintenance.api.errors import InvalidFields, Rejected
from maintenance.api.pending_task_creation import EventForm, main_type, of_event, the_item
from maintenance.api.pending_tasks import waiting
from maintenance.api.personnel import acting_person
from maintenance.api.query import MAX_INTEGER
from maintenance.api.request_steps import follow
from maintenance.api.scheduling import end_of_today
from maintenance.api.stops import last_open
from maintenance.api.task_costs import add_up
from maintenance.api.transactions import log
from maintenance.models import (
    Action,
    Meter,
    Module,
    PendingTask,
    Personnel,
    PlannedTask,
    ResourceType,
    Subtask,
    TaskResource,
    ThirdPartyContact,
    WorkOrder,
    WorkOrderTask,
)

MOST_TASKS = 100
NUMBER = re.compile(r"^(.*?)([0-9]+)([^0-9]*)$")


class WayForm(serializers.Serializer[Any]):
    """What every way has in common."""

    type = WholeNumber(min_value=1, max_value=3)
    account_code = optional_text(64)
    responsible_code = optional_text(64)
    third_party_code = optional_text(64)
    third_party_contact = optional_text(120)
    duration = WholeNumber(min_value=1, max_value=MAX_INTEGER, required=False, allow_null=True)
    annotations = serializers.JSONField(required=False)


class PendingRef(serializers.Serializer[Any]):
    tasks_todo_id = WholeNumber(min_value=1, max_value=MAX_INTEGER)


class PendingForm(serializers.Serializer[Any]):
    tasks_todo = serializers.ListField(child=PendingRef(), min_length=1, max_length=MOST_TASKS)


class FreeForm(serializers.Serializer[Any]):
    item_code = EventForm().fields["item_code"]
    requested_by = EventForm().fields["requested_by"]
    task_descripcion = optional_text(200)
    task_type_main = optional_text(80)
    task_type_description = optional_text(80)
    task_type_2_description = optional_text(80)
    id_priorities = WholeNumber(min_value=1, max_value=5, required=False, allow_null=True)
    note = optional_text(4000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("task_descripcion", "task_type_main"):
            if not attrs.get(name):
                raise serializers.ValidationError({name: ["is required"]})
        return attrs


def create(request: Request) -> WorkOrder:
    principal = principal_of(request)
    way = checked(WayForm, request)
    if not way.get("account_code"):
        raise InvalidFields({"account_code": "is required"})
    creator = acting_person(principal, way["account_code"], "account_code")
    responsible, contact = responsible_for(principal, way)
    with transaction.atomic():
        match way["type"]:
            case 1:
                pending = chosen(principal.company_id, checked(PendingForm, request))
            case 2:
                pending = [described(principal.company_id, checked(FreeForm, request), way.get("duration"))]
            case _:
                pending = [happened(principal.company_id, checked(EventForm, request))]
        order = WorkOrder.objects.create(
            company_id=principal.company_id,
            folio=next_folio(principal.company_id),
            created_by=creator,
            responsible=responsible,
            contact=contact,
            duration=way.get("duration") or sum(task.duration for task in pending),
            annotations=way.get("annotations"),
        )
        for waiting_task in pending:
            add_task(order, waiting_task)
        follow(order, creator)
        log(request, Module.TASKS, "WORK_ORDERS", Action.ADD, order.folio, {"tasks": len(pending)})
    return order


def responsible_for(
    principal: Principal, way: dict[str, Any]
) -> tuple[Personnel | None, ThirdPartyContact | None]:
    if way.get("responsible_code"):
        person = Personnel.objects.filter(
            company_id=principal.company_id, code=way["responsible_code"], active=True
        ).first()
        if person is None:
            raise InvalidFields({"responsible_code": "is not the code of an active person"})
        return person, None
    if way.get("third_party_code"):
        contact = ThirdPartyContact.objects.filter(
            company_id=principal.company_id,
            third_party__code=way["third_party_code"],
            name=way.get("third_party_contact") or "",
        ).first()
        if contact is None:
            raise InvalidFields({"third_party_contact": "is not a contact of this third party"})
        return None, contact
    raise InvalidFields({"responsible_code": "is required, or third_party_code and third_party_contact"})


def next_folio(company_id: int) -> str:
    """As the newest folio is written, one further and as wide. The company stays locked until it is used."""
    Company.objects.select_for_update().get(pk=company_id)
    newest = WorkOrder.objects.filter(company_id=company_id).order_by("-pk").values_list("folio", flat=True)
    match = NUMBER.match(newest.first() or "OT-0")
    prefix, number, suffix = match.groups() if match else ("OT-", "0", "")
    for count in itertools.count(int(number) + 1):
        folio = f"{prefix}{count:0{len(number)}d}{suffix}"
        if not WorkOrder.objects.filter(company_id=company_id, folio=folio).exists():
            return folio
    raise AssertionError  # there is always a next number


def chosen(company_id: int, fields: dict[str, Any]) -> list[PendingTask]:
    numbers = list(dict.fromkeys(ref["tasks_todo_id"] for ref in fields["tasks_todo"]))
    found = list(
        waiting(company_id)
        .select_for_update(of=("self",))
        .select_related("item", "request", "out_of_service")
        .filter(pk__in=numbers)
    )
    if len(found) != len(numbers):
        raise Rejected("A pending task was not found, or it has a work order already.")
    found.sort(key=lambda task: numbers.index(task.pk))
    return found


def described(company_id: int, fields: dict[str, Any], duration: int | None) -> PendingTask:
    item = the_item(company_id, fields["item_code"])
    kind = main_type(company_id, fields["task_type_main"])
    due = end_of_today(company_id)
    task = PlannedTask.objects.create(
        company_id=company_id,
        description=fields["task_descripcion"],
        type=kind,
        classification_1=fields.get("task_type_description") or None,
        classification_2=fields.get("task_type_2_description") or None,
        priority=fields.get("id_priorities") or 3,
        duration=duration or 600,
        note=fields.get("note") or None,
        requested_by=fields["requested_by"],
    )
    return PendingTask.objects.create(
        company_id=company_id,
        item=item,
        task=task,
        description=task.description,
        type=kind.description,
        classification_1=task.classification_1,
        classification_2=task.classification_2,
        priority=task.priority,
        duration=task.duration,
        note=task.note,
        requested_by=task.requested_by,
        date_maintenance=due,
        cal_date_maintenance=due,
    )


def happened(company_id: int, fields: dict[str, Any]) -> PendingTask:
    item = the_item(company_id, fields["item_code"])
    trigger_task = PlannedTask.objects.filter(company_id=company_id, pk=fields["id_task"]).first()
    if trigger_task is not None and trigger_task.resources.exists():
        raise Rejected("The task of the event has resources.")
    return of_event(item, fields)


def add_task(order: WorkOrder, pending: PendingTask) -> WorkOrderTask:
    """The pending task as part of the order, with the subtasks and resources that were planned for it."""
    item, stop = pending.item, pending.out_of_service
    planned = PlannedTask.objects.prefetch_related("form_items", "resources__service__third_party").get(
        pk=pending.task_id
    )
    task = WorkOrderTask.objects.create(
        company_id=order.company_id,
        work_order=order,
        order_date=order.creation_date,
        item=item,
        request=pending.request,
        item_description=item.description,
        description=pending.description,
        note=pending.note,
        task_type=pending.type,
        classification_1=pending.classification_1,
        classification_2=pending.classification_2,
        priority=pending.priority,
        trigger=pending.trigger,
        task_plan_id=planned.plan_id,
        requested_by=pending.requested_by,
        date_maintenance=pending.cal_date_maintenance,
        cal_date_maintenance=pending.date_maintenance,
        event_date=pending.event_date,
        duration=pending.duration,
        stop_assets=planned.stop_assets,
        stop_assets_seconds=planned.stop_assets_seconds,
        out_of_service=stop if stop is not None and stop.final_date is None else last_open(item),
    )
    pending.order_task = task
    pending.save(update_fields=["order_task"])
    if pending.request is not None:
        pending.request.folio = order.folio
        pending.request.date_maintenance = task.date_maintenance
        pending.request.save(update_fields=["folio", "date_maintenance"])
    add_subtasks(task, planned)
    add_resources(task, planned)
    return task


def add_subtasks(task: WorkOrderTask, planned: PlannedTask) -> None:
    meters = {meter.unit_code: meter for meter in Meter.objects.filter(item_id=task.item_id, active=True)}
    Subtask.objects.bulk_create(
        Subtask(
            company_id=task.company_id,
            task=task,
            type=item.type,
            description=item.description,
            group=item.group,
            unit=item.unit,
            unit_code=item.unit_code,
            order_number=item.order_number,
            is_required=item.is_required,
            meter=meters.get(item.unit_code or ""),
        )
        for item in planned.form_items.all()
    )


def add_resources(task: WorkOrderTask, planned: PlannedTask) -> None:
    made = []
    for resource in planned.resources.all():
        party = resource.service.third_party if resource.service else None
        made.append(
            TaskResource(
                company_id=task.company_id,
                task=task,
                type=resource.type,
                item=resource.item,
                third_party=party,
                description=resource.description,
                source=party.name if party else None,
                source_code=party.code if party else None,
                qty=resource.qty,
                unit_cost=resource.unit_cost,
                total_cost=round(resource.qty * resource.unit_cost, 2),
                unit=resource.unit or ("Hora" if resource.type == ResourceType.HUMAN_RESOURCES else None),
            )
        )
    TaskResource.objects.bulk_create(made)
    add_up(task)
