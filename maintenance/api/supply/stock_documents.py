"""Purchase orders, material requests, and the requisitions of work orders."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.principal import Principal
from maintenance.api.kit.body import Text, WholeNumber, checked
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code, number_in_path
from maintenance.api.kit.query import Query
from maintenance.api.kit.rows import Columns
from maintenance.models import (
    Action,
    Module,
    Movement,
    MovementLine,
    MovementState,
    MovementType,
    Personnel,
    Priority,
    WorkOrderStatus,
)
from maintenance.rules.refusals import InvalidFields, RecordNotFound
from maintenance.rules.stock import warehouse_by
from maintenance.rules.transaction_log import Entry
from maintenance.rules.visibility import visible_tasks

DAYS_BACK = 30
DATES: Columns = {"date_create": "date_create"}


def of_type(principal: Principal, kind: MovementType) -> QuerySet[Movement]:
    rows = Movement.objects.filter(company_id=principal.company_id, type=kind)
    return rows.select_related(
        "warehouse", "responsible", "created_by", "third_party", "work_order"
    ).prefetch_related("lines__item")


def lately(query: Query) -> dict[str, Any]:
    since = timezone.now() - datetime.timedelta(days=DAYS_BACK)
    return query.period(DATES, default="date_create", since=since)


def name(person: Personnel | None) -> str | None:
    return None if person is None else person.full_name


def line_row(line: MovementLine) -> dict[str, Any]:
    return {
        "id_movements_details": line.pk,
        "id_item": line.item_id,
        "code": line.item.code,
        "items_description": line.item.description,
        "qty": line.qty,
        "qty_pending": line.qty_pending,
        "units_description": line.item.unit,
        "units_code": (line.item.unit or "")[:3].upper() or None,
    }


def priority(movement: Movement) -> str | None:
    return None if movement.priority is None else Priority(movement.priority).name


class PurchaseOrders(Endpoint):
    rights: ClassVar = {"GET": "inventory:view"}

    def get(self, request: Request, code: str = "") -> Response:
        principal = principal_of(request)
        query = Query(request.query_params)
        wanted = code or query.text("warehouse_code")
        if not wanted:
            raise InvalidFields({"warehouse_code": "is required"})
        warehouse = warehouse_by(principal.company_id, wanted, None, "warehouse_code")
        rows = of_type(principal, MovementType.PURCHASE_ORDER).filter(warehouse=warehouse, **lately(query))
        found, total = query.page(rows)
        return answer([self.row(movement) for movement in found], total)

    @staticmethod
    def row(movement: Movement) -> dict[str, Any]:
        supplier = movement.third_party
        return {
            "id_movement": movement.pk,
            "folio_source": movement.folio,
            "folio_target": None,
            "date": movement.date,
            "description": movement.note,
            "document": movement.document,
            "movements_types_description": "PURCHASE_ORDER",
            "movements_states_description": MovementState(movement.state).name,
            "warehouses_source_description": movement.warehouse.description,
            "third_parties_description": supplier.name if supplier else None,
            "third_parties_code": supplier.code if supplier else None,
            "costs_center_description": movement.cost_center,
            "responsible_description": name(movement.responsible),
            "priorities_description": priority(movement),
            "date_create": movement.date_create,
            "number_details": len(movement.lines.all()),
        }


class MaterialRequestForm(serializers.Serializer[Any]):
    note = Text(max_length=4000)
    annotations = serializers.JSONField(required=False)
    id_movement_state = WholeNumber(required=False, allow_null=True)


class MaterialRequests(Endpoint):
    rights: ClassVar = {"GET": "inventory:view", "PUT": "inventory:edit"}

    def get(self, request: Request, code: str = "") -> Response:
        principal = principal_of(request)
        query = Query(request.query_params)
        rows = of_type(principal, MovementType.MATERIAL_REQUEST)
        if (number := query.integer("id")) is not None:
            rows = rows.filter(pk=number)
        else:
            rows = rows.filter(**lately(query))
        if wanted := code or query.text("code"):
            rows = rows.filter(warehouse__code=wanted)
        if (warehouse_id := query.integer("warehouse_id")) is not None:
            rows = rows.filter(warehouse_id=warehouse_id)
        found, total = query.page(rows)
        return answer([self.row(movement) for movement in found], total)

    def put(self, request: Request, code: str = "") -> Response:
        principal = principal_of(request)
        number = number_in_path(code or str(request.query_params.get("id") or ""))
        fields = checked(MaterialRequestForm, request)
        with transaction.atomic():
            requests = of_type(principal, MovementType.MATERIAL_REQUEST).select_for_update(of=("self",))
            movement = requests.filter(pk=number).first()
            if movement is None:
                raise RecordNotFound
            if fields.get("id_movement_state") is not None and not movement.warehouse.external_integration:
                raise InvalidFields({"id_movement_state": "can be set for integrated warehouses only"})
            movement.note = fields["note"]
            movement.annotations = fields.get("annotations", movement.annotations)
            movement.save(update_fields=["note", "annotations"])
            log(
                request,
                Entry(
                    Module.MATERIAL_REQUESTS,
                    "MATERIAL_REQUESTS",
                    Action.EDIT,
                    movement.folio,
                    {"note": movement.note},
                ),
            )
        return answer(
            {
                "id": movement.pk,
                "id_movement_type": int(MovementType.MATERIAL_REQUEST),
                "id_warehouse_target": movement.warehouse_id,
                "date": movement.date,
                "document": movement.document,
                "folio_target": movement.folio,
                "id_movement_state": movement.state,
                "id_priority": movement.priority,
                "date_create": movement.date_create,
                "annotations": movement.annotations,
                "note": movement.note,
            }
        )

    @staticmethod
    def row(movement: Movement) -> dict[str, Any]:
        return {
            "id": movement.pk,
            "id_warehouse_target": movement.warehouse_id,
            "warehouse_code": movement.warehouse.code,
            "warehouses_description": movement.warehouse.description,
            "folio_target": movement.folio,
            "date_delivery": movement.date_delivery,
            "date_create": movement.date_create,
            "document": movement.document,
            "note": movement.note,
            "state": MovementState(movement.state).name,
            "state_description": MovementState(movement.state).name,
            "id_priority": movement.priority,
            "priorities_description": priority(movement),
            "responsible_code": movement.responsible.code if movement.responsible else None,
            "responsible_description": name(movement.responsible),
            "details": [line_row(line) for line in movement.lines.all()],
            "id_responsible": movement.responsible_id,
            "id_cost_center": None,
            "costs_center_description": movement.cost_center,
            "id_types_1": None,
            "types_1_description": None,
        }


class Requisitions(Endpoint):
    """What work orders have requested from warehouses."""

    rights: ClassVar = {"GET": "inventory:view"}

    def get(self, request: Request, code: str = "") -> Response:
        principal = principal_of(request)
        query = Query(request.query_params)
        rows = of_type(principal, MovementType.REQUISITION)
        if principal.own_work_orders_only:
            rows = rows.filter(work_order__in=visible_tasks(principal).values("work_order_id"))
        folio = code or query.text("folio")
        if folio:
            rows = rows.filter(work_order__folio=checked_code(folio))
        if not folio or query.text("since") or query.text("until"):
            rows = rows.filter(**lately(query))
        if (status := query.integer("ot_status", minimum=1, maximum=max(WorkOrderStatus))) is not None:
            rows = rows.filter(work_order__status=status)
        if (warehouse := query.text("warehouse_code")) is not None:
            rows = rows.filter(warehouse__code=warehouse)
        if (detail := query.integer("id_movements_details")) is not None:
            rows = rows.filter(lines__id=detail)
        found, total = query.page(rows)
        return answer([self.row(movement, principal.currency) for movement in found], total)

    @staticmethod
    def row(movement: Movement, currency: str) -> dict[str, Any]:
        return {
            "id": movement.pk,
            "warehouses_source_description": movement.warehouse.description,
            "code": movement.warehouse.code,
            "folio_source": movement.folio,
            "date": movement.date,
            "document": movement.work_order.folio if movement.work_order else movement.document,
            "costs_center_description": movement.cost_center,
            "movements_states_description": MovementState(movement.state).name,
            "responsible_description": name(movement.responsible),
            "create_by_description": name(movement.created_by),
            "date_create": movement.date_create,
            "number_details": len(movement.lines.all()),
            "currency_description": currency or None,
            "currency_symbol": currency or None,
            "list_items": [
                line_row(line)
                | {
                    "unit_cost_company": line.unit_cost,
                    "total_cost_company": round(line.unit_cost * line.qty, 2),
                    "id_parent": movement.pk,
                }
                for line in movement.lines.all()
            ],
        }
