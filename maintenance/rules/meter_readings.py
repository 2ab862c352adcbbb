"""Stores meter readings after a check against the readings before and after them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Q

from maintenance.models import Item, Meter, MeterReading, ReadingSource
from maintenance.record_urls import meter_change_page
from maintenance.rules.refusals import InvalidFields, RecordNotFound, Rejected

AVERAGE_OVER = datetime.timedelta(days=90)
MONTH = datetime.timedelta(days=30)
DECIMALS = 6  # digits of accumulated values


@dataclass(frozen=True, slots=True)
class Reading:
    """The value on a dial. `is_historical` allows a reading older than the newest."""

    date: datetime.datetime
    value: float
    is_historical: bool = False


def locked_meter(item: Item, serial: str | None) -> Meter:
    """Locks the asset's active meter until the transaction ends; `serial` chooses between several."""
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


def insert(meter: Meter, given: Reading) -> tuple[MeterReading, bool]:
    """Adds a reading. The flag is True if the same reading existed already, so that nothing was added."""
    same_moment = MeterReading.objects.filter(meter=meter, date_reading=given.date).first()
    if same_moment is not None:
        if same_moment.value == given.value:
            return same_moment, True
        raise Rejected("The meter has another reading at this date.")
    is_newest = meter.last_date is None or given.date > meter.last_date
    if not is_newest and not given.is_historical:
        raise Rejected("The date must be newer than the last reading.")
    reading = MeterReading.objects.create(
        company_id=meter.company_id,
        meter=meter,
        date_reading=given.date,
        value=given.value,
        accumulated_value=_accumulated(meter, given) if meter.is_counter else given.value,
        source=ReadingSource.API,
    )
    if is_newest:
        meter.last_date, meter.last_value = given.date, given.value
        meter.last_accumulated_value = reading.accumulated_value
        meter.counter_value = reading.accumulated_value if meter.is_counter else None
        if meter.is_counter and meter.monthly_average_auto:
            meter.monthly_average = monthly_average(meter, reading)
        meter.save()
    return reading, False


def _accumulated(meter: Meter, given: Reading) -> float:
    """Returns the accumulated value, with the offset of a neighbouring reading, since dials get replaced."""
    readings = MeterReading.objects.filter(meter=meter)
    before = readings.filter(date_reading__lt=given.date).order_by("-date_reading").first()
    after = readings.filter(date_reading__gt=given.date).order_by("date_reading").first()
    beside = [reading for reading in (before, after) if reading is not None]
    offsets = (
        [meter.counter_offset] if after is None else [row.accumulated_value - row.value for row in beside]
    )
    for offset in offsets:
        accumulated = round(offset + given.value, DECIMALS)
        if before is not None and accumulated < round(before.accumulated_value, DECIMALS):
            continue
        if after is None or accumulated <= round(after.accumulated_value, DECIMALS):
            return accumulated
    raise Rejected(
        "A counter only counts up: the value does not fit between its other readings. Where its dial began "
        f"anew or a reading was wrong, {meter_change_page(meter.pk)} is the page to say so."
    )


def monthly_average(meter: Meter, newest: MeterReading) -> float | None:
    """Returns how much the counter gains in 30 days, from its readings of the last 90 days."""
    oldest = (
        MeterReading.objects.filter(Q(date_reading__gte=newest.date_reading - AVERAGE_OVER), meter=meter)
        .order_by("date_reading")
        .first()
    )
    if oldest is None or oldest.date_reading == newest.date_reading:
        return meter.monthly_average
    gained = newest.accumulated_value - oldest.accumulated_value
    return round(gained * (MONTH / (newest.date_reading - oldest.date_reading)), 2)
