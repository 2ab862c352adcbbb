"""/meters and /meters_reading."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.equipment import meter_writes
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.path import item_in_path
from maintenance.api.kit.query import Query
from maintenance.api.kit.rows import Columns, row_of, values_of
from maintenance.models import (
    Meter,
    MeterReading,
    TaskTrigger,
    TriggerType,
)
from maintenance.rules.locations import find_location, within
from maintenance.rules.refusals import InvalidFields, RecordNotFound

METER_COLUMNS: Columns = {
    "id": "id",
    "active": "active",
    "description": "description",
    "serial": "serial",
    "is_counter": "is_counter",
    "counter_offset_value": "counter_offset",
    "counter_value": "counter_value",
    "last_data": "last_date",
    "last_value": "last_value",
    "last_accumulated_value": "last_accumulated_value",
    "monthly_average_data": "monthly_average",
    "monthly_average_auto": "monthly_average_auto",
    "units_description": "unit",
    "units_code": "unit_code",
    "items_description": "item__description",
    "parent_description": "item__parent_description",
    "min_value": "min_value",
    "max_value": "max_value",
    "code": "item__code",
    "code_parent_location": "item__parent__code",
}
METER_ROWS = values_of(Meter.objects.all(), METER_COLUMNS)
READING_COLUMNS: Columns = {
    "id_meter": "meter_id",
    "date_reading": "date_reading",
    "date": "date",
    "value": "value",
    "accumulated_value": "accumulated_value",
    "units_description": "meter__unit",
    "units_code": "meter__unit_code",
    "trigger_run": "trigger_run",
    "source": "source",
}
READING_ROWS = values_of(MeterReading.objects.all(), READING_COLUMNS)
READING_DATES: Columns = {"date": "date", "date_reading": "date_reading"}


def dial(date: datetime.datetime | str, value: float, accumulated_value: float) -> dict[str, Any]:
    return {"date": date, "value": value, "accumulated_value": accumulated_value}


def meter_row(values: tuple[Any, ...]) -> dict[str, Any]:
    row = row_of(METER_COLUMNS, values)
    date, value, accumulated = row["last_data"], row.pop("last_value"), row.pop("last_accumulated_value")
    row["last_data"] = None if date is None else dial(date, value, accumulated)
    return row


def reading_row(values: tuple[Any, ...]) -> dict[str, Any]:
    row = row_of(READING_COLUMNS, values)
    row["data"] = dial(row["date_reading"], row.pop("value"), row.pop("accumulated_value"))
    return row


class Meters(Endpoint):
    rights: ClassVar = {"GET": "meters:view", "POST": "meters:add"}

    def get(self, request: Request, code: str = "") -> Response:
        company_id = principal_of(request).company_id
        rows = METER_ROWS.filter(company_id=company_id)
        query = Query(request.query_params)
        if code:
            rows = rows.filter(item=item_in_path(company_id, code))
        if (item_code := query.text("code")) is not None:
            rows = rows.filter(item__code=item_code)
        if (serial := query.text("serial")) is not None:
            rows = rows.filter(serial=serial)
        if (location_code := query.text("location_code")) is not None:
            rows = rows.filter(within(find_location(company_id, location_code, "location_code"), "item__"))
        found, total = query.page(rows.order_by("id"))
        return answer([meter_row(values) for values in found], total)

    def post(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        made = meter_writes.create(request)
        return answer(meter_row(METER_ROWS.get(pk=made.pk)))


class MetersAdvanced(Endpoint):
    """Meters, with one row for each task of the asset's plan that is triggered in the meter's unit."""

    rights: ClassVar = {"GET": "meters:view"}

    def get(self, request: Request, code: str = "") -> Response:
        company_id = principal_of(request).company_id
        rows = Meter.objects.filter(company_id=company_id)
        query = Query(request.query_params)
        if item_code := code or query.text("code"):
            rows = rows.filter(item=item_in_path(company_id, item_code))
        if (serial := query.text("serial")) is not None:
            rows = rows.filter(serial=serial)
        if (location_code := query.text("code_parent_location")) is not None:
            location = find_location(company_id, location_code, "code_parent_location")
            rows = rows.filter(within(location, "item__"))
        meters = list(rows.order_by("id").values_list("id", "is_counter", "item__task_plan_id", "unit_code"))
        triggers = every_so_many_units(company_id, {plan for _, _, plan, _ in meters if plan is not None})
        pairs, total = query.cut(
            [
                (meter, task)
                for meter, is_counter, plan, unit in meters
                for task in (triggers.get((plan, unit)) if is_counter else None) or {None: []}
            ]
        )
        wanted = METER_ROWS.filter(pk__in={meter for meter, _ in pairs})
        by_id = {row["id"]: row for row in map(meter_row, wanted)}
        units = {meter: (plan, unit) for meter, _, plan, unit in meters}
        data = []
        for meter, task in pairs:
            row = by_id[meter]
            own = {"items_code": row["code"], "items_parent_description": row["parent_description"]}
            of_task = triggers[units[meter]][task] if task is not None else []
            data.append(row | own | task_of_meter(of_task, row))
        return answer(data, total)


Triggers = dict[tuple[int | None, str | None], dict[int | None, list[TaskTrigger]]]


def every_so_many_units(company_id: int, plans: set[int]) -> Triggers:
    """Returns the "every n units" triggers of the plans' tasks, by plan and unit."""
    found: Triggers = {}
    triggers = TaskTrigger.objects.select_related("task").filter(
        company_id=company_id,
        type=TriggerType.EVERY,
        value_main__gt=0,
        task__is_active=True,
        task__plan_id__in=plans,
    )
    for trigger in triggers.order_by("task_id", "id"):
        of_unit = found.setdefault((trigger.task.plan_id, trigger.unit_code), {})
        of_unit.setdefault(trigger.task_id, []).append(trigger)
    return found


