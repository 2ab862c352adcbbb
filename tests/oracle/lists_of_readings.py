"""list_meter_readings as compared by the oracle."""

from __future__ import annotations

from tests.oracle.dice import Dice
from tests.oracle.filters import Filter, number_of, period, serial
from tests.oracle.listed import Listed
from tests.oracle.plants import Plant

_any_period = period({"read": "reading.date_reading"})


def metered_asset(plant: Plant, roll: Dice) -> Filter | None:
    if not plant["Meter"]:
        return None
    item = plant["Item"][roll.of(plant["Meter"])["item_id"] - 1]
    return Filter({"asset": item["code"]}, f"meter.item_id = {item['id']}")


def read_in(plant: Plant, roll: Dice) -> Filter:
    """Draw a period without its kind of date, since there is only one."""
    made = _any_period(plant, roll)
    assert made is not None
    return Filter(
        {name: value for name, value in made.arguments.items() if name != "date_kind"}, made.condition
    )


READINGS = Listed(
    "list_meter_readings",
    "readings",
    ("meter", "read_at"),
    """
    SELECT reading.meter_id || ' ' || reading.date_reading AS key, reading.date AS entered_at, reading.value,
           reading.accumulated_value, meter.unit_code AS unit, reading.trigger_run AS started_task,
           CASE reading.source WHEN 'MANUAL' THEN 'manual' WHEN 'API' THEN 'api' ELSE 'work_order'
           END AS source
      FROM MeterReading AS reading JOIN Meter AS meter ON meter.id = reading.meter_id
     WHERE {where} ORDER BY reading.date_reading DESC, reading.meter_id DESC
    """,
    {
        "asset": metered_asset,
        "meter": number_of("meter", "Meter", "meter.id"),
        "serial": serial,
        "period": read_in,
    },
    always=("asset",),
)
