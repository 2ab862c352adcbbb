"""POST /work_orders: from pending tasks (type 1), with all data in the body (2), from an event (3)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request

from accounts.principal import Principal
from maintenance.api.kit.body import WholeNumber, checked, optional_text
from maintenance.api.kit.endpoint import principal_of
from maintenance.api.kit.log import log
from maintenance.api.kit.query import MAX_INTEGER
from maintenance.api.work.pending_task_creation import EventForm, of_event
from maintenance.models import (
    Action,
    Module,
    PendingTask,
    Personnel,
    PlannedTask,
    Priority,
    ThirdPartyContact,
    WorkOrder,
)
from maintenance.rules.dates import end_of_today
from maintenance.rules.folios import next_order_folio
from maintenance.rules.order_tasks import add_task
from maintenance.rules.pending_tasks import USUAL_SECONDS, maintained_item, pending, task_type, waiting
from maintenance.rules.people import acting_person, active_person
from maintenance.rules.refusals import InvalidFields, Rejected
from maintenance.rules.request_steps import follow
from maintenance.rules.transaction_log import Entry

MOST_TASKS = 100


class WayForm(serializers.Serializer[Any]):
    """The fields that all three types share."""

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
                tasks = chosen(principal.company_id, checked(PendingForm, request))
            case 2:
                tasks = [described(principal.company_id, checked(FreeForm, request), way.get("duration"))]
            case _:
                tasks = [happened(principal.company_id, checked(EventForm, request))]
        order = WorkOrder.objects.create(
            company_id=principal.company_id,
            folio=next_order_folio(principal.company_id),
            created_by=creator,
            responsible=responsible,
            contact=contact,
            duration=way.get("duration") or sum(task.duration for task in tasks),
            annotations=way.get("annotations"),
        )
        for task in tasks:
            add_task(order, task)
        follow(order, creator)
        log(
            request,
            Entry(Module.TASKS, "WORK_ORDERS", Action.ADD, order.folio, {"tasks": len(tasks)}, about=order),
        )
    return order


def responsible_for(
    principal: Principal, way: dict[str, Any]
) -> tuple[Personnel | None, ThirdPartyContact | None]:
    if way.get("responsible_code"):
        return active_person(principal.company_id, way["responsible_code"], "responsible_code"), None
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
    item = maintained_item(company_id, fields["item_code"])
    kind = task_type(company_id, fields["task_type_main"])
    task = PlannedTask.objects.create(
        company_id=company_id,
        description=fields["task_descripcion"],
        type=kind,
        classification_1=fields.get("task_type_description") or None,
        classification_2=fields.get("task_type_2_description") or None,
        priority=fields.get("id_priorities") or Priority.MEDIUM,
        duration=duration or USUAL_SECONDS,
        note=fields.get("note") or None,
        requested_by=fields["requested_by"],
    )
    made = pending(item, task, end_of_today(company_id))
    made.save()
    return made


def happened(company_id: int, fields: dict[str, Any]) -> PendingTask:
    item = maintained_item(company_id, fields["item_code"])
    trigger_task = PlannedTask.objects.filter(company_id=company_id, pk=fields["id_task"]).first()
    if trigger_task is not None and trigger_task.resources.exists():
        raise Rejected("The task of the event has resources.")
    return of_event(item, fields)
