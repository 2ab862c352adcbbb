"""Meters of the demo plants: counters of running hours and output, and gauges around a mean value."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass

from maintenance.demo.kinds import energy, fluids, site, utilities
from maintenance.demo.kinds.machine_kind import MachineKind
from maintenance.demo.plant import Plant
from maintenance.demo.wording import Text
from maintenance.models import Meter, MeterReading, ReadingSource

DAYS = 730


@dataclass(frozen=True, slots=True)
class Counter:
    name: Text
    unit: Text
    unit_code: str
    per_day: float
    every_days: int
    prefix: str


@dataclass(frozen=True, slots=True)
class Gauge:
    name: Text
    unit: Text
    unit_code: str
    usual: float
    swing: float
    minimum: float
    maximum: float
    every_days: int
    prefix: str


HOURS_RUN = Text("Horómetro", "Horímetro", "Hour meter")
HOUR_UNIT = Text("Horas", "Horas", "Hours")
HOURS = Counter(HOURS_RUN, HOUR_UNIT, "HRS", 16, 7, "HR")
GENSET_HOURS = Counter(HOURS_RUN, HOUR_UNIT, "HRS", 0.8, 7, "HR")
ENERGY = Counter(
    Text("Medidor de energía", "Medidor de energia", "Energy meter"),
    Text("Kilovatio hora", "Quilowatt-hora", "Kilowatt hours"),
    "kWh",
    5400,
    7,
    "KWH",
)
WATER = Counter(
    Text("Medidor de agua", "Medidor de água", "Water meter"),
    Text("Metros cúbicos", "Metros cúbicos", "Cubic metres"),
    "m3",
    85,
    7,
    "M3",
)
DISCHARGE_TEMPERATURE = Gauge(
    Text("Temperatura de descarga", "Temperatura de descarga", "Discharge temperature"),
    Text("Grados Celsius", "Graus Celsius", "Degrees Celsius"),
    "°C",
    86,
    6,
    60,
    105,
    3,
    "TT",
)
STEAM_PRESSURE = Gauge(
    Text("Presión de vapor", "Pressão de vapor", "Steam pressure"),
    Text("Bar", "Bar", "Bar"),
    "bar",
    8.2,
    0.6,
    6,
    10,
    2,
    "PT",
)
VIBRATION = Gauge(
    Text("Vibración", "Vibração", "Vibration"),
    Text("Milímetros por segundo", "Milímetros por segundo", "Millimetres per second"),
    "mm/s",
    2.8,
    1.1,
    0,
    7.1,
    14,
    "VT",
)
TANK_LEVEL = Gauge(
    Text("Nivel", "Nível", "Level"),
    Text("Porcentaje", "Porcentagem", "Per cent"),
    "%",
    62,
    20,
    5,
    98,
    7,
    "LT",
)

# Kind of machine, how many of them have the meter, and the meter. The first compressor has two.
FITTED: tuple[tuple[MachineKind, int, Counter | Gauge], ...] = (
    (utilities.COMPRESSOR, 9, HOURS),
    (utilities.COMPRESSOR, 1, DISCHARGE_TEMPERATURE),
    (utilities.BOILER, 9, STEAM_PRESSURE),
    (energy.GENSET, 9, GENSET_HOURS),
    (site.FORKLIFT, 9, HOURS),
    (energy.TRANSFORMER, 9, ENERGY),
    (fluids.WATER_TREATMENT, 4, WATER),
    (fluids.PUMP, 8, VIBRATION),
    (fluids.TANK, 4, TANK_LEVEL),
)


def add_meters(plant: Plant) -> None:
    rng = plant.rng("meters")
    meters: list[Meter] = []
    readings: list[MeterReading] = []
    for kind, at_most, fitted in FITTED:
        of_kind = [machine for machine in plant.machines if machine.kind is kind][: at_most * plant.sites]
        for machine in of_kind:
            meter = Meter(
                company=plant.company,
                item=machine.item,
                description=f"{machine.said(fitted.name)} {machine.item.field_1}",
                serial=None if len(meters) % 11 == 10 else f"{fitted.prefix}-{1000 + len(meters)}",
                is_counter=isinstance(fitted, Counter),
                active=machine.item.active,
                unit=machine.said(fitted.unit),
                unit_code=fitted.unit_code,
            )
            meters.append(meter)
            readings += _history(meter, fitted, plant.today, rng)
    Meter.objects.bulk_create(meters)
    MeterReading.objects.bulk_create(readings, batch_size=2000)


def _history(
    meter: Meter, fitted: Counter | Gauge, today: datetime.datetime, rng: random.Random
) -> list[MeterReading]:
    """Returns two years of readings, and sets the meter to the newest one."""
    readings: list[MeterReading] = []
    value = 0.0
    if isinstance(fitted, Counter):
        value = round(rng.uniform(500, 9000) * fitted.per_day / 16, 1)
        meter.counter_offset = rng.choice((0.0, 0.0, 0.0, 12000.0))
        meter.monthly_average = round(fitted.per_day * 30, 2)
    else:
        meter.min_value, meter.max_value = fitted.minimum, fitted.maximum
    for day in range(DAYS - DAYS % fitted.every_days, 0, -fitted.every_days):
        if isinstance(fitted, Counter):
            value = round(value + fitted.per_day * fitted.every_days * rng.uniform(0.7, 1.25), 1)
        else:
            value = round(max(0.0, rng.gauss(fitted.usual, fitted.swing / 2)), 2)
        read_at = today - datetime.timedelta(days=day) + datetime.timedelta(seconds=rng.randint(0, 40_000))
        readings.append(
            MeterReading(
                company=meter.company,
                meter=meter,
                date_reading=read_at,
                date=read_at + datetime.timedelta(minutes=rng.randint(0, 90)),
                value=value,
                accumulated_value=meter.accumulated(value),
                source=rng.choice(ReadingSource.values),
                trigger_run=isinstance(fitted, Counter) and rng.random() < 0.03,
            )
        )
    newest = readings[-1]
    meter.last_date, meter.last_value = newest.date_reading, newest.value
    meter.last_accumulated_value = newest.accumulated_value
    meter.counter_value = newest.accumulated_value if meter.is_counter else None
    return readings
