"""PUT /meter_reading: a reading is checked against those beside it, and kept."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.body import Flag, Moment, Number, Text, checked
from maintenance.api.endpoint import Endpoint, principal_of
from maintenance.api.envelope import answer
from maintenance.api.errors import InvalidFields, RecordNotFound, Rejected
from maintenance.api.falling_due import fire
from maintenance.api.meters import dial
from maintenance.api.places import item_in_path
from maintenance.api.query import Query
from maintenance.api.transactions import log
from maintenance.models import Action, Item, Meter, MeterReading, Module, ReadingSource

CLOCK_TOLERANCE = datetime.timedelta(minutes=5)
AVERAGE_OVER = datetime.timedelta(days=90)
MONTH = datetime.timedelta(days=30)
DECIMALS = 6  # of accumulated values


class ReadingForm(serializers.Serializer[Any]):
    date = Moment()
    value = Number()
    serial = Text(max_length=80, required=False, allow_null=True, allow_blank=True)
    is_historical = Flag(default=False)


class InsertReading(Endpoint):
    """PUT /meter_reading/{asset code}. Sending the same reading again changes nothing and says so."""

    rights: ClassVar = {"PUT": "meters:add"}

    def put(self, request: Request, code: str = "") -> Response:
        company_id = principal_of(request).company_id
        code = code or Query(request.query_params).text("code") or ""
        if not code:
            raise InvalidFields({"code": "is required"})
        item = item_in_path(company_id, code)
        fields = checked(ReadingForm, request)
        if fields["date"] > timezone.now() + CLOCK_TOLERANCE:
            raise InvalidFields({"date": "must not be in the future"})
        with transaction.atomic():
            meter = the_meter(item, fields.get("serial") or None)
            before = meter.last_accumulated_value
            reading, is_duplicate = insert(meter, fields)
            fired = fire(meter, before, meter.last_accumulated_value or 0.0)
            if fired:
                reading.trigger_run = True
                reading.save(update_fields=["trigger_run"])
            if not is_duplicate:
                log(
                    request, Module.MONITORING, "READINGS", Action.ADD,
                    f"{meter.description} {{ {item.code} }}", {"value": reading.value},
                )  # fmt: skip
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


def the_meter(item: Item, serial: str | None) -> Meter:
    """The meter that is meant, locked until the transaction ends."""
    candidates = Meter.objects.select_for_update().filter(item=item, active=True)
    if serial is not None:
        candidates = candidates.filter(serial=serial)
    meters = list(candidates[:2])
    if not meters:
        if serial is not None:
            raise InvalidFields({"serial": "no active meter of this asset has it"})
        raise RecordNotFound
    if len(meters) > 1:
        raise InvalidFields({"serial": "is required: the asset has several meters"})
    return meters[0]


def insert(meter: Meter, fields: dict[str, Any]) -> tuple[MeterReading, bool]:
    """Adds a reading, or finds the one that says the same already."""
    date, value = fields["date"], fields["value"]
    same_moment = MeterReading.objects.filter(meter=meter, date_reading=date).first()
    if same_moment is not None:
        if same_moment.value == value:
            return same_moment, True
        raise Rejected("The meter has another reading at this date.")
    is_newest = meter.last_date is None or date > meter.last_date
    if not is_newest and not fields["is_historical"]:
        raise Rejected("The date must be newer than the last reading.")
    reading = MeterReading.objects.create(
        company_id=meter.company_id,
        meter=meter,
        date_reading=date,
        value=value,
        accumulated_value=counted(meter, date, value) if meter.is_counter else value,
        source=ReadingSource.API,
    )
    if is_newest:
        meter.last_date, meter.last_value = date, value
        meter.last_accumulated_value = reading.accumulated_value
        meter.counter_value = reading.accumulated_value if meter.is_counter else None
        if meter.is_counter and meter.monthly_average_auto:
            meter.monthly_average = monthly_average(meter, reading)
        meter.save()
    return reading, False


def counted(meter: Meter, date: datetime.datetime, value: float) -> float:
    """The accumulated value, by the dial that hung there then: that of a reading beside it."""
    readings = MeterReading.objects.filter(meter=meter)
    before = readings.filter(date_reading__lt=date).order_by("-date_reading").first()
    after = readings.filter(date_reading__gt=date).order_by("date_reading").first()
    beside = [reading for reading in (before, after) if reading is not None]
    offsets = (
        [meter.counter_offset] if after is None else [row.accumulated_value - row.value for row in beside]
    )
    for offset in offsets:
        accumulated = round(offset + value, DECIMALS)
        if before is not None and accumulated < round(before.accumulated_value, DECIMALS):
            continue
        if after is None or accumulated <= round(after.accumulated_value, DECIMALS):
            return accumulated
    page = reverse("record-meter-change", args=[meter.pk])
    raise Rejected(
        "A counter only counts up: the value does not fit between its other readings. Where its dial began "
        f"anew or a reading was wrong, {page} is the page to say so."
    )


def monthly_average(meter: Meter, newest: MeterReading) -> float | None:
    """What the counter gains in 30 days, by its readings of the last 90."""
    oldest = (
        MeterReading.objects.filter(Q(date_reading__gte=newest.date_reading - AVERAGE_OVER), meter=meter)
        .order_by("date_reading")
        .first()
    )
    if oldest is None or oldest.date_reading == newest.date_reading:
        return meter.monthly_average
    gained = newest.accumulated_value - oldest.accumulated_value
    return round(gained * (MONTH / (newest.date_reading - oldest.date_reading)), 2)