def task_of_meter(triggers: Sequence[TaskTrigger], row: dict[str, Any]) -> dict[str, Any]:
    """Returns the columns of the task that the meter triggers, empty if there is none.

    `last_value_trigger` is the last step that the counter passed.
    """
    if not triggers:
        return dict.fromkeys(
            (
                "id_task",
                "tasks_description",
                "id_task_trigger_type",
                "last_value_trigger",
                "last_date_maintenance",
            )
        )
    counter = row["counter_value"]
    sizes = [trigger.value_main for trigger in triggers if trigger.value_main]
    return {
        "id_task": triggers[0].task_id,
        "tasks_description": triggers[0].task.description,
        "id_task_trigger_type": triggers[0].type,
        "last_value_trigger": None if counter is None else max(counter // size * size for size in sizes),
        "last_date_maintenance": None,
    }


class MeterReadings(Endpoint):
    """The reading history of an asset's meters. The caller must name an asset, a meter or a location."""

    rights: ClassVar = {"GET": "meters:view"}

    def get(self, request: Request, code: str = "") -> Response:
        company_id = principal_of(request).company_id
        rows = READING_ROWS.filter(company_id=company_id)
        query = Query(request.query_params)
        serial, item_code = query.text("serial"), query.text("code")
        location_code = query.text("code_location")
        if not (code or serial or item_code or location_code):
            raise InvalidFields({"code": "is required"})
        if code:
            rows = rows.filter(meter__item=item_in_path(company_id, code))
        if item_code is not None:
            rows = rows.filter(meter__item__code=item_code)
        if serial is not None:
            rows = rows.filter(meter__serial=serial)
        if location_code is not None:
            location = find_location(company_id, location_code, "code_location")
            rows = rows.filter(within(location, "meter__item__"))
        rows = rows.filter(**query.period(READING_DATES, default="date"))
        newest_first = rows.order_by("-date_reading", "-meter_id", "-id")
        found, total = query.page(newest_first)
        return answer([reading_row(values) for values in found], total)
