"""Lists while the plant changes, readings that look wrong, meters in the search."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from maintenance.models import Meter, MeterReading, WorkOrder
from tests.gateway.tools.conftest import Person

DEMO = {"company__slug": "demo"}


def test_orders_made_between_two_pages_move_nothing(admin: Person) -> None:
    first = admin.ask("list_work_orders", limit=10)
    newest = WorkOrder.objects.filter(**DEMO).order_by("-creation_date")
    model = next(order for order in newest[:100] if order.tasks.count() > 1)
    new = WorkOrder.objects.get(pk=model.pk)
    new.pk, new.folio, new.creation_date = None, "NEW-1", timezone.now()
    new._state.adding = True
    new.save()
    try:
        for task in model.tasks.all():
            task.pk, task.work_order, task.order_date = None, new, new.creation_date
            task._state.adding = True
            task.save()
        second = admin.ask("list_work_orders", limit=10, cursor=first["next_cursor"])
        shown = [order["folio"] for order in first["work_orders"] + second["work_orders"]]
        expected = newest.exclude(pk=new.pk).values_list("folio", flat=True)[:20]
        assert shown == list(expected)
        for order in second["work_orders"]:
            assert len(order["tasks"]) == WorkOrder.objects.get(**DEMO, folio=order["folio"]).tasks.count()
        assert admin.ask("list_work_orders", limit=1)["work_orders"][0]["folio"] == "NEW-1"
    finally:
        new.delete()


def test_a_jump_of_a_counter_is_asked_about(admin: Person) -> None:
    counters = Meter.objects.filter(**DEMO, active=True, is_counter=True, monthly_average__gt=0)
    meter, other = counters.exclude(serial=None).order_by("pk")[2:4]
    for each, months in ((meter, 0.01), (other, 1000)):
        assert each.last_value is not None
        assert each.monthly_average is not None
        value = each.last_value + months * each.monthly_average
        given = {"asset": each.item.code, "serial": each.serial, "value": value}
        if months > 1:
            assert admin.refused("add_meter_reading", **given)["code"] == "looks_unusual"
        assert admin.ask("add_meter_reading", **given, even_if_unusual=months > 1)["value"] == value


def test_a_reading_of_the_past_is_no_jump(admin: Person) -> None:
    """It was refused: "-500 more than the last reading … looks like a slip"."""
    counters = Meter.objects.filter(**DEMO, active=True, is_counter=True, monthly_average__gt=0)
    meter = counters.exclude(serial=None).order_by("pk")[4]
    oldest = MeterReading.objects.filter(meter=meter).earliest("date_reading")
    assert meter.last_value is not None
    assert oldest.value < meter.last_value
    # A counter only counts up, so before the oldest reading it showed at most that value.
    read_at = oldest.date_reading - dt.timedelta(days=1)
    given = {"asset": meter.item.code, "serial": meter.serial, "value": oldest.value / 2}
    answer = admin.ask("add_meter_reading", **given, read_at=read_at.isoformat(), historical=True)
    assert answer["value"] == given["value"]


def test_meters_are_found_and_fetched(admin: Person, stranger: Person) -> None:
    meter = Meter.objects.filter(**DEMO, active=True).exclude(serial=None)[3]
    found = admin.ask("search", query=meter.serial)["results"]
    assert f"meter:{meter.pk}" in {result["id"] for result in found}
    assert meter.serial in admin.ask("fetch", id=f"meter:{meter.pk}")["text"]
    assert stranger.refused("fetch", id=f"meter:{meter.pk}")["code"] == "not_found"
    assert admin.refused("fetch", id="meter:../1")["code"] == "not_found"
