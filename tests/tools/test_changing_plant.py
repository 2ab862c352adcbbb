"""Lists while the plant changes under them; readings that look wrong; meters in the search."""

from __future__ import annotations

from django.utils import timezone

from maintenance.models import Meter, WorkOrder
from tests.tools.conftest import Person

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


def test_a_jump_of_a_counter_is_said(admin: Person) -> None:
    counters = Meter.objects.filter(**DEMO, active=True, is_counter=True, monthly_average__gt=0)
    for meter, months, unusual in zip(
        counters.exclude(serial=None)[2:4], (0.01, 1000), (False, True), strict=True
    ):
        assert meter.last_value is not None
        assert meter.monthly_average is not None
        value = meter.last_value + months * meter.monthly_average
        answer = admin.ask("add_meter_reading", asset=meter.item.code, serial=meter.serial, value=value)
        assert any("Unusual" in note for note in answer["notes"]) == unusual


def test_meters_are_found_and_fetched(admin: Person, stranger: Person) -> None:
    meter = Meter.objects.filter(**DEMO, active=True).exclude(serial=None)[3]
    found = admin.ask("search", query=meter.serial)["results"]
    assert f"meter:{meter.pk}" in {result["id"] for result in found}
    assert meter.serial in admin.ask("fetch", id=f"meter:{meter.pk}")["text"]
    assert stranger.refused("fetch", id=f"meter:{meter.pk}")["code"] == "not_found"
    assert admin.refused("fetch", id="meter:../1")["code"] == "not_found"
