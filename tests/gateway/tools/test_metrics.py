"""Metrics against the same figures computed from the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Q
from django.utils import timezone

from audit.models import Event
from maintenance.models import Item, OutOfService, WorkOrderTask
from tests.gateway.tools.conftest import Person

DEMO = {"company__slug": "demo"}
# Whole seconds, so that the test counts with exactly what the tool parses.
UNTIL = timezone.now().replace(microsecond=0) - dt.timedelta(days=5)
SINCE = UNTIL - dt.timedelta(days=60)
YEAR_AGO = (timezone.now() - dt.timedelta(days=365)).date().isoformat()


def seconds_down(item: Item, since: dt.datetime, until: dt.datetime, *, failures_only: bool = False) -> float:
    """Return the seconds of downtime by sweeping the edges of the stops.

    Counting second by second would be too slow, and minute by minute too imprecise.
    """
    records = OutOfService.objects.filter(item=item, initial_date__lt=until).filter(
        Q(final_date=None) | Q(final_date__gt=since)
    )
    if failures_only:
        records = records.filter(
            tasks__in=WorkOrderTask.objects.filter(failure_type__isnull=False).exclude(work_order__status=4)
        ).distinct()
    edges = []
    for record in records:
        edges.append((max(record.initial_date, since), 1))
        edges.append((min(record.final_date or timezone.now(), until), -1))
    edges.sort(key=lambda edge: edge[0])
    down, depth, before = 0.0, 0, since
    for moment, step in edges:
        if depth > 0:
            down += (moment - before).total_seconds()
        depth, before = depth + step, moment
    return down


def expected(items: Iterable[Item], since: dt.datetime = SINCE, until: dt.datetime = UNTIL) -> dict[str, Any]:
    items = list(items)
    period = (until - since).total_seconds()
    down = sum(seconds_down(item, since, until) for item in items)
    broken = sum(seconds_down(item, since, until, failures_only=True) for item in items)
    tasks = (
        WorkOrderTask.objects.filter(
            item__in=items, failure_type__isnull=False, event_date__gte=since, event_date__lt=until
        )
        .exclude(work_order__status=4)
        .select_related("out_of_service")
    )
    repairs = []
    for task in tasks:
        stop = task.out_of_service
        if stop is not None:
            if stop.final_date is not None:
                repairs.append((stop.final_date - stop.initial_date).total_seconds())
        elif task.initial_date and task.final_date:
            repairs.append((task.final_date - task.initial_date).total_seconds())
    failures = len(tasks)
    figures = {
        "assets": len(items),
        "availability": 1 - down / (period * len(items)),
        "availability_by_failures": 1 - broken / (period * len(items)),
        "failures": failures,
        "repairs": len(repairs),
        "downtime_hours": down / 3600,
        "failure_downtime_hours": broken / 3600,
    }
    if failures >= 5:
        figures["mtbf_hours"] = period * len(items) / failures / 3600
    if repairs:
        figures["mttr_hours"] = sum(repairs) / len(repairs) / 3600
    return figures


FIGURES = {
    *(
        "assets",
        "availability",
        "availability_by_failures",
        "failures",
        "repairs",
        "mtbf_hours",
        "mttr_hours",
    ),
    *("downtime_hours", "failure_downtime_hours"),
}


def same(answer: dict[str, Any], figures: dict[str, Any]) -> None:
    given = {name: value for name, value in answer.items() if name in FIGURES}
    assert given == pytest.approx(figures, abs=0.011)
    assert given["availability"] == pytest.approx(figures["availability"], abs=2e-5)


def asked(person: Person, **arguments: Any) -> dict[str, Any]:
    return person.ask(
        "get_maintenance_metrics",
        **{"since": SINCE.isoformat(), "until": UNTIL.isoformat(), "top": 200, **arguments},
    )


def equipment() -> Any:
    """Return the machines: equipment within equipment is a component."""
    return Item.objects.filter(**DEMO, type=2, active=True).exclude(parent__type=2)


def worst() -> Item:
    failing = WorkOrderTask.objects.filter(
        **DEMO, item__type=2, item__active=True, failure_type__isnull=False, event_date__range=(SINCE, UNTIL)
    ).exclude(out_of_service=None)
    task = failing.exclude(work_order__status=4).select_related("item").first()
    assert task is not None
    return task.item


def test_one_asset(planner: Person) -> None:
    item = worst()
    answer = asked(planner, scope="asset", code=item.code)
    same(answer["overall"], expected([item]))
    assert answer["overall"]["failures"] >= 1
    assert answer["coverage"]["partial"] is False
    assert answer["coverage"]["rows_used"] > 0


def test_a_place_and_each_asset_in_it(planner: Person) -> None:
    place = worst().parent
    assert place is not None
    inside = list(equipment().filter(ancestors__startswith=place.subtree))
    answer = asked(planner, scope="location", code=place.code, group_by="asset")
    same(answer["overall"], expected(inside))
    assert len(answer["groups"]) == len(inside)
    by_code = {item.code: item for item in inside}
    for group in answer["groups"]:
        same(group, expected([by_code[group["key"]]]))


def test_the_company_by_location_and_by_month(planner: Person) -> None:
    whole = expected(equipment())
    by_place = asked(planner, group_by="location")
    assert by_place["coverage"]["partial"] is False, by_place["coverage"]
    same(by_place["overall"], whole)
    assert sum(group["assets"] for group in by_place["groups"]) == whole["assets"]
    assert sum(group["failures"] for group in by_place["groups"]) == whole["failures"]
    by_month = asked(planner, group_by="month")
    assert sum(group["failures"] for group in by_month["groups"]) == whole["failures"]
    assert sum(group["downtime_hours"] for group in by_month["groups"]) == pytest.approx(
        whole["downtime_hours"], abs=0.05
    )
    zone = ZoneInfo("America/Bogota")
    months = [group["key"] for group in by_month["groups"]]
    assert months[0] == SINCE.astimezone(zone).strftime("%Y-%m")
    assert months == sorted(set(months))


def test_a_stop_that_began_long_before_and_one_that_goes_on(planner: Person) -> None:
    items = list(equipment().filter(out_of_service=None)[:2])
    running, over = items
    long_ago = SINCE - dt.timedelta(days=400)
    first = OutOfService.objects.create(
        company_id=running.company_id, item=running, initial_date=long_ago, creation_date=long_ago
    )
    second = OutOfService.objects.create(
        company_id=over.company_id,
        item=over,
        initial_date=long_ago,
        final_date=SINCE + dt.timedelta(days=6),
        creation_date=long_ago,
    )
    overlapping = OutOfService.objects.create(
        company_id=over.company_id,
        item=over,
        initial_date=SINCE + dt.timedelta(days=3),
        final_date=SINCE + dt.timedelta(days=12),
        creation_date=SINCE,
    )
    Item.objects.filter(pk=running.pk).update(available=False, initial_date_out_of_service=long_ago)
    try:
        same(asked(planner, scope="asset", code=running.code)["overall"], expected([running]))
        assert asked(planner, scope="asset", code=running.code)["overall"]["availability"] == 0
        answer = asked(planner, scope="asset", code=over.code)["overall"]
        assert answer["availability"] == pytest.approx(0.8, abs=1e-5)  # 12 days of 60, not 15
    finally:
        Item.objects.filter(pk=running.pk).update(available=True, initial_date_out_of_service=None)
        for record in (first, second, overlapping):
            record.delete()


def test_many_calls_are_asked_for_first(planner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcp_gateway.tools.metrics.metrics.ASK_ABOVE", 10)
    since = (timezone.now() - dt.timedelta(days=720)).date().isoformat()
    refused = planner.refused("get_maintenance_metrics", since=since)
    assert refused["code"] == "needs_many_calls"
    assert refused["calls"] > 10
    assert str(refused["calls"]) in refused["message"]
    agreed = planner.ask("get_maintenance_metrics", since=since, allow_calls=200)
    assert agreed["coverage"]["partial"] is False


def test_the_rights(technician: Person, stranger: Person, person: Callable[..., Person]) -> None:
    assert technician.refused("get_maintenance_metrics")["code"] == "not_permitted"
    assert (
        stranger.refused("get_maintenance_metrics", scope="asset", code=worst().code)["code"] == "not_found"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"scope": "asset"},
        {"scope": "company", "code": "X"},
        {"since": "2026-02-01", "until": "2026-01-01"},
        {"since": "2999-01-01"},
        {"since": "1990-01-01"},
        {"group_by": "week"},
    ],
)
def test_what_makes_no_sense_is_refused(planner: Person, arguments: dict[str, Any]) -> None:
    assert planner.refused("get_maintenance_metrics", **arguments)["code"] == "invalid_arguments"


@pytest.mark.parametrize(
    ("calls", "arguments"),
    [
        (5, {"metric": "summary"}),
        (5, {"scope": "asset", "code": "GENSET 2", "since": YEAR_AGO}),
        (37, {"since": YEAR_AGO}),
        (37, {"since": YEAR_AGO, "group_by": "manufacturer", "components": True}),
        (37, {"since": YEAR_AGO, "group_by": "failure_cause"}),
        (28, {"metric": "repeat_failures", "since": YEAR_AGO, "group_by": "asset"}),
        (3, {"metric": "backlog"}),
        (8, {"metric": "stock_below_minimum"}),
        (20, {"metric": "purchase_draft"}),
        (9, {"metric": "stock_use"}),
        (40, {"metric": "idle_stock"}),
        (20, {"metric": "cost", "group_by": "third_party", "since": YEAR_AGO}),
    ],
)
def test_upstream_calls_stay_within_their_budget(
    admin: Person, calls: int, arguments: dict[str, Any]
) -> None:
    """Those of docs/benchmark.md are among them."""
    admin.ask("get_maintenance_metrics", **arguments)
    spent = Event.objects.filter(tool="get_maintenance_metrics").latest("id").upstream_calls
    assert spent <= calls
