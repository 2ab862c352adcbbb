"""Work orders and requests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Max

from maintenance.models import Item, WorkOrder, WorkOrderTask, WorkRequest
from tests.acceptance.conftest import Ask

DEMO = {"company__slug": "demo"}
OPEN = (1, 2)


def overdue(now: dt.datetime) -> dict[str, str | None]:
    tasks = WorkOrderTask.objects.filter(
        work_order__company__slug="demo", work_order__status__in=OPEN, date_maintenance__lt=now,
        final_date__isnull=True,
    ).exclude(status=3)  # fmt: skip
    found: dict[str, str | None] = {}
    for task in tasks.select_related("work_order__responsible"):
        person = task.work_order.responsible
        found[task.work_order.folio] = person.full_name if person else None
    return found


def test_01_overdue_orders_and_who_is_responsible(ask: Ask, now: dt.datetime) -> None:
    """¿Qué órdenes de trabajo están vencidas y quién es el responsable de cada una?"""
    orders: list[dict[str, Any]] = []
    person = ask()
    cursor: dict[str, Any] = {}
    for _ in range(4):
        page = person.ask(
            "list_work_orders", status=["in_process", "review"], overdue=True, limit=100, **cursor
        )
        orders += page["work_orders"]
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert {order["folio"]: order.get("responsible") for order in orders} == overdue(now)


def test_02_orders_in_review_for_more_than_a_week(ask: Ask, now: dt.datetime) -> None:
    """Quais OS em revisão há mais de 7 dias?"""
    week_ago = now - dt.timedelta(days=7)
    expected = set(
        WorkOrder.objects.filter(**DEMO, status=2, review_date__lt=week_ago).values_list("folio", flat=True)
    )
    page = ask().ask(
        "list_work_orders", status=["review"], date_kind="in_review", until=week_ago.isoformat(), limit=100
    )
    assert expected
    assert {order["folio"] for order in page["work_orders"]} == expected


def test_13_a_request_for_a_leaking_pump(ask: Ask) -> None:
    """Crea una solicitud: la bomba P-101 pierde aceite por el sello, urgente, casa de bombas."""
    person = ask("planner@demo.example")
    made = person.ask(
        "create_work_request",
        title="La bomba P-101 pierde aceite por el sello",
        asset="P-101",
        urgent=True,
        even_if_similar=True,
    )
    stored = WorkRequest.objects.get(pk=made["id"])
    assert stored.item is not None
    assert (stored.item.code, stored.is_urgent, stored.status) == ("P-101", True, 1)
    assert stored.created_by is not None
    assert stored.created_by.account_email == "planner@demo.example"


def test_17_the_timeline_of_an_order(ask: Ask) -> None:
    """Mostre a linha do tempo da OS: quem fez o quê e quando."""
    order = WorkOrder.objects.filter(**DEMO, status=3, responsible__isnull=False).order_by("-final_date")[0]
    answer = ask().ask("get_work_order", folio=order.folio)
    assert order.responsible is not None
    assert answer["responsible"] == order.responsible.full_name
    assert order.final_date is not None
    assert dt.datetime.fromisoformat(answer["closed_at"]) == order.final_date.replace(microsecond=0)
    tasks = {task.pk: task for task in order.tasks.all()}
    assert {task["id"] for task in answer["tasks"]} == set(tasks)
    for task in answer["tasks"]:
        finished = tasks[task["id"]].final_date
        shown = task.get("finished_at")
        assert (shown and dt.datetime.fromisoformat(shown)) == (finished and finished.replace(microsecond=0))


def test_22_the_last_ten_interventions_of_a_chiller(ask: Ask) -> None:
    """Resume las últimas 10 intervenciones del chiller 2 para el turno de noche."""
    page = ask().ask("list_work_orders", asset="Chiller 2", limit=10)
    item = Item.objects.get(**DEMO, field_1="Chiller 2")
    newest = (
        WorkOrder.objects.filter(tasks__item=item)
        .annotate(newest=Max("creation_date"))
        .order_by("-creation_date", "-id")
        .distinct()[:10]
    )
    assert [order["folio"] for order in page["work_orders"]] == [order.folio for order in newest]


def test_31_where_an_asset_stands(ask: Ask) -> None:
    """¿Dónde está el activo con código CMP-02 y de qué cuelga?"""
    answer = ask().ask("get_asset", code="CMP-02")
    item = Item.objects.get(**DEMO, code="CMP-02")
    assert item.parent is not None
    assert answer["location_code"] == item.parent.code
    names: list[str] = []
    above: Item | None = item.parent
    while above is not None:
        names.insert(0, above.field_1)
        above = above.parent
    assert answer["location"] == " > ".join(names)


def test_own_01_urgent_open_requests_of_a_line(ask: Ask) -> None:
    """Which urgent requests are still open, and where?"""
    page = ask().ask("list_work_requests", status=["open", "in_process"], urgent=True, limit=100)
    expected = WorkRequest.objects.filter(**DEMO, status__in=(1, 2), is_urgent=True)
    assert {row["id"] for row in page["work_requests"]} == set(expected.values_list("id", flat=True))


def test_own_02_what_a_technician_has_to_do(ask: Ask) -> None:
    """¿Qué tengo abierto yo? (un técnico, que ve solo lo suyo)"""
    person = ask("technician@demo.example")
    page = person.ask("list_work_orders", status=["in_process"], limit=100)
    mine = WorkOrder.objects.filter(**DEMO, status=1, responsible__account_email="technician@demo.example")
    assert {order["folio"] for order in page["work_orders"]} == set(mine.values_list("folio", flat=True))


def test_own_03_very_high_priority_orders(ask: Ask) -> None:
    """Quais OS em processo têm prioridade muito alta?"""
    page = ask().ask("list_work_orders", status=["in_process"], priority=["very_high"], limit=100)
    expected = WorkOrder.objects.filter(**DEMO, status=1, tasks__priority=1).distinct()
    assert {order["folio"] for order in page["work_orders"]} == set(expected.values_list("folio", flat=True))


def test_own_04_requests_of_a_month(ask: Ask, now: dt.datetime) -> None:
    """How many requests came in during the last 30 days?"""
    since = (now - dt.timedelta(days=30)).replace(microsecond=0)
    page = ask().ask("list_work_requests", since=since.isoformat(), limit=1)
    assert page["total"] == WorkRequest.objects.filter(**DEMO, date__gte=since).count()


def test_own_05_assets_out_of_service(ask: Ask) -> None:
    """Que ativos estão fora de serviço agora?"""
    page = ask().ask("list_assets", available=False, active=True, limit=100)
    expected = Item.objects.filter(**DEMO, available=False, active=True)
    assert {row["code"] for row in page["assets"]} == set(expected.values_list("code", flat=True))


def test_own_06_who_am_i_and_what_may_i_do(ask: Ask) -> None:
    """¿Con qué usuario estoy conectado y puedo crear solicitudes?"""
    answer = ask("technician@demo.example").ask("whoami")
    assert answer["email"] == "technician@demo.example"
    assert "work_orders:view" in answer["rights"]
    assert "metrics:view" not in answer["rights"]
