"""Goods in and out of warehouses."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
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
from maintenance.api.query import MAX_INTEGER
from maintenance.api.transactions import log
from maintenance.api.warehouse_papers import of_type
from maintenance.api.warehouses import the_warehouse
from maintenance.models import (
    Action,
    Module,
    Movement,
    MovementLine,
    MovementState,
    MovementType,
    Personnel,
    StockLevel,
    Warehouse,
)

MOST_LINES = 100


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
