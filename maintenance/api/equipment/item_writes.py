"""POST and PUT /items: an asset and its location in the tree."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request

from maintenance.api.kit.body import Code, Flag, Number, Text, WholeNumber, checked, optional_text
from maintenance.api.kit.endpoint import principal_of
from maintenance.api.kit.log import log
from maintenance.api.kit.path import item_in_path
from maintenance.api.kit.query import MAX_INTEGER
from maintenance.api.kit.rows import Columns
from maintenance.models import Action, Item, ItemMove, Module, Priority
from maintenance.rules.asset_tree import carry, lock_tree, parent_by_code, put_below
from maintenance.rules.people import own_record
from maintenance.rules.refusals import AlreadyExists, InvalidFields
from maintenance.rules.stock import STOCK_TYPES
from maintenance.rules.transaction_log import Entry

WRITTEN: Columns = {
    **{f"field_{number}": f"field_{number}" for number in range(1, 7)},
    "active": "active",
    "barcode": "barcode",
    "notes": "notes",
    "weight": "weight",
    "is_serial_control": "is_serial_control",
    "group": "group",
    "group_1": "group_1",
    "group_2": "group_2",
    "unit_description": "unit",
    "costs_center": "cost_center",
    "purchase_date": "purchase_date",
    "startup_date": "startup_date",
    "total_cost": "total_cost",
}


class ChangeForm(serializers.Serializer[Any]):
    """The body of a change. The priority comes as `id_priority` or, by name, as `priorities`."""

    id_type_item = WholeNumber(min_value=1, max_value=5)
    field_1 = Text(max_length=120, required=False)
    field_2 = optional_text(120)
    field_3 = optional_text(120)
    field_4 = optional_text(120)
    field_5 = optional_text(120)
    field_6 = optional_text(120)
    active = Flag(required=False)
    barcode = optional_text(80)
    notes = optional_text(4000)
    weight = optional_text(40)
    is_serial_control = Flag(required=False)
    group = optional_text(80)
    group_1 = optional_text(80)
    group_2 = optional_text(80)
    priorities = optional_text(20)
    id_priority = WholeNumber(min_value=1, max_value=5, required=False, allow_null=True)
    code_parent_location = optional_text(120)
    unit_code = optional_text(16)
    unit_description = optional_text(40)
    latitude = Number(required=False, allow_null=True)
    longitud = Number(required=False, allow_null=True)
    visible_to_all = Flag(required=False)
    purchase_date = serializers.DateField(required=False, allow_null=True)
    startup_date = serializers.DateField(required=False, allow_null=True)
    total_cost = Number(required=False, allow_null=True, min_value=0)
    costs_center = optional_text(80)
    budgets = serializers.JSONField(required=False)
    id_custom_field_group = WholeNumber(min_value=1, max_value=MAX_INTEGER, required=False, allow_null=True)

    def validate_priorities(self, value: str | None) -> str | None:
        if value and value not in Priority.names:
            raise serializers.ValidationError(f"must be one of {', '.join(Priority.names)}")
        return value


class CreateForm(ChangeForm):
    code = Code(max_length=120)
    field_1 = Text(max_length=120)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["id_type_item"] in STOCK_TYPES:
            for name in ("unit_code", "unit_description"):
                if not attrs.get(name):
                    raise serializers.ValidationError({name: ["is required for tools and spare parts"]})
        return attrs


def create(request: Request) -> Item:
    company_id = principal_of(request).company_id
    fields = checked(CreateForm, request)
    with transaction.atomic():
        if Item.objects.filter(company_id=company_id, code=fields["code"]).exists():
            raise AlreadyExists
        if fields.get("code_parent_location"):
            lock_tree(company_id)
        item = Item(company_id=company_id, code=fields["code"], type=fields["id_type_item"])
        parent = parent_of(item, fields)
        fill(item, fields)
        put_below(item, parent)
        item.description = item.composed_description()
        item.save()
        log(request, Entry(Module.ASSETS, "ASSETS", Action.ADD, item.description, about=item))
    return item


def update(request: Request, code: str) -> Item:
    """Changes only what is sent. A new parent moves the asset with everything below it."""
    principal = principal_of(request)
    item = item_in_path(principal.company_id, code)
    fields = checked(ChangeForm, request)
    if fields["id_type_item"] != item.type:
        raise InvalidFields({"id_type_item": "is not the type of this asset"})
    with transaction.atomic():
        if fields.get("code_parent_location") or fields.get("field_1"):
            lock_tree(principal.company_id)
        item = Item.objects.select_for_update(of=("self",)).select_related("parent").get(pk=item.pk)
        before, name = item.parent, item.field_1
        fill(item, fields)
        parent = parent_of(item, fields) if fields.get("code_parent_location") else before
        item.description = item.composed_description()
        if parent != before or item.field_1 != name:
            old = Item(pk=item.pk, ancestors=item.ancestors, field_1=name)
            old.parent_description = item.parent_description
            put_below(item, parent)
            item.save()
            carry(old, item)
        else:
            item.save()
        if parent != before:
            ItemMove.objects.create(
                company_id=item.company_id,
                item=item,
                source=before,
                destination=parent,
                moved_by=own_record(principal).first(),
            )
        log(
            request,
            Entry(
                Module.ASSETS, "ASSETS", Action.EDIT, item.description, {"fields": sorted(fields)}, about=item
            ),
        )
    return item


def fill(item: Item, fields: dict[str, Any]) -> None:
    for name, column in WRITTEN.items():
        if name in fields:
            value = fields[name]
            setattr(item, column, value if value != "" else None)
    if fields.get("id_priority"):
        item.priority = fields["id_priority"]
    elif fields.get("priorities"):
        item.priority = Priority[fields["priorities"]]


def parent_of(item: Item, fields: dict[str, Any]) -> Item | None:
    code = fields.get("code_parent_location")
    return parent_by_code(item, code, "code_parent_location") if code else None
