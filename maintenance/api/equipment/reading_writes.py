"""PUT /meter_reading."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.equipment.meters import dial
from maintenance.api.kit.body import Flag, Moment, Number, Text, checked
from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.log import log
from maintenance.api.kit.path import item_in_path
from maintenance.api.kit.query import Query
from maintenance.models import Action, Module
from maintenance.rules.dates import is_future
from maintenance.rules.meter_readings import Reading, insert, locked_meter
from maintenance.rules.plan_triggers import fire
from maintenance.rules.refusals import InvalidFields
from maintenance.rules.transaction_log import Entry


class ReadingForm(serializers.Serializer[Any]):
    date = Moment()
    value = Number()
    serial = Text(max_length=80, required=False, allow_null=True, allow_blank=True)
    is_historical = Flag(default=False)


class InsertReading(Endpoint):
    """PUT /meter_reading/{asset code}. A reading that is sent again changes nothing; the answer says so."""

    rights: ClassVar = {"PUT": "meters:add"}

    def put(self, request: Request, code: str = "") -> Response:
        company_id = principal_of(request).company_id
        code = code or Query(request.query_params).text("code") or ""
        if not code:
            raise InvalidFields({"code": "is required"})
        item = item_in_path(company_id, code)
        fields = checked(ReadingForm, request)
        if is_future(fields["date"]):
            raise InvalidFields({"date": "must not be in the future"})
        with transaction.atomic():
            meter = locked_meter(item, fields.get("serial") or None)
            before = meter.last_accumulated_value
            given = Reading(fields["date"], fields["value"], fields["is_historical"])
            reading, is_duplicate = insert(meter, given)
            fired = fire(meter, before, meter.last_accumulated_value or 0.0)
            if fired:
                reading.trigger_run = True
                reading.save(update_fields=["trigger_run"])
            if not is_duplicate:
                log(
                    request,
                    Entry(
                        Module.MONITORING,
                        "READINGS",
                        Action.ADD,
                        f"{meter.description} {{ {item.code} }}",
                        {"value": reading.value},
                        about=meter,
                    ),
                )
        return answer(
            {
                "id_meters_readings": reading.pk,
                "is_duplicate": is_duplicate,
                "meter": {
                    "counter_offset_value": meter.counter_offset,
                    "counter_value": meter.counter_value,
                    "max_value": meter.max_value,
                    "min_value": meter.min_value,
                    "monthly_average_data": meter.monthly_average,
                    "last_data": None
                    if meter.last_date is None or meter.last_value is None
                    else dial(meter.last_date, meter.last_value, meter.last_accumulated_value or 0.0),
                },
                "tasks": [{"task": task.description, "id_todo": task.pk} for task in fired],
            }
        )
