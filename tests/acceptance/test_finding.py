"""Questions that find a record by the words that people use for it, and its twins."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from maintenance.models import Item, Meter, Movement, MovementType, Personnel, WorkOrder, WorkRequest
from tests.acceptance.conftest import Ask

DEMO = {"company__slug": "demo"}


@pytest.mark.parametrize("word", ["solicitud", "request", "solicitação"])
def test_a_request_by_its_number(ask: Ask, word: str) -> None:
    """¿En qué quedó la solicitud …? What became of request …? Em que pé está a solicitação …?"""
    request = WorkRequest.objects.filter(**DEMO).order_by("pk")[40]
    person = ask()
    (first, *_) = person.ask("search", query=f"{word} {request.pk}")["results"]
    assert first["id"] == f"work_request:{request.pk}"
    answer = person.ask("get_work_request", id=str(request.pk))
    assert (answer["id"], answer["title"]) == (request.pk, request.description)


@pytest.mark.parametrize("word", ["OT", "OS", "WO", "orden"])
def test_an_order_by_its_number(ask: Ask, word: str) -> None:
    """Muéstrame la OT …, a OS …, WO …"""
    order = WorkOrder.objects.filter(**DEMO, folio__startswith="OT-").order_by("-pk")[30]
    (first, *_) = ask().ask("search", query=f"{word} {order.folio.removeprefix('OT-')}")["results"]
    assert first["id"] == f"work_order:{order.folio}"


@pytest.mark.parametrize("word", ["medidor", "meter"])
def test_the_meter_of_an_asset(ask: Ask, word: str) -> None:
    """¿Qué marca el medidor MTC-02?"""
    meter = Meter.objects.get(**DEMO, item__code="MTC-02")
    results = ask().ask("search", query=f"{word} MTC-02")["results"]
    assert f"meter:{meter.pk}" in [hit["id"] for hit in results]


def test_requests_about_a_location(ask: Ask) -> None:
    """O que foi pedido para a central de frio?"""
    place = Item.objects.get(**DEMO, code="FRÍO")
    page = ask().ask("list_work_requests", location="FRÍO", limit=100)
    inside = WorkRequest.objects.filter(**DEMO, item__ancestors__startswith=place.subtree)
    own = WorkRequest.objects.filter(**DEMO, item=place)
    assert {row["id"] for row in page["work_requests"]} == {row.pk for row in (*inside, *own)}
    assert page["work_requests"]


@pytest.mark.parametrize(
    ("asked_before", "asked_now"),
    [
        ("Fuga de aceite en la bomba", "Oil leak at the pump"),
        ("Vazamento de óleo na bomba", "Fuga de aceite en la bomba"),
    ],
)
def test_the_same_request_in_another_language_is_shown_first(
    ask: Ask, asked_before: str, asked_now: str
) -> None:
    """Report that the pump leaks oil (somebody else did so in another language)."""
    earlier = WorkRequest.objects.create(
        company=Item.objects.filter(**DEMO)[0].company, description=asked_before, requested_by="Marta",
        date_incident=timezone.now(), status=1,
    )  # fmt: skip
    before = WorkRequest.objects.filter(**DEMO).count()
    refused = ask().refused("create_work_request", title=asked_now)
    assert str(earlier.pk) in str(refused["candidates"])
    assert WorkRequest.objects.filter(**DEMO).count() == before
    earlier.delete()


def test_parts_that_orders_still_wait_for(ask: Ask) -> None:
    """¿Qué requisiciones siguen sin entregar este año?"""
    since = timezone.now() - dt.timedelta(days=300)
    page = ask().ask(
        "list_warehouse_documents", kind="requisitions", state=["not_delivered", "partly_delivered"],
        since=since.isoformat(), limit=100,
    )  # fmt: skip
    waiting = Movement.objects.filter(
        **DEMO, type=MovementType.REQUISITION, state__in=(1, 2), date_create__gte=since
    )
    assert {row["id"] for row in page["documents"]} == set(waiting.values_list("pk", flat=True))
    assert page["documents"]


def test_somebody_by_a_part_of_the_name(ask: Ask) -> None:
    """Quem é o João e como falo com ele?"""
    expected = Personnel.objects.filter(**DEMO, first_name__istartswith="João")
    page = ask().ask("list_people", text="João", limit=10)
    assert {row["code"] for row in page["people"]} >= set(expected.values_list("code", flat=True))


def test_machines_of_a_manufacturer(ask: Ask) -> None:
    """Which pumps of KSB do we have, and where?"""
    page = ask().ask("list_assets", text="KSB", type="equipment", limit=100)
    expected = Item.objects.filter(**DEMO, type=2, description__icontains="KSB")
    assert {row["code"] for row in page["assets"]} == set(expected.values_list("code", flat=True))
