"""Corrections of a counter that no reading can express: a new dial, or a wrong reading."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.principal import Principal
from maintenance.models import Action, Meter, MeterReading, Module, ReadingSource
from maintenance.rules.meter_readings import DECIMALS, monthly_average
from maintenance.rules.transaction_log import Actor, Entry, record


class CannotChange(Exception):
    """The change is refused. `field` is the form's field, `problem` the message about it."""

    def __init__(self, field: str, problem: str | Promise) -> None:
        super().__init__(field)
        self.field, self.problem = field, problem


def begin_anew(
    principal: Principal, number: int, *, value: float, read_at: datetime.datetime, serial: str | None
) -> None:
    """Starts a new dial at `value`. What the old dial counted remains in the accumulated value."""
    with transaction.atomic():
        meter = _locked(principal, number)
        if not meter.is_counter:
            raise CannotChange("", _("Only a counter can start again."))
        if read_at > timezone.now():
            raise CannotChange("read_at", _("It must not be in the future."))
        if meter.last_date is not None and read_at <= meter.last_date:
            raise CannotChange("read_at", _("It must be later than the last reading."))
        counted = meter.last_accumulated_value or 0.0
        meter.counter_offset = round(counted - value, DECIMALS)
        meter.serial = serial or meter.serial
        reading = MeterReading.objects.create(
            company_id=meter.company_id,
            meter=meter,
            date_reading=read_at,
            value=value,
            accumulated_value=counted,
            source=ReadingSource.MANUAL,
        )
        try:
            with transaction.atomic():
                _show(meter, reading)
        except IntegrityError:
            raise CannotChange("serial", _("Another meter already has this serial number.")) from None
        _log(principal, meter, Action.EDIT, {"began_anew_at": value, "serial": meter.serial})


def take_back(principal: Principal, number: int, reading: int) -> None:
    """Deletes the newest reading, which was wrong. `reading` is the one that the person saw.

    Raises CannotChange if another reading has arrived since.
    """
    with transaction.atomic():
        meter = _locked(principal, number)
        newest = meter.readings.order_by("-date_reading", "-pk").first()
        if newest is None or newest.pk != reading:
            raise CannotChange("", _("Another reading has arrived in the meantime. Check the page again."))
        newest.delete()
        before = meter.readings.order_by("-date_reading", "-pk").first()
        if before is not None and meter.is_counter and meter.monthly_average_auto:
            meter.monthly_average = None  # it included the wrong reading
            meter.monthly_average = monthly_average(meter, before)
        _show(meter, before)
        _log(principal, meter, Action.DELETE, {"value": newest.value})


def _locked(principal: Principal, number: int) -> Meter:
    return Meter.objects.select_for_update().get(company_id=principal.company_id, pk=number)


def _show(meter: Meter, newest: MeterReading | None) -> None:
    meter.last_date = None if newest is None else newest.date_reading
    meter.last_value = None if newest is None else newest.value
    meter.last_accumulated_value = None if newest is None else newest.accumulated_value
    if meter.is_counter:
        meter.counter_value = meter.last_accumulated_value
        if newest is not None:
            meter.counter_offset = round(newest.accumulated_value - newest.value, DECIMALS)
    meter.save()


def _log(principal: Principal, meter: Meter, action: Action, data: dict[str, Any]) -> None:
    description = f"{meter.description} {{ {meter.item.code} }}"
    entry = Entry(Module.MONITORING, "READINGS", action, description, data, about=meter)
    record(meter.company_id, Actor.of_caller(principal), entry)
