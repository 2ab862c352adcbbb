"""/items and /items_availability."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.equipment import item_writes
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.path import checked_code, item_in_path
from maintenance.api.kit.query import Query
from maintenance.api.kit.rows import Columns, row_of, time_between, values_of
from maintenance.models import Item, ItemType, OutOfService, Priority
from maintenance.rules.locations import below, children, find_location
from maintenance.rules.refusals import InvalidFields, RecordNotFound

ITEM_COLUMNS: Columns = {
    "id": "id",
    "id_company": "company_id",
    "code": "code",
    "description": "description",
    "id_type_item": "type",
    "active": "active",
    "available": "available",
    "field_1": "field_1",
    "field_2": "field_2",
    "field_3": "field_3",
    "field_4": "field_4",
    "field_5": "field_5",
    "field_6": "field_6",
    "barcode": "barcode",
    "notes": "notes",
    "weight": "weight",
    "is_serial_control": "is_serial_control",
    "groups_description": "group",
    "groups_1_description": "group_1",
    "groups_2_description": "group_2",
    "custom_fields_groups_description": "custom_fields_group",
    "units_description": "unit",
    "priorities_description": "priority",
    "parent_description": "parent_description",
    "location_code": "parent__code",
    "id_parent": "parent_id",
    "id_group_task": "task_plan_id",
    "initial_date_out_of_service": "initial_date_out_of_service",
    "last_final_date_available": "last_final_date_available",
}
ITEM_ROWS = values_of(Item.objects.all(), ITEM_COLUMNS)

AVAILABILITY_COLUMNS: Columns = {
    "id": "id",
    "id_company": "company_id",
    "id_item": "item_id",
    "code": "item__code",
    "description": "item__description",
    "creation_date": "creation_date",
    "initial_date": "initial_date",
    "final_date": "final_date",
}
AVAILABILITY_ROWS = values_of(OutOfService.objects.all(), AVAILABILITY_COLUMNS)
AVAILABILITY_DATES: Columns = {
    "creation_date": "creation_date",
    "initial_date": "initial_date",
    "final_date": "final_date",
}
AVAILABILITY_DAYS = 30


def item_row(values: tuple[Any, ...]) -> dict[str, Any]:
    row = row_of(ITEM_COLUMNS, values)
    row["items_types_description"] = ItemType(row["id_type_item"]).name
    if row["priorities_description"] is not None:
        row["priorities_description"] = Priority(row["priorities_description"]).name
    row["warehouses"] = []
    return row


class Items(Endpoint):
    rights: ClassVar = {"GET": "assets:view", "POST": "assets:add", "PUT": "assets:edit"}

    def get(self, request: Request, code: str = "") -> Response:
        company_id = principal_of(request).company_id
        rows = ITEM_ROWS.filter(company_id=company_id)
        query = Query(request.query_params)
        if code:
            rows = rows.filter(code=checked_code(code))
        for parameter, column in (
            ("code", "code"),
            *((f"field_{number}", f"field_{number}") for number in range(1, 7)),
        ):
            if (text := query.text(parameter)) is not None:
                rows = rows.filter(**{column: text})
        if (item_id := query.integer("id")) is not None:
            rows = rows.filter(pk=item_id)
        if (item_type := query.integer("item_type", minimum=1, maximum=5)) is not None:
            rows = rows.filter(type=item_type)
        for flag in ("active", "available"):
            if (value := query.boolean(flag)) is not None:
                rows = rows.filter(**{flag: value})
        if (location_code := query.text("location_code")) is not None:
            location = find_location(company_id, location_code, "location_code")
            rows = rows.filter(below(location) if query.boolean("is_tree") else children(location))
        found, total = query.page(rows.order_by("id"))
        if code and not total:
            raise RecordNotFound
        return answer([item_row(values) for values in found], total)

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        return one(item_writes.create(request))

    def put(self, request: Request, code: str = "") -> Response:
        wanted = code or Query(request.query_params).text("code")
        if not wanted:
            raise InvalidFields({"code": "is required in the path"})
        return one(item_writes.update(request, wanted))


def one(item: Item) -> Response:
    return answer([item_row(ITEM_ROWS.get(pk=item.pk))])


def availability_row(values: tuple[Any, ...]) -> dict[str, Any]:
    row = row_of(AVAILABILITY_COLUMNS, values)
    final = row["final_date"]
    row["out_of_service_sec"] = (
        None if final is None else int(time_between(row["initial_date"], final).total_seconds())
    )
    return row


class ItemsAvailability(Endpoint):
    """Downtimes of assets in the last 30 days, unless `since` says otherwise."""

    rights: ClassVar = {"GET": "assets:view"}

    def get(self, request: Request, code: str = "") -> Response:
        company_id = principal_of(request).company_id
        rows = AVAILABILITY_ROWS.filter(company_id=company_id)
        query = Query(request.query_params)
        if code:
            rows = rows.filter(item=item_in_path(company_id, code))
        if (item_code := query.text("code")) is not None:
            rows = rows.filter(item__code=item_code)
        rows = rows.filter(
            **query.period(
                AVAILABILITY_DATES,
                default="creation_date",
                since=timezone.now() - datetime.timedelta(days=AVAILABILITY_DAYS),
            )
        )
        newest_first = rows.order_by("-creation_date", "-id")
        found, total = query.page(newest_first)
        return answer([availability_row(values) for values in found], total)
