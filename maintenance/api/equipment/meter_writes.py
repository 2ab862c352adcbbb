"""POST /meters."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from maintenance.api.kit.body import Code, Flag, Moment, Number, Text, checked, optional_text
from maintenance.api.kit.endpoint import principal_of
from maintenance.api.kit.log import log
from maintenance.models import Action, Item, Meter, MeterReading, Module, ReadingSource
from maintenance.rules.refusals import AlreadyExists, InvalidFields
from maintenance.rules.transaction_log import Entry


class CreateForm(serializers.Serializer[Any]):
    description = Text(max_length=160)
    item_code = Text(max_length=120)
    unit_code = Text(max_length=16)
    serial = Code(max_length=80, required=False, allow_null=True, allow_blank=True)
    is_counter = Flag(required=False, default=True)
    serial_parent_meter = optional_text(80)
    last_reading = Number(required=False, allow_null=True)
    date_reading = Moment(required=False, allow_null=True)
    monthly_average_data = Number(required=False, allow_null=True, min_value=0)
    monthly_average_auto = Flag(required=False, default=True)


def create(request: Request) -> Meter:
    company_id = principal_of(request).company_id
    fields = checked(CreateForm, request)
    item = Item.objects.filter(company_id=company_id, code=fields["item_code"]).first()
    if item is None:
        raise InvalidFields({"item_code": "the asset was not found in your company"})
    serial = fields.get("serial") or None
    read_at = fields.get("date_reading") or timezone.now()
    if read_at > timezone.now():
        raise InvalidFields({"date_reading": "must not be in the future"})
    with transaction.atomic():
        if serial and Meter.objects.filter(company_id=company_id, serial=serial).exists():
            raise AlreadyExists
        meter = Meter.objects.create(
            company_id=company_id,
            item=item,
            description=fields["description"],
            serial=serial,
            is_counter=fields["is_counter"],
            unit=fields["unit_code"],
            unit_code=fields["unit_code"],
            monthly_average=fields.get("monthly_average_data"),
            monthly_average_auto=fields["monthly_average_auto"],
        )
        if (value := fields.get("last_reading")) is not None:
            first_reading(meter, value, read_at)
        log(
            request,
            Entry(
                Module.MONITORING, "METERS", Action.ADD, f"{meter.description} {{ {item.code} }}", about=meter
            ),
        )
    return meter


def first_reading(meter: Meter, value: float, read_at: Any) -> None:
    MeterReading.objects.create(
        company_id=meter.company_id,
        meter=meter,
        date_reading=read_at,
        value=value,
        accumulated_value=value,
        source=ReadingSource.API,
    )
    meter.last_date, meter.last_value, meter.last_accumulated_value = read_at, value, value
    meter.counter_value = value if meter.is_counter else None
    meter.save()
