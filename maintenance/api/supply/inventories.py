"""/inventories: stock items and their levels in warehouses."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import prefetch_related_objects
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Code, Flag, Number, Text, WholeNumber, checked, optional_text
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code
from maintenance.api.kit.query import MAX_INTEGER, Query
from maintenance.api.kit.rows import Columns
from maintenance.models import Action, Item, ItemType, Module, StockLevel, Warehouse
from maintenance.rules.refusals import AlreadyExists, InvalidFields, RecordNotFound, Rejected
from maintenance.rules.stock import STOCK_TYPES, set_level, stock_items, warehouse_by
from maintenance.rules.transaction_log import Entry

LEVELS = "stock_levels__warehouse"
LEVEL_COLUMNS: Columns = {
    "max_stock_level": "max_level",
    "min_stock_level": "min_level",
    "reorder_level": "reorder_level",
    "order_quantity": "order_quantity",
    "location": "shelf",
}


def level_row(level: StockLevel) -> dict[str, Any]:
    return {
        "id_warehouse": level.warehouse_id,
        "code_warehouse": level.warehouse.code,
        "location": level.shelf,
        "max_stock_level": level.max_level,
        "min_stock_level": level.min_level,
        "reorder_level": level.reorder_level,
        "stock": level.stock,
        "stock_temp": level.stock,
        "unit_cost_stock": level.unit_cost,
    }


def item_row(item: Item) -> dict[str, Any]:
    prefetch_related_objects([item], LEVELS)  # those of a page are there already
    levels = sorted(item.stock_levels.all(), key=lambda level: level.warehouse_id)
    return {
        "id": item.pk,
        "code": item.code,
        "description": item.description,
        **{f"field_{number}": getattr(item, f"field_{number}") for number in range(1, 7)},
        "id_company": item.company_id,
        "id_type_item": item.type,
        "active": item.active,
        "units_description": item.unit,
        "groups_description": item.group,
        "warehouses": [level_row(level) for level in levels],
    }


def the_item(company_id: int, code: str, item_type: int | None = None) -> Item:
    rows = stock_items(company_id).filter(code=code)
    if item_type is not None:
        rows = rows.filter(type=item_type)
    item = rows.first()
    if item is None:
        raise RecordNotFound
    return item


class Levels(serializers.Serializer[Any]):
    code_warehouse = optional_text(64)
    id_warehouse = WholeNumber(min_value=1, max_value=MAX_INTEGER, required=False, allow_null=True)
    location = optional_text(120)
    max_stock_level = Number(required=False, allow_null=True, min_value=0)
    min_stock_level = Number(required=False, allow_null=True, min_value=0)
    reorder_level = Number(required=False, allow_null=True, min_value=0)
    order_quantity = Number(required=False, allow_null=True, min_value=0)
    stock = Number(required=False, allow_null=True)
    unit_cost_stock = Number(required=False, allow_null=True, min_value=0)


class CreateForm(Levels):
    code = Code(max_length=120)
    field_1 = Text(max_length=120)
    field_2 = optional_text(120)
    field_3 = optional_text(120)
    field_4 = optional_text(120)
    field_5 = optional_text(120)
    field_6 = optional_text(120)
    unit_code = Text(max_length=16)
    unit_description = Text(max_length=40)
    id_type_item = WholeNumber(required=False, default=int(ItemType.SPARE_PARTS))
    barcode = optional_text(80)
    notes = optional_text(4000)
    visible_to_all = Flag(required=False)

    def validate_id_type_item(self, value: int) -> int:
        if value not in STOCK_TYPES:
            raise serializers.ValidationError("must be 3 or 4")
        return value


class LinkForm(Levels):
    code = Text(max_length=120)


def bounds_of(fields: dict[str, Any]) -> dict[str, Any]:
    return {column: fields[name] for name, column in LEVEL_COLUMNS.items() if fields.get(name) is not None}


def link(item: Item, warehouse: Warehouse, fields: dict[str, Any]) -> None:
    level = StockLevel(company_id=item.company_id, item=item, warehouse=warehouse)
    write(level, fields)


def write(level: StockLevel, fields: dict[str, Any]) -> None:
    set_level(level, bounds_of(fields), fields.get("stock"), fields.get("unit_cost_stock"))


class Inventories(Endpoint):
    rights: ClassVar = {"GET": "inventory:view", "POST": "inventory:add", "PUT": "inventory:edit"}

    def get(self, request: Request, code: str = "") -> Response:
        company_id = principal_of(request).company_id
        if code:
            return answer([item_row(the_item(company_id, checked_code(code)))])
        query = Query(request.query_params)
        rows = stock_items(company_id).filter(stock_levels__isnull=False).distinct()
        if (wanted := query.text("code")) is not None:
            rows = rows.filter(code=wanted)
        found, total = query.page(rows.order_by("code", "id").prefetch_related(LEVELS))
        return answer([item_row(item) for item in found], total)

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        company_id = principal_of(request).company_id
        fields = checked(CreateForm, request)
        warehouse = None
        if fields.get("code_warehouse") or fields.get("id_warehouse") is not None:
            warehouse = warehouse_by(
                company_id, fields.get("code_warehouse"), fields.get("id_warehouse"), "code_warehouse"
            )
        with transaction.atomic():
            if Item.objects.filter(company_id=company_id, code=fields["code"]).exists():
                raise AlreadyExists
            item = Item(
                company_id=company_id,
                type=fields["id_type_item"],
                code=fields["code"],
                **{f"field_{number}": fields.get(f"field_{number}") or None for number in range(2, 7)},
                field_1=fields["field_1"],
                unit=fields["unit_description"],
                barcode=fields.get("barcode") or None,
                notes=fields.get("notes") or None,
            )
            item.description = item.composed_description()
            item.save()
            if warehouse is not None:
                link(item, warehouse, fields)
            log(request, Entry(Module.WAREHOUSES, "INVENTORIES", Action.ADD, item.description, about=item))
        return answer(item_row(item))

    def put(self, request: Request, code: str = "") -> Response:
        """Sets levels, and in integrated warehouses also stock and cost.

        Links item and warehouse if needed.
        """
        company_id = principal_of(request).company_id
        if not code:
            raise InvalidFields({"code": "is required in the path"})
        item = the_item(company_id, checked_code(code))
        fields = checked(Levels, request)
        warehouse = warehouse_by(
            company_id, fields.get("code_warehouse"), fields.get("id_warehouse"), "code_warehouse"
        )
        with transaction.atomic():
            level = item.stock_levels.select_for_update().filter(warehouse=warehouse).first()
            if level is None:
                link(item, warehouse, fields)
            else:
                write(level, fields)
            log(request, Entry(Module.WAREHOUSES, "INVENTORIES", Action.EDIT, item.description, about=item))
        return answer(item_row(item))


class AssociateWarehouse(Endpoint):
    rights: ClassVar = {"POST": "inventory:edit"}

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        company_id = principal_of(request).company_id
        fields = checked(LinkForm, request)
        item = stock_items(company_id).filter(code=fields["code"]).first()
        if item is None:
            raise InvalidFields({"code": "the item was not found in your company"})
        warehouse = warehouse_by(
            company_id, fields.get("code_warehouse"), fields.get("id_warehouse"), "code_warehouse"
        )
        with transaction.atomic():
            if item.stock_levels.filter(warehouse=warehouse).exists():
                raise Rejected("The item was associated before with this warehouse.")
            link(item, warehouse, fields)
            log(request, Entry(Module.WAREHOUSES, "INVENTORIES", Action.EDIT, item.description, about=item))
        return answer(item_row(item))


class AdjustmentForm(Levels):
    id_type_item = WholeNumber(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("stock") is None and attrs.get("unit_cost_stock") is None:
            raise serializers.ValidationError({"stock": ["stock or unit_cost_stock is required"]})
        return attrs


class Adjustment(Endpoint):
    """PUT: sets stock and cost to the counted values."""

    rights: ClassVar = {"PUT": "inventory:edit"}

    def put(self, request: Request, code: str = "") -> Response:
        company_id = principal_of(request).company_id
        if not code:
            raise InvalidFields({"code": "is required in the path"})
        fields = checked(AdjustmentForm, request)
        item = the_item(company_id, checked_code(code), fields.get("id_type_item"))
        warehouse = warehouse_by(
            company_id, fields.get("code_warehouse"), fields.get("id_warehouse"), "code_warehouse"
        )
        stock, cost = fields.get("stock"), fields.get("unit_cost_stock")
        if stock is not None and stock < 0 and not warehouse.allow_negative_stock:
            raise InvalidFields({"stock": "must not be below 0 in this warehouse"})
        with transaction.atomic():
            level = item.stock_levels.select_for_update().filter(warehouse=warehouse).first()
            if level is None:
                raise InvalidFields({"code_warehouse": "the item is not associated with this warehouse"})
            before = {"stock": level.stock, "unit_cost_stock": level.unit_cost}
            level.stock = level.stock if stock is None else stock
            level.unit_cost = level.unit_cost if cost is None else cost
            for column, value in bounds_of(fields).items():
                setattr(level, column, value)
            level.save()
            log(
                request,
                Entry(
                    Module.WAREHOUSES,
                    "ADJUSTMENTS",
                    Action.EDIT,
                    item.description,
                    {"before": before},
                    about=item,
                ),
            )
        return answer(
            {
                "id": level.pk,
                "id_item": item.pk,
                "description": item.description,
                "stock": level.stock,
                "unit_cost_stock": level.unit_cost,
                "min_stock_level": level.min_level,
                "max_stock_level": level.max_level,
                "is_serial_control": item.is_serial_control,
            }
        )
