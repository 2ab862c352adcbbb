"""Meters and readings."""

from __future__ import annotations

import datetime as dt

from maintenance.models import Meter, MeterReading
from tests.acceptance.conftest import Ask

DEMO = {"company__slug": "demo"}


def test_18_running_hours_of_a_genset(ask: Ask) -> None:
    """Record 12,430 running hours on genset 2."""
    person = ask("planner@demo.example")
    meter = Meter.objects.get(**DEMO, item__code="GENSET 2", is_counter=True)
    value = (meter.last_value or 0) + 8
    found = person.ask("list_meters", asset="genset 2")
    (counter,) = [row for row in found["meters"] if row["kind"] == "counter"]
    answer = person.ask("add_meter_reading", asset="genset 2", meter=counter["id"], value=value)
    assert answer["value"] == value
    stored = MeterReading.objects.filter(meter=meter).order_by("-date_reading")[0]
    assert stored.value == value
    assert stored.source == "API"


def test_18b_a_slip_of_the_keys_is_noticed(ask: Ask) -> None:
    """Record 12 running hours on genset 2 (fewer than the dial showed before)."""
    refused = ask("planner@demo.example").refused("add_meter_reading", asset="GENSET 2", value=1)
    assert refused["code"] in {"invalid_arguments", "ambiguous", "upstream_rejected"}


def test_18c_a_digit_too_many_is_asked_about_before_it_is_written(ask: Ask, now: dt.datetime) -> None:
    """Record 124,300 running hours on genset 2 (ten times what the dial shows)."""
    person = ask("planner@demo.example")
    meter = Meter.objects.get(**DEMO, item__code="GENSET 2", is_counter=True)
    assert meter.last_value
    assert meter.monthly_average
    value = meter.last_value + 20 * meter.monthly_average
    read_at = (now + dt.timedelta(minutes=2)).isoformat()  # later than the reading of another test
    slip = {"asset": "GENSET 2", "meter": meter.pk, "value": value, "read_at": read_at}
    before = MeterReading.objects.filter(meter=meter).count()
    refused = person.refused("add_meter_reading", **slip)
    assert refused["code"] == "looks_unusual"
    assert "even_if_unusual" in refused["message"]
    assert MeterReading.objects.filter(meter=meter).count() == before
    assert person.ask("add_meter_reading", **slip, even_if_unusual=True)["value"] == value
    assert MeterReading.objects.filter(meter=meter).count() == before + 1


def test_own_07_meters_outside_their_limits(ask: Ask) -> None:
    """¿Qué medidores están fuera de sus límites?"""
    page = ask().ask("list_meters", outside_limits=True, limit=100)
    expected = {
        meter.pk
        for meter in Meter.objects.filter(**DEMO)
        if meter.last_value is not None
        and (
            (meter.min_value is not None and meter.last_value < meter.min_value)
            or (meter.max_value is not None and meter.last_value > meter.max_value)
        )
    }
    assert {row["id"] for row in page["meters"]} == expected


def test_19_meters_not_read_for_a_month(ask: Ask, now: dt.datetime) -> None:
    """¿Qué medidores no se leen hace más de 30 días?"""
    answer = ask().ask("get_maintenance_metrics", metric="stale_meters", days=30, top=200)
    limit = now - dt.timedelta(days=30)
    expected = {
        meter.pk
        for meter in Meter.objects.filter(**DEMO, active=True)
        if meter.last_date is None or meter.last_date < limit
    }
    assert {row["meter"] for row in answer["rows"]} == expected
