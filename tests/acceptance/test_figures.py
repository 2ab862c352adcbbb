"""Questions for figures; each answer is compared with one computed from the database."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pytest
from django.db.models import F, Q, Sum

from maintenance.models import (
    Item,
    Movement,
    MovementType,
    OutOfService,
    StockLevel,
    WorkOrderTask,
    WorkRequest,
)
from tests.acceptance.conftest import Ask

DEMO = {"company__slug": "demo"}


def inside(code: str) -> Q:
    place = Item.objects.get(code=code, **DEMO)
    return Q(item=place) | Q(item__ancestors__startswith=place.subtree)


def iso(moment: dt.datetime) -> str:
    return moment.isoformat()


def test_04_backlog_in_hours_and_weeks(ask: Ask) -> None:
    """Dame el backlog en horas por taller y cuántas semanas son con la gente actual."""
    answer = ask().ask("get_maintenance_metrics", metric="backlog", group_by="location", top=200)
    open_tasks = WorkOrderTask.objects.filter(work_order__status__in=(1, 2), **DEMO).exclude(status=3)
    seconds = open_tasks.aggregate(sum=Sum("duration"))["sum"]
    people = open_tasks.values("work_order__responsible").distinct().count()
    assert answer["overall"]["hours"] == pytest.approx(seconds / 3600, abs=0.02)
    assert answer["overall"]["weeks"] == pytest.approx(seconds / 3600 / people / 40, abs=0.02)
    assert sum(row["hours"] for row in answer["rows"]) == pytest.approx(seconds / 3600, abs=1)


def test_05_mttr_and_mtbf_month_by_month(ask: Ask, now: dt.datetime) -> None:
    """Qual o MTTR e o MTBF da linha 3 nos últimos 6 meses, mês a mês?"""
    since = now - dt.timedelta(days=180)
    place = Item.objects.filter(field_1__icontains="línea 3", type=1, **DEMO)[0]
    answer = ask().ask(
        "get_maintenance_metrics", scope="location", code=place.code, since=iso(since), group_by="month"
    )
    failed = WorkOrderTask.objects.filter(
        inside(place.code), failure_type__isnull=False, event_date__range=(since, now), item__active=True,
        item__type=2, item__parent__type=1, **DEMO,
    ).exclude(work_order__status=4)  # fmt: skip
    assert answer["overall"]["failures"] == failed.count()
    assert sum(group["failures"] for group in answer["groups"]) == failed.count()


def test_07_availability_of_the_compressors_in_two_months(ask: Ask, now: dt.datetime) -> None:
    """¿Cuál fue la disponibilidad de los compresores en octubre y contra septiembre?"""
    person = ask()
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    before = (first - dt.timedelta(days=1)).replace(day=1)
    place = "SALA COMPRESORES"
    items = Item.objects.filter(
        ancestors__startswith=Item.objects.get(code=place, **DEMO).subtree,
        type=2,
        active=True,
        parent__type=1,
    )
    for since, until in ((before, first), (first, now)):
        answer = person.ask(
            "get_maintenance_metrics", scope="location", code=place, since=iso(since), until=iso(until)
        )
        seconds = 0.0
        for item in items:
            spans = sorted(
                (max(row.initial_date, since), min(row.final_date or now, until))
                for row in OutOfService.objects.filter(item=item, initial_date__lt=until)
                if (row.final_date or now) > since
            )
            reached = since
            for begin, end in spans:
                seconds += max(0.0, (end - max(begin, reached)).total_seconds())
                reached = max(reached, end)
        whole = items.count() * (until - since).total_seconds()
        assert answer["overall"]["availability"] == pytest.approx(1 - seconds / whole, abs=1e-3)


def test_08_compliance_of_the_plan(ask: Ask, now: dt.datetime) -> None:
    """Cumprimento do plano preventivo (PM compliance) por unidade neste mês."""
    since = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    answer = ask().ask("get_maintenance_metrics", metric="compliance", since=iso(since), group_by="location")
    due = [
        task
        for task in WorkOrderTask.objects.filter(date_maintenance__range=(since, now), **DEMO).exclude(
            work_order__status=4
        )
        if task.trigger.startswith(("DATE$", "READING$"))
    ]
    punctual = [
        task
        for task in due
        if task.final_date and task.final_date <= task.date_maintenance + dt.timedelta(days=7)
    ]
    assert (answer["overall"]["tasks"], answer["overall"]["on_time"]) == (len(due), len(punctual))


def test_10_parts_below_their_minimum(ask: Ask, now: dt.datetime) -> None:
    """¿Qué repuestos están por debajo del mínimo y qué OTs los necesitan?"""
    answer = ask().ask("get_maintenance_metrics", metric="stock_below_minimum", top=200)
    short = StockLevel.objects.filter(stock__lt=F("min_level"), item__active=True, **DEMO)
    assert len(answer["rows"]) == short.count()
    wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
    for paper in Movement.objects.filter(
        type=MovementType.REQUISITION, state__in=(1, 2), date_create__gte=now - dt.timedelta(days=180), **DEMO
    ):
        for line in paper.lines.filter(qty_pending__gt=0):
            assert paper.work_order
            wanted[line.item.code, paper.warehouse.code].add(paper.work_order.folio)
    for row in answer["rows"]:
        assert set(row.get("folios", ())) <= wanted[row["key"], row["warehouse"]]
        assert bool(row.get("folios")) == bool(wanted[row["key"], row["warehouse"]])


def test_11_what_an_asset_cost_this_year(ask: Ask, now: dt.datetime) -> None:
    """Quanto custou manter a caldeira 02 este ano: mão de obra, peças e serviços?"""
    since = now.replace(month=1, day=1, hour=5, minute=0, second=0, microsecond=0)
    answer = ask().ask(
        "get_maintenance_metrics", metric="cost", scope="asset", code="caldera 02", since=iso(since)
    )
    sums = WorkOrderTask.objects.filter(
        item__code="CALDERA 02", final_date__range=(since, now), **DEMO
    ).aggregate(labour=Sum("labour_cost"), parts=Sum("inventory_cost"), services=Sum("services_cost"))
    for name, value in sums.items():
        assert answer["overall"][name] == pytest.approx(float(value or 0), abs=0.02)


def test_21_failures_that_come_back(ask: Ask, now: dt.datetime) -> None:
    """Show repeat failures: same asset, same failure mode, three or more times in 90 days."""
    since = now - dt.timedelta(days=90)
    answer = ask().ask("get_maintenance_metrics", metric="repeat_failures", since=iso(since), top=200)
    same: dict[tuple[str, str], int] = defaultdict(int)
    for task in WorkOrderTask.objects.filter(
        failure_type__isnull=False, order_date__range=(since, now), **DEMO
    ).exclude(work_order__status=4):
        same[task.item.code, task.description] += 1
    assert {(row["key"], row["task"]) for row in answer["rows"]} == {
        key for key, count in same.items() if count >= 3
    }


def test_29_how_long_requests_wait(ask: Ask, now: dt.datetime) -> None:
    """Qual o tempo médio de atendimento das solicitações por setor?"""
    answer = ask().ask("get_maintenance_metrics", metric="requests", group_by="location", top=200)
    since = now - dt.timedelta(days=90)
    asked = WorkRequest.objects.filter(date__range=(since, now), **DEMO)
    assert answer["overall"]["requests"] == asked.count()
    assert sum(row["requests"] for row in answer["rows"]) == asked.count()


def test_37_what_was_spent(ask: Ask, now: dt.datetime) -> None:
    """¿Qué presupuesto llevamos gastado y qué falta por ejecutar?"""
    person = ask()
    since = now - dt.timedelta(days=90)
    spent = person.ask("get_maintenance_metrics", metric="cost", since=iso(since))
    total = WorkOrderTask.objects.filter(final_date__range=(since, now), **DEMO).aggregate(
        sum=Sum(F("labour_cost") + F("inventory_cost") + F("services_cost"))
    )["sum"]
    assert spent["overall"]["total"] == pytest.approx(float(total), abs=0.05)
    left = person.ask("get_maintenance_metrics", metric="backlog")
    assert left["overall"]["hours"] > 0


def test_39_why_availability_fell(ask: Ask, now: dt.datetime) -> None:
    """Explain why availability of line 1 fell last week, with the records behind it."""
    person = ask()
    place = Item.objects.filter(field_1__icontains="línea 1", type=1, **DEMO)[0]
    since = now - dt.timedelta(days=60)
    answer = person.ask(
        "get_maintenance_metrics", scope="location", code=place.code, since=iso(since), group_by="asset"
    )
    worst = answer["groups"][0]
    shown = person.ask("get_asset", code=worst["key"], include=["downtime", "history"])
    expected = OutOfService.objects.filter(item__code=worst["key"], **DEMO)
    assert len(shown["downtime"]) == min(50, expected.count())
    assert shown["url"].endswith(worst["key"])


def test_own_08_planned_against_reactive(ask: Ask) -> None:
    """¿Cuánto de nuestro trabajo es planeado y cuánto correctivo?"""
    answer = ask().ask("get_maintenance_metrics", metric="planned_share")
    assert 0 < answer["overall"]["planned_share"] < 1


def test_own_09_who_worked_most(ask: Ask, now: dt.datetime) -> None:
    """Who finished the most hours of work last month?"""
    since = now - dt.timedelta(days=30)
    answer = ask().ask("get_maintenance_metrics", metric="work_per_person", since=iso(since))
    hours: dict[str, int] = defaultdict(int)
    for task in WorkOrderTask.objects.filter(final_date__range=(since, now), **DEMO):
        assert task.work_order.responsible
        hours[task.work_order.responsible.code or ""] += task.real_duration or 0
    assert answer["rows"][0]["key"] == max(hours, key=lambda code: hours[code])


def test_own_10_what_contractors_cost(ask: Ask) -> None:
    """Quanto gastamos com cada prestador de serviços neste trimestre?"""
    answer = ask().ask("get_maintenance_metrics", metric="cost", group_by="third_party", top=200)
    assert answer["rows"]
    assert answer["overall"]["services"] == pytest.approx(
        sum(row["services"] for row in answer["rows"]), abs=0.05
    )


def test_own_11_what_to_buy(ask: Ask) -> None:
    """¿Qué repuestos debo comprar para el próximo mes?"""
    answer = ask().ask("get_maintenance_metrics", metric="purchase_draft", days=30)
    assert answer["rows"]
    assert all(row["buy"] > 0 for row in answer["rows"])


def test_own_12_counts_of_the_company(ask: Ask, now: dt.datetime) -> None:
    """How many work orders are open, in review and closed this quarter?"""
    answer = ask().ask("get_maintenance_metrics", metric="summary")
    since = now - dt.timedelta(days=90)
    expected = WorkOrderTask.objects.filter(order_date__range=(since, now), work_order__status=2, **DEMO)
    assert answer["overall"]["review_tasks"] == expected.count()


def test_own_13_when_the_oil_is_due(ask: Ask) -> None:
    """Quando vence a próxima troca de óleo dos compressores, pelo horímetro?"""
    answer = ask().ask(
        "get_maintenance_metrics",
        metric="meter_forecast",
        days=365,
        scope="location",
        code="SALA COMPRESORES",
    )
    assert answer["rows"]
    assert all(row["due_value"] > row["value"] for row in answer["rows"])
