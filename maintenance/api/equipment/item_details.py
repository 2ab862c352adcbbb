"""/items_custom_fields and /items_locations."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.body import Text, WholeNumber, checked
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import checked_code, item_in_path
from maintenance.api.kit.query import MAX_INTEGER, Query
from maintenance.api.kit.rows import Columns, pop_name, row_of, values_of
from maintenance.models import Action, CustomField, CustomFieldValue, Item, ItemMove, Module
from maintenance.rules.refusals import InvalidFields
from maintenance.rules.transaction_log import Entry

MOVE_COLUMNS: Columns = {
    "id": "id",
    "code": "item__code",
    "id_item": "item_id",
    "description": "item__description",
    "source": "source__description",
    "destination": "destination__description",
    "id_item_source": "source_id",
    "id_item_destination": "destination_id",
    "date": "date",
    "date_log": "date_log",
    "moved_by_first_name": "moved_by__first_name",
    "moved_by_last_name": "moved_by__last_name",
}
MOVE_ROWS = values_of(ItemMove.objects.all(), MOVE_COLUMNS)
MOVE_DATES: Columns = {"date": "date"}


class ValueForm(serializers.Serializer[Any]):
    id_type_item = WholeNumber(min_value=1, max_value=5)
    id_custom_field = WholeNumber(min_value=1, max_value=MAX_INTEGER)
    value = Text(max_length=2000, allow_blank=True, allow_null=True)


def field_row(item: Item, field: CustomField, value: str | None) -> dict[str, Any]:
    return {
        "id": field.pk,
        "id_item": item.pk,
        "code": item.code,
        "description": item.description,
        "label_name": field.label,
        "value": value,
        "id_custom_field_group": None,
        "id_custom_field_type": field.type,
    }


class CustomFields(Endpoint):
    """Custom fields of assets. The caller must name the type of the asset."""

    rights: ClassVar = {"GET": "assets:view", "PUT": "assets:edit"}

    def get(self, request: Request, code: str = "") -> Response:
        query = Query(request.query_params)
        wanted = code or query.text("code") or ""
        item_type = query.integer("item_type", minimum=1, maximum=5)
        if not wanted:
            raise InvalidFields({"code": "is required"})
        if item_type is None:
            raise InvalidFields({"item_type": "is required"})
        item = item_in_path(principal_of(request).company_id, wanted)
        if item.type != item_type:
            return answer([], 0)
        fields = CustomField.objects.filter(company_id=item.company_id, item_type=item.type)
        found, total = query.page(fields.order_by("id"))
        values = dict(item.custom_values.values_list("field_id", "value"))
        return answer([field_row(item, field, values.get(field.pk)) for field in found], total)

    def put(self, request: Request, code: str = "") -> Response:
        if not code:
            raise InvalidFields({"code": "is required in the path"})
        item = item_in_path(principal_of(request).company_id, code)
        fields = checked(ValueForm, request)
        if fields["id_type_item"] != item.type:
            raise InvalidFields({"id_type_item": "is not the type of this asset"})
        field = CustomField.objects.filter(
            company_id=item.company_id, item_type=item.type, pk=fields["id_custom_field"]
        ).first()
        if field is None:
            raise InvalidFields({"id_custom_field": "is not a field of this type of asset"})
        with transaction.atomic():
            CustomFieldValue.objects.update_or_create(
                field=field,
                item=item,
                defaults={"company_id": item.company_id, "value": fields["value"] or None},
            )
            log(
                request,
                Entry(
                    Module.ASSETS,
                    "CUSTOM_FIELDS",
                    Action.EDIT,
                    item.description,
                    {"label_name": field.label},
                    about=item,
                ),
            )
        return answer([field_row(item, field, fields["value"] or None)])


class Moves(Endpoint):
    """The moves of assets, newest first."""

    rights: ClassVar = {"GET": "assets:view"}

    def get(self, request: Request, code: str = "") -> Response:
        rows = MOVE_ROWS.filter(company_id=principal_of(request).company_id)
        query = Query(request.query_params)
        if wanted := code or query.text("code"):
            rows = rows.filter(item__code=checked_code(wanted))
        rows = rows.filter(**query.period(MOVE_DATES, default="date"))
        found, total = query.page(rows.order_by("-date", "-id"))
        data = [row_of(MOVE_COLUMNS, values) for values in found]
        for row in data:
            row["personnel_description"] = pop_name(row, "moved_by")
        return answer(data, total)
