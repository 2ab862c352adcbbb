"""Goods in and out, purchase orders, material requests, and the requisitions of work orders."""

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
from maintenance.api.body import Flag, Number, Text, WholeNumber, checked
from maintenance.api.endpoint import Endpoint, principal_of
from maintenance.api.envelope import answer
from maintenance.api.errors import InvalidFields, RecordNotFound, Rejected
from maintenance.api.inventories import stock_items
from maintenance.api.personnel import acting_person
from maintenance.api.places import checked_code
from maintenance.api.query import MAX_INTEGER, Query
from maintenance.api.transactions import log
from maintenance.api.warehouses import the_warehouse
from maintenance.api.work_order_rows import visible_tasks
from maintenance.models import (
    Action,
    Module,
    Movement,
    MovementLine,
    MovementState,
    MovementType,
    Personnel,
    Priority,
    StockLevel,
    Warehouse,
    WorkOrderStatus,
)

DAYS_BACK = 30
MOST_LINES = 100
DATES = {"date_create": "date_create"}


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
        warehouse = the_warehouse(principal.company_id, wanted, None, "warehouse_code")
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
        number = code or str(request.query_params.get("id") or "")
        if not (number.isascii() and number.isdigit()) or len(number) > 9:
            raise RecordNotFound
        fields = checked(MaterialRequestForm, request)
        with transaction.atomic():
            movement = of_type(principal, MovementType.MATERIAL_REQUEST).filter(pk=int(number)).first()
            if movement is None:
                raise RecordNotFound
            if fields.get("id_movement_state") is not None and not movement.warehouse.external_integration:
                raise InvalidFields({"id_movement_state": "can be set for integrated warehouses only"})
            movement.note = fields["note"]
            if "annotations" in fields:
                movement.annotations = fields["annotations"]
            movement.save()
            log(
                request, Module.MATERIAL_REQUESTS, "MATERIAL_REQUESTS", Action.EDIT, movement.folio,
                {"note": movement.note},
            )  # fmt: skip
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
    """What work orders asked the warehouses for."""

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
        return answer([self.row(movement) for movement in found], total)

    @staticmethod
    def row(movement: Movement) -> dict[str, Any]:
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
            "currency_description": "Peso" if movement.company_id else None,
            "currency_symbol": "$",
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


class GoodsForm(serializers.Serializer[Any]):
    code = Text(max_length=120)
    qty = Number(min_value=0)
    id_type_item = WholeNumber(required=False)
    price = Number(required=False, min_value=0)
    serial_numbers = serializers.ListField(child=Text(max_length=80), required=False, max_length=100)

    def validate_qty(self, value: float) -> float:
        if value <= 0:
            raise serializers.ValidationError("must be above 0")
        return value


class EntryForm(serializers.Serializer[Any]):
    movement_type = serializers.ChoiceField(choices=["1", "2"])
    is_from_movement = Flag(required=False, default=False)
    document = Text(max_length=80)
    code_user = Text(max_length=64)
    note = Text(max_length=1000, required=False)
    items = serializers.ListField(child=GoodsForm(), min_length=1, max_length=MOST_LINES)


class IssueForm(serializers.Serializer[Any]):
    """Optional fields are left out by who has nothing to say: null is refused, as upstream."""

    warehouse_code = Text(max_length=64)
    id_movement_type = WholeNumber(required=False, default=int(MovementType.WORK_ORDER_ISSUE))
    wo_folio = Text(max_length=64, required=False)
    id_movement = WholeNumber(min_value=1, max_value=MAX_INTEGER, required=False)
    responsible_code = Text(max_length=64)
    document = Text(max_length=80, required=False)
    note = Text(max_length=1000, required=False)
    items = serializers.ListField(child=GoodsForm(), min_length=1, max_length=MOST_LINES)

    def validate_id_movement_type(self, value: int) -> int:
        if value not in (MovementType.WORK_ORDER_ISSUE, MovementType.GENERAL_ISSUE):
            raise serializers.ValidationError("must be 4 or 5")
        return value


def next_folio(warehouse: Warehouse) -> str:
    locked = Warehouse.objects.select_for_update().get(pk=warehouse.pk)
    locked.folio += 1
    locked.save(update_fields=["folio"])
    return f"{locked.prefix}{locked.folio}"


def levels_of(warehouse: Warehouse, goods: list[dict[str, Any]]) -> list[StockLevel]:
    """The level of each line, locked; refused where an item is not kept there."""
    levels = []
    for number, line in enumerate(goods):
        item = stock_items(warehouse.company_id).filter(code=line["code"]).first()
        level = None
        if item is not None:
            level = item.stock_levels.select_for_update().filter(warehouse=warehouse).first()
        if level is None:
            raise InvalidFields({f"items.{number}.code": "is not kept in this warehouse"})
        levels.append(level)
    return levels


