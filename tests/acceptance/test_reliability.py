"""Questions about what fails, why and how often; the right answers are counted in the database."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pytest

from maintenance.models import Item, OutOfService, WorkOrderTask
from tests.acceptance.conftest import Ask

DEMO = {"company__slug": "demo"}
YEAR = dt.timedelta(days=365)
REPORTED = dt.timedelta(days=7)


def machines() -> Any:
    return Item.objects.filter(type=2, active=True, **DEMO).exclude(parent__type=2)


def failures(since: dt.datetime, until: dt.datetime) -> Any:
    """Return the failures of machines: each of the demo plant has a date of its own."""
    return WorkOrderTask.objects.filter(
        failure_type__isnull=False, item__in=machines(), event_date__range=(since, until),
        order_date__range=(since, until), **DEMO,
    ).exclude(work_order__status=4)  # fmt: skip


def seconds_stopped(item: Item, since: dt.datetime, until: dt.datetime) -> float:
    """Return the seconds between the edges of stops within which at least one stop goes on."""
    edges: list[tuple[dt.datetime, int]] = []
    for stop in OutOfService.objects.filter(item=item, initial_date__lt=until):
        begin, end = max(stop.initial_date, since), min(stop.final_date or until, until)
        if begin < end:
            edges += [(begin, 1), (end, -1)]
    total, going_on, last = 0.0, 0, since
    for moment, change in sorted(edges):
        if going_on:
            total += (moment - last).total_seconds()
        going_on, last = going_on + change, moment
    return total


def test_the_worst_five_machines_and_what_failed(ask: Ask, now: dt.datetime) -> None:
    """¿Cuáles son las cinco máquinas con más tiempo parado este año y qué les falló?"""
    since = now - YEAR
    person = ask()
    answer = person.ask("get_maintenance_metrics", since=since.isoformat(), group_by="asset", top=5)
    stopped = {item.code: seconds_stopped(item, since, now) / 3600 for item in machines()}
    worst = sorted(stopped, key=lambda code: -stopped[code])[:5]
    assert [group["key"] for group in answer["groups"]] == worst
    assert answer["groups_left_out"] == len(stopped) - 5
    for group in answer["groups"]:
        code = group["key"]
        assert group["downtime_hours"] == pytest.approx(stopped[code], abs=0.02)
        assert group["downtime_share"] == pytest.approx(stopped[code] / sum(stopped.values()), abs=2e-4)
        types = {task.failure_type.description for task in failures(since, now).filter(item__code=code)}
        assert types <= {*group.get("failure_types", ())} or len(group["failure_types"]) == 3
        orders = WorkOrderTask.objects.filter(item__code=code, failure_type__isnull=False, **DEMO)
        assert {*group.get("folios", ())} <= {*orders.values_list("work_order__folio", flat=True)}
    assert answer["overall"]["assets"] == len(stopped)
    assert any("components" in note and "are not counted" in note for note in answer["notes"])
    assert person.bytes_answered < 12_000


def test_the_most_frequent_cause_of_failure(ask: Ask, now: dt.datetime) -> None:
    """Qual é a causa de falha mais frequente do último ano e que parte das falhas ela explica?"""
    since = now - YEAR
    answer = ask().ask("get_maintenance_metrics", since=since.isoformat(), group_by="failure_cause", top=200)
    counts: Counter[str] = Counter(
        task.failure_cause.description if task.failure_cause else "-"
        for task in failures(since, now).select_related("failure_cause")
    )
    given = {group["key"]: group["failures"] for group in answer["groups"] if group["failures"]}
    assert given == counts
    first = answer["groups"][0]
    assert first["failures"] == max(counts.values())
    shares = [group["cumulative_share"] for group in answer["groups"]]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (
        pytest.approx(first["failures"] / counts.total(), abs=1e-4),
        pytest.approx(1, abs=1e-4),
    )


def test_machines_that_keep_failing_and_what_that_cost(ask: Ask, now: dt.datetime) -> None:
    """Which machines are our bad actors this year, and what did their failures cost?"""
    since = now - YEAR
    answer = ask().ask(
        "get_maintenance_metrics",
        metric="repeat_failures",
        since=since.isoformat(),
        group_by="asset",
        top=200,
    )
    cost: dict[str, list[Decimal]] = defaultdict(list)
    for task in WorkOrderTask.objects.filter(
        failure_type__isnull=False, order_date__range=(since, now), **DEMO
    ).exclude(work_order__status=4):
        parts = (task.labour_cost, task.inventory_cost, task.services_cost)
        cost[task.item.code].append(sum((part or Decimal(0) for part in parts), Decimal(0)))
    expected = {code: (len(each), float(sum(each))) for code, each in cost.items() if len(each) >= 3}
    rows = {row["key"]: row for row in answer["rows"]}
    assert {code: row["failures"] for code, row in rows.items()} == {
        code: count for code, (count, _sum) in expected.items()
    }
    for code, (_count, total) in expected.items():
        assert rows[code]["total"] == pytest.approx(total, abs=0.02)
    assert answer["rows"][0]["failures"] == max(count for count, _ in expected.values())


def test_which_make_fails_most(ask: Ask, now: dt.datetime) -> None:
    """¿Qué fabricante de equipos nos falla más, por máquina instalada?"""
    since = now - YEAR
    answer = ask().ask("get_maintenance_metrics", since=since.isoformat(), group_by="manufacturer", top=200)
    installed = Counter((item.field_2 or "-") for item in machines())
    failed = Counter((task.item.field_2 or "-") for task in failures(since, now).select_related("item"))
    assert {group["key"]: group["assets"] for group in answer["groups"]} == installed
    assert {group["key"]: group["failures"] for group in answer["groups"] if group["failures"]} == failed
    hours = YEAR.total_seconds() / 3600
    for group in answer["groups"]:
        if group["failures"] < 5:
            assert "mtbf_hours" not in group
            assert group["too_few"]
        else:
            mean = installed[group["key"]] * hours / group["failures"]
            assert group["mtbf_hours"] == pytest.approx(mean, rel=1e-3)


def test_a_machine_that_failed_twice_has_no_mean(ask: Ask, now: dt.datetime) -> None:
    """What is the MTBF of this machine? It failed too rarely to say."""
    since = now - YEAR
    counts = Counter(failures(since, now).values_list("item__code", flat=True))
    code = next(code for code, count in sorted(counts.items()) if count == 2)
    answer = ask().ask("get_maintenance_metrics", scope="asset", code=code, since=since.isoformat())
    assert "mtbf_hours" not in answer["overall"]
    assert answer["overall"]["too_few"].startswith("2 failures in 8,760 hours")
