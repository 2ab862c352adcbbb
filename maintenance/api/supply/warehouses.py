"""/warehouses and /warehouses_items."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import F, FloatField, QuerySet, Sum
from django.db.models.functions import Coalesce
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Code, Flag, Text, checked
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code
from maintenance.api.kit.query import Query
from maintenance.api.kit.rows import Columns, row_of, values_of
from maintenance.models import Action, Module, StockLevel, Warehouse
from maintenance.rules.locations import location_for
from maintenance.rules.refusals import AlreadyExists, InvalidFields, RecordNotFound
from maintenance.rules.stock import warehouse_by
from maintenance.rules.transaction_log import Entry

COLUMNS: Columns = {
    "id": "id",
    "id_company": "company_id",
    "code": "code",
    "description": "description",
    "address": "address",
    "prefix": "prefix",
    "folio": "folio",
    "prefix_po": "prefix_po",
    "folio_po": "folio_po",
    "country": "country",
    "state": "state",
    "city": "city",
    "zip_code": "zip_code",
    "latitude": "latitude",
    "longitude": "longitude",
    "external_integration": "external_integration",
    "id_location": "location_id",
    "location_description": "location__description",
    "total_cost_stock": "total_cost_stock",
    "active": "active",
    "visible_to_all": "visible_to_all",
    "allow_negative_stock": "allow_negative_stock",
    "material_request_approval": "material_request_approval",
}
STOCK_COLUMNS: Columns = {
    "id_item": "item_id",
    "id_type_item": "item__type",
    "description": "item__description",
    "code": "item__code",
    "units_description": "item__unit",
    "field_1": "item__field_1",
    "field_2": "item__field_2",
    "active": "item__active",
    "groups_description": "item__group",
    "groups_1_description": "item__group_1",
    "groups_2_description": "item__group_2",
    "parent_description": "item__parent_description",
    "id_warehouse": "warehouse_id",
    "stock": "stock",
    "max_stock_level": "max_level",
    "min_stock_level": "min_level",
    "location": "shelf",
    "reorder_level": "reorder_level",
}
STOCK_ROWS = values_of(StockLevel.objects.all(), STOCK_COLUMNS)


def of_company(company_id: int) -> QuerySet[Warehouse]:
    value = Sum(F("levels__stock") * F("levels__unit_cost"), output_field=FloatField())
    return Warehouse.objects.filter(company_id=company_id).annotate(total_cost_stock=Coalesce(value, 0.0))


def warehouse_row(values: tuple[Any, ...]) -> dict[str, Any]:
    row = row_of(COLUMNS, values)
    row["total_cost_stock"] = round(row["total_cost_stock"], 2)
    return row | {"suffix": None, "suffix_po": None, "mode": 1}


class CreateForm(serializers.Serializer[Any]):
    code = Code(max_length=64)
    description = Text(max_length=160)
    address = Text(max_length=200, required=False, allow_null=True, allow_blank=True)
    state = Text(max_length=80, required=False, allow_null=True, allow_blank=True)
    city = Text(max_length=80, required=False, allow_null=True, allow_blank=True)
    country = Text(max_length=80, required=False, allow_null=True, allow_blank=True)
    zip_code = Text(max_length=20, required=False, allow_null=True, allow_blank=True)
    code_location = Text(max_length=120, required=False, allow_null=True, allow_blank=True)
    external_integration = Flag(required=False, default=False)
    transfer_approval = Flag(required=False, default=False)
    active = Flag(required=False, default=True)
    visible_to_all = Flag(required=False, default=True)


class Warehouses(Endpoint):
    rights: ClassVar = {"GET": "inventory:view", "POST": "inventory:add"}

    def get(self, request: Request, code: str = "") -> Response:
        rows = of_company(principal_of(request).company_id)
        query = Query(request.query_params)
        if (wanted := query.text("code")) is not None:
            rows = rows.filter(code=wanted)
        if (integrated := query.boolean("is_integrated")) is not None:
            rows = rows.filter(external_integration=integrated)
        if code:
            one = values_of(rows.filter(code=checked_code(code)), COLUMNS).first()
            if one is None:
                raise RecordNotFound
            # Here one page of the vendor shows an object instead of a list, and the envelope's key in
            # Spanish.
            return Response({"success": True, "mensaje": "200", "data": warehouse_row(one), "total": 1})
        found, total = query.page(values_of(rows.order_by("id"), COLUMNS))
        return answer([warehouse_row(values) for values in found], total)

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        company_id = principal_of(request).company_id
        fields = checked(CreateForm, request)
        location_code = fields.pop("code_location", None)
        location = location_for(company_id, location_code, "code_location") if location_code else None
        with transaction.atomic():
            if Warehouse.objects.filter(company_id=company_id, code=fields["code"]).exists():
                raise AlreadyExists
            made = Warehouse.objects.create(company_id=company_id, location=location, **fields)
            log(
                request,
                Entry(
                    Module.WAREHOUSES,
                    "WAREHOUSES",
                    Action.ADD,
                    f"{made.description} {{ {made.code} }}",
                    about=made,
                ),
            )
        row = values_of(of_company(company_id), COLUMNS).get(pk=made.pk)
        return answer(warehouse_row(row))


class WarehouseItems(Endpoint):
    """The stock of one warehouse. The caller must name it."""

    rights: ClassVar = {"GET": "inventory:view"}

    def get(self, request: Request, code: str = "") -> Response:
        company_id = principal_of(request).company_id
        query = Query(request.query_params)
        wanted, number = code or query.text("code"), query.integer("id")
        if not wanted and number is None:
            raise InvalidFields({"code": "is required"})
        warehouse = warehouse_by(company_id, wanted, number, "code")
        rows = STOCK_ROWS.filter(company_id=company_id, warehouse=warehouse)
        found, total = query.page(rows.order_by("item_id"))
        return answer([row_of(STOCK_COLUMNS, values) for values in found], total)
