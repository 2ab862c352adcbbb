"""/wo_resources: parts, hours and services that the tasks of an order use."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Flag, Number, Text, WholeNumber, checked, optional_text
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code, number_in_path
from maintenance.api.kit.query import MAX_INTEGER, Query
from maintenance.api.kit.rows import Columns
from maintenance.models import (
    Action,
    Module,
    Movement,
    MovementLine,
    MovementState,
    MovementType,
    ResourceType,
    TaskResource,
    ThirdParty,
    WorkOrderStatus,
    WorkOrderTask,
)
from maintenance.rules.folios import next_document_folio
from maintenance.rules.locations import find_location, within
from maintenance.rules.people import acting_person, active_person
from maintenance.rules.refusals import InvalidFields, RecordNotFound
from maintenance.rules.stock import stock_items, warehouse_by
from maintenance.rules.task_costs import add_up
from maintenance.rules.transaction_log import Entry
from maintenance.rules.visibility import open_order, refuse_unless_open, visible_tasks

DAYS_BACK = datetime.timedelta(days=30)
DATES: Columns = {"date_create": "date_create"}


def resource_row(resource: TaskResource, *, with_costs: bool) -> dict[str, Any]:
    task, line = resource.task, resource.line
    return {
        "id_work_orders_tasks": task.pk,
        "id_resource": resource.item_id or resource.person_id or resource.third_party_id,
        "id_resource_original": None,
        "id_wo_resource": resource.pk,
        "description": resource.description,
        "source_description": resource.source,
        "source_code": resource.source_code,
        "type": resource.type,
        "type_description": ResourceType(resource.type).name,
        "qty": resource.qty,
        "unit_cost": resource.unit_cost if with_costs else None,
        "total_cost": resource.total_cost if with_costs else None,
        "qty_delivered": line.qty - line.qty_pending if line else None,
        "real_qty_used": resource.qty_used,
        "initial_date": task.initial_date,
        "final_date": task.final_date,
        "code": resource.item.code if resource.item else resource.person.code if resource.person else None,
        "units_description": resource.unit,
        "units_code": resource.unit_code,
        "id_status_work_order": task.work_order.status,
        "costs_center_description": task.item.cost_center,
        "date_create": resource.date_create,
        "wo_folio": task.work_order.folio,
        "external_source": resource.external_source,
        "id_movements_details": line.pk if line else None,
        "note": resource.note,
    }


class NewForm(serializers.Serializer[Any]):
    catalogued = Flag()
    type = WholeNumber(min_value=1, max_value=3)
    code = optional_text(120)
    id_work_order_task = WholeNumber(min_value=1, max_value=MAX_INTEGER, required=False, allow_null=True)
    code_resource = optional_text(120)
    code_warehouse = optional_text(64)
    qty = Number(min_value=0)
    unit_cost = Number(required=False, allow_null=True, min_value=0)
    total_cost = Number(required=False, allow_null=True, min_value=0)
    description = optional_text(200)
    unit_description = optional_text(40)
    external_source = optional_text(120)
    tr_description = optional_text(160)
    code_user = optional_text(64)
    rh_description = optional_text(160)
    note = optional_text(4000)
    code_account = optional_text(64)

    def validate_qty(self, value: float) -> float:
        if value <= 0:
            raise serializers.ValidationError("must be above 0")
        return value


class NoteForm(serializers.Serializer[Any]):
    note = Text(max_length=4000, allow_blank=True)


class Resources(Endpoint):
    """Resources: with a folio, all of the order; without one, those of the last 30 days."""

    rights: ClassVar = {"GET": "work_orders:view", "POST": "work_orders:edit", "PUT": "work_orders:edit"}

    def get(self, request: Request, folio: str = "") -> Response:
        principal = principal_of(request)
        query = Query(request.query_params)
        rows = TaskResource.objects.filter(company_id=principal.company_id)
        if principal.own_work_orders_only:
            rows = rows.filter(task__in=visible_tasks(principal))
        wanted = folio or query.text("folio")
        if wanted:
            rows = rows.filter(task__work_order__folio=checked_code(wanted))
        since = None if wanted else timezone.now() - DAYS_BACK
        rows = rows.filter(**query.period(DATES, default="date_create", since=since))
        if (status := query.integer("ot_status", minimum=1, maximum=max(WorkOrderStatus))) is not None:
            rows = rows.filter(task__work_order__status=status)
        if (kind := query.integer("type", minimum=1, maximum=3)) is not None:
            rows = rows.filter(type=kind)
        if (location_code := query.text("code_location")) is not None:
            rows = rows.filter(
                within(find_location(principal.company_id, location_code, "code_location"), "task__item__")
            )
        found, total = query.page(newest_first(rows), read=read)
        with_costs = "metrics:view" in principal.rights
        return answer([resource_row(resource, with_costs=with_costs) for resource in found], total)

    def post(self, request: Request, folio: str = "") -> Response:
        principal = principal_of(request)
        if not folio:
            raise InvalidFields({"folio": "is required in the path"})
        fields = checked(NewForm, request)
        with transaction.atomic():
            order = open_order(principal, checked_code(folio))
            task = self.task_of(order.tasks.select_related("item", "work_order"), fields)
            resource = TaskResource(
                company_id=principal.company_id,
                task=task,
                type=fields["type"],
                qty=fields["qty"],
                external_source=fields.get("external_source") or None,
                note=fields.get("note") or None,
            )
            {
                ResourceType.INVENTORY: self.as_part,
                ResourceType.HUMAN_RESOURCES: self.as_labour,
                ResourceType.SERVICES: self.as_service,
            }[ResourceType(fields["type"])](resource, fields, request)
            resource.total_cost = round(resource.qty * resource.unit_cost, 2)
            resource.save()
            add_up(task)
            log(
                request,
                Entry(
                    Module.TASKS,
                    "WORK_ORDERS_RESOURCES",
                    Action.ADD,
                    resource.description,
                    {"qty": resource.qty, "wo_folio": order.folio},
                    about=order,
                ),
            )
        row = resource_row(resource, with_costs="metrics:view" in principal.rights)
        return answer(row)

    def put(self, request: Request, folio: str = "") -> Response:
        """/wo_resources/{id}: changes the note."""
        principal = principal_of(request)
        number = number_in_path(folio)
        fields = checked(NoteForm, request)
        with transaction.atomic():
            resource = (
                TaskResource.objects.select_for_update(of=("self",))
                .select_related("task__work_order", "task__item", "item", "person", "line")
                .filter(pk=number, task__in=visible_tasks(principal))
                .first()
            )
            if resource is None:
                raise RecordNotFound
            refuse_unless_open(resource.task.work_order)
            resource.note = fields["note"]
            resource.save(update_fields=["note"])
            log(
                request,
                Entry(
                    Module.TASKS,
                    "WORK_ORDERS_RESOURCES",
                    Action.EDIT,
                    resource.description,
                    about=resource.task.work_order,
                ),
            )
        return answer(resource_row(resource, with_costs="metrics:view" in principal.rights))

    @staticmethod
    def task_of(tasks: Any, fields: dict[str, Any]) -> WorkOrderTask:
        """Finds the task by its number, or the first one on the asset with this code."""
        if fields.get("id_work_order_task"):
            found, field = tasks.filter(pk=fields["id_work_order_task"]).first(), "id_work_order_task"
        elif fields.get("code"):
            found, field = tasks.filter(item__code=fields["code"]).order_by("pk").first(), "code"
        else:
            raise InvalidFields({"id_work_order_task": "is required, or the code of the asset"})
        if found is None:
            raise InvalidFields({field: "is not part of this work order"})
        task: WorkOrderTask = found
        return task

    @staticmethod
    def as_part(resource: TaskResource, fields: dict[str, Any], request: Request) -> None:
        """Requests a catalogue part from the warehouse by a requisition; describes any other part."""
        if not fields["catalogued"]:
            as_described(resource, fields)
            return
        principal = principal_of(request)
        person = acting_person(principal, fields.get("code_account") or "", "code_account")
        warehouse = warehouse_by(principal.company_id, fields.get("code_warehouse"), None, "code_warehouse")
        item = stock_items(principal.company_id).filter(code=fields.get("code_resource") or "").first()
        level = item.stock_levels.filter(warehouse=warehouse).first() if item else None
        if item is None or level is None:
            raise InvalidFields({"code_resource": "is not kept in this warehouse"})
        order = resource.task.work_order
        asked = Movement.objects.create(
            company_id=principal.company_id,
            warehouse=warehouse,
            type=MovementType.REQUISITION,
            state=MovementState.NOT_DELIVERED,
            folio=next_document_folio(warehouse),
            document=order.folio,
            work_order=order,
            responsible=order.responsible,
            created_by=person,
        )
        resource.line = MovementLine.objects.create(
            company_id=principal.company_id,
            movement=asked,
            item=item,
            qty=resource.qty,
            qty_pending=resource.qty,
            unit_cost=level.unit_cost,
        )
        resource.item, resource.description, resource.unit = item, item.description[:200], item.unit
        resource.unit_code = (item.unit or "")[:3].upper() or None
        resource.source, resource.source_code = warehouse.description, warehouse.code
        resource.unit_cost = level.unit_cost

    @staticmethod
    def as_labour(resource: TaskResource, fields: dict[str, Any], request: Request) -> None:
        if not fields["catalogued"]:
            as_described(resource, {**fields, "description": fields.get("rh_description")})
            return
        person = active_person(principal_of(request).company_id, fields.get("code_user") or "", "code_user")
        resource.person, resource.description = person, person.full_name
        resource.source, resource.source_code = person.hourly_rate, person.code
        resource.unit, resource.unit_code = "Hora", "HRS"
        resource.unit_cost = fields.get("unit_cost") or 0

    @staticmethod
    def as_service(resource: TaskResource, fields: dict[str, Any], request: Request) -> None:
        name = fields.get("tr_description")
        party = ThirdParty.objects.filter(
            company_id=principal_of(request).company_id, name__iexact=name or ""
        ).first()
        if party is None:
            raise InvalidFields({"tr_description": "is not the name of a third party"})
        as_described(resource, {**fields, "description": fields.get("description") or party.name})
        service = party.services.filter(description__iexact=resource.description).first()
        if fields["catalogued"] and service is None:
            raise InvalidFields({"description": "is not a service of this third party"})
        if service is not None:
            resource.unit, resource.unit_code = service.unit, service.unit_code
            cost = fields.get("unit_cost")
            resource.unit_cost = service.cost if cost is None else cost
        resource.third_party, resource.source, resource.source_code = party, party.name, party.code


def as_described(resource: TaskResource, fields: dict[str, Any]) -> None:
    if not fields.get("description"):
        raise InvalidFields({"description": "is required for what is not in the catalogue"})
    resource.description = fields["description"]
    resource.unit = fields.get("unit_description") or None
    cost, total = fields.get("unit_cost"), fields.get("total_cost")
    resource.unit_cost = cost if cost is not None else (total or 0) / resource.qty


def newest_first(rows: QuerySet[TaskResource]) -> QuerySet[TaskResource]:
    return rows.order_by("-date_create", "-id")


def read(keys: list[int]) -> QuerySet[TaskResource]:
    page = TaskResource.objects.filter(pk__in=keys)
    return newest_first(page.select_related("task__work_order", "task__item", "item", "person", "line"))
