"""Goods in and out of warehouses."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Flag, Number, Text, WholeNumber, checked
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code
from maintenance.api.kit.query import MAX_INTEGER
from maintenance.models import (
    Action,
    Module,
    Movement,
    MovementState,
    MovementType,
    Warehouse,
)
from maintenance.rules.folios import next_document_folio
from maintenance.rules.people import acting_person, active_person
from maintenance.rules.refusals import InvalidFields, RecordNotFound
from maintenance.rules.requisitions import deliver, open_requisition
from maintenance.rules.stock import refuse_integrated, warehouse_by
from maintenance.rules.stock_movements import Lines, enter, issue, locked_levels, quantity
from maintenance.rules.transaction_log import Entry

MOST_LINES = 100


class GoodsForm(serializers.Serializer[Any]):
    code = Text(max_length=120)
    qty = Number(min_value=0)
    id_type_item = WholeNumber(required=False)
    price = Number(required=False, min_value=0)
    serial_numbers = serializers.ListField(child=Text(max_length=80), required=False, max_length=100)

    def validate_qty(self, value: float) -> float:
        if quantity(value) <= 0:
            raise serializers.ValidationError("must be above 0")
        return quantity(value)


class EntryForm(serializers.Serializer[Any]):
    movement_type = serializers.ChoiceField(choices=["1", "2"])
    is_from_movement = Flag(required=False, default=False)
    document = Text(max_length=80)
    code_user = Text(max_length=64)
    note = Text(max_length=1000, required=False)
    items = serializers.ListField(child=GoodsForm(), min_length=1, max_length=MOST_LINES)


class IssueForm(serializers.Serializer[Any]):
    """An issue. Optional fields may be left out, but null is refused, as at Fracttal One."""

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


def row(movement: Movement, goods: Lines) -> dict[str, Any]:
    return {
        "id": movement.pk,
        "id_movement": movement.pk,
        "folio_source": movement.folio,
        "id_movement_type": movement.type,
        "warehouse_code": movement.warehouse.code,
        "document": movement.document,
        "date": movement.date,
        "number_details": len(goods),
    }


class Entries(Endpoint):
    rights: ClassVar = {"POST": "inventory:add"}

    def post(self, request: Request, code: str = "") -> Response:
        principal = principal_of(request)
        if not code:
            raise InvalidFields({"warehouse_code": "is required in the path"})
        warehouse = Warehouse.objects.filter(company_id=principal.company_id, code=checked_code(code)).first()
        if warehouse is None:
            raise RecordNotFound
        refuse_integrated(warehouse, "warehouse_code")
        fields = checked(EntryForm, request)
        person = acting_person(principal, fields["code_user"], "code_user")
        with transaction.atomic():
            levels = locked_levels(warehouse, fields["items"])
            movement = Movement.objects.create(
                company_id=principal.company_id,
                warehouse=warehouse,
                type=MovementType(int(fields["movement_type"])),
                state=MovementState.TOTAL_DELIVERY,
                folio=next_document_folio(warehouse),
                document=fields["document"],
                note=fields.get("note"),
                responsible=person,
                created_by=person,
            )
            enter(movement, levels, fields["items"])
            log(
                request,
                Entry(
                    Module.WAREHOUSES, "ENTRIES", Action.ADD, movement.folio, {"document": movement.document}
                ),
            )
        return answer(row(movement, fields["items"]))


class Outputs(Endpoint):
    rights: ClassVar = {"POST": "inventory:add"}

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        principal = principal_of(request)
        fields = checked(IssueForm, request)
        warehouse = warehouse_by(principal.company_id, fields["warehouse_code"], None, "warehouse_code")
        refuse_integrated(warehouse, "warehouse_code")
        person = active_person(principal.company_id, fields["responsible_code"], "responsible_code")
        with transaction.atomic():
            asked = self.requisition_of(fields, warehouse)
            levels = locked_levels(warehouse, fields["items"])
            movement = Movement.objects.create(
                company_id=principal.company_id,
                warehouse=warehouse,
                type=fields["id_movement_type"],
                state=MovementState.TOTAL_DELIVERY,
                folio=next_document_folio(warehouse),
                document=fields.get("document") or fields.get("wo_folio"),
                note=fields.get("note"),
                work_order=asked.work_order if asked else None,
                responsible=person,
            )
            issue(movement, levels, fields["items"])
            if asked is not None:
                deliver(asked, fields["items"])
            log(
                request,
                Entry(
                    Module.WAREHOUSES, "OUTPUTS", Action.ADD, movement.folio, {"document": movement.document}
                ),
            )
        return answer(row(movement, fields["items"]))

    @staticmethod
    def requisition_of(fields: dict[str, Any], warehouse: Warehouse) -> Movement | None:
        """Returns the requisition that the issue delivers, None for a general issue."""
        if fields["id_movement_type"] == MovementType.GENERAL_ISSUE:
            if not fields.get("document"):
                raise InvalidFields({"document": "is required for a general issue"})
            return None
        for field in ("wo_folio", "id_movement"):
            if not fields.get(field):
                raise InvalidFields({field: "is required for an issue to a work order"})
        return open_requisition(warehouse, fields["id_movement"], fields["wo_folio"])