def move(
    movement: Movement, levels: list[StockLevel], goods: list[dict[str, Any]], sign: int
) -> dict[str, Any]:
    """Books the lines of a saved movement into the stock."""
    for level, line in zip(levels, goods, strict=True):
        after = level.stock + sign * line["qty"]
        if after < 0 and not movement.warehouse.allow_negative_stock:
            raise Rejected("There is not enough in stock.")
        if sign > 0 and line.get("price") is not None and after > 0:
            worth = max(level.stock, 0) * level.unit_cost + line["qty"] * line["price"]
            level.unit_cost = round(worth / after, 4)
        level.stock = after
        level.save()
        MovementLine.objects.create(
            company_id=movement.company_id,
            movement=movement,
            item_id=level.item_id,
            qty=line["qty"],
            unit_cost=line.get("price") or level.unit_cost,
        )
    return {
        "id": movement.pk,
        "id_movement": movement.pk,
        "folio_source": movement.folio,
        "id_movement_type": movement.type,
        "warehouse_code": movement.warehouse.code,
        "document": movement.document,
        "date": movement.date,
        "number_details": len(levels),
    }


def native(warehouse: Warehouse, field: str) -> Warehouse:
    if warehouse.external_integration:
        raise InvalidFields({field: "another system keeps the stock of this warehouse"})
    return warehouse


class Entries(Endpoint):
    rights: ClassVar = {"POST": "inventory:add"}

    def post(self, request: Request, code: str = "") -> Response:
        principal = principal_of(request)
        if not code:
            raise InvalidFields({"warehouse_code": "is required in the path"})
        warehouse = Warehouse.objects.filter(company_id=principal.company_id, code=checked_code(code)).first()
        if warehouse is None:
            raise RecordNotFound
        native(warehouse, "warehouse_code")
        fields = checked(EntryForm, request)
        person = acting_person(principal, fields["code_user"], "code_user")
        with transaction.atomic():
            levels = levels_of(warehouse, fields["items"])
            movement = Movement.objects.create(
                company_id=principal.company_id,
                warehouse=warehouse,
                type=MovementType(int(fields["movement_type"])),
                state=MovementState.TOTAL_DELIVERY,
                folio=next_folio(warehouse),
                document=fields["document"],
                note=fields.get("note"),
                responsible=person,
                created_by=person,
            )
            data = move(movement, levels, fields["items"], 1)
            log(
                request,
                Module.WAREHOUSES,
                "ENTRIES",
                Action.ADD,
                movement.folio,
                {"document": movement.document},
            )
        return answer(data)


class Outputs(Endpoint):
    rights: ClassVar = {"POST": "inventory:add"}

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        principal = principal_of(request)
        fields = checked(IssueForm, request)
        warehouse = native(
            the_warehouse(principal.company_id, fields["warehouse_code"], None, "warehouse_code"),
            "warehouse_code",
        )
        person = Personnel.objects.filter(
            company_id=principal.company_id, code=fields["responsible_code"], active=True
        ).first()
        if person is None:
            raise InvalidFields({"responsible_code": "is not the code of an active person"})
        asked = self.asked_for(principal, fields, warehouse)
        with transaction.atomic():
            levels = levels_of(warehouse, fields["items"])
            movement = Movement.objects.create(
                company_id=principal.company_id,
                warehouse=warehouse,
                type=fields["id_movement_type"],
                state=MovementState.TOTAL_DELIVERY,
                folio=next_folio(warehouse),
                document=fields.get("document") or fields.get("wo_folio"),
                note=fields.get("note"),
                work_order=asked.work_order if asked else None,
                responsible=person,
            )
            data = move(movement, levels, fields["items"], -1)
            if asked is not None:
                deliver(asked, fields["items"])
            log(
                request,
                Module.WAREHOUSES,
                "OUTPUTS",
                Action.ADD,
                movement.folio,
                {"document": movement.document},
            )
        return answer(data)

    @staticmethod
    def asked_for(principal: Principal, fields: dict[str, Any], warehouse: Warehouse) -> Movement | None:
        """The requisition that is served; None for a general issue."""
        if fields["id_movement_type"] == MovementType.GENERAL_ISSUE:
            if not fields.get("document"):
                raise InvalidFields({"document": "is required for a general issue"})
            return None
        for field in ("wo_folio", "id_movement"):
            if not fields.get(field):
                raise InvalidFields({field: "is required for an issue to a work order"})
        asked = (
            of_type(principal, MovementType.REQUISITION)
            .filter(pk=fields["id_movement"], work_order__folio=fields["wo_folio"], warehouse=warehouse)
            .first()
        )
        if asked is None:
            raise InvalidFields({"id_movement": "is not a requisition of this order and warehouse"})
        if asked.state in (MovementState.TOTAL_DELIVERY, MovementState.DELIVERY_CANCELLED):
            raise Rejected("The requisition is closed.")
        return asked


def deliver(asked: Movement, goods: list[dict[str, Any]]) -> None:
    """Takes what was issued off what is pending."""
    lines = {line.item.code: line for line in asked.lines.all()}
    for given in goods:
        line = lines.get(given["code"])
        if line is None:
            raise InvalidFields({"items": f"{given['code']} is not in the requisition"})
        line.qty_pending = max(0.0, line.qty_pending - given["qty"])
        line.save(update_fields=["qty_pending"])
    done = all(line.qty_pending == 0 for line in lines.values())
    asked.state = MovementState.TOTAL_DELIVERY if done else MovementState.PARTIAL_DELIVERY
    asked.save(update_fields=["state"])
