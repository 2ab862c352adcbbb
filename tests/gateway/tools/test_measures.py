"""Each metric against figures computed from the database."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import pytest
from django.db.models import F, Sum
from django.utils import timezone

from audit.models import Event
from maintenance.models import (
    Meter,
    Movement,
    MovementType,
    Personnel,
    PlannedResource,
    RequestStatusChange,
    StockLevel,
    TaskResource,
    WorkOrderTask,
    WorkRequest,
)
from tests.gateway.tools.conftest import Person, PersonMaker

DEMO = {"company__slug": "demo"}
UNTIL = timezone.now()
SINCE = UNTIL - dt.timedelta(days=90)
GRACE = dt.timedelta(days=7)
PERIOD = {"since": SINCE.isoformat(), "until": UNTIL.isoformat()}


ABOUT_NOW = {"backlog", "stale_meters", "meter_forecast", "stock_below_minimum", "purchase_draft"}


def measured(person: Person, metric: str, **arguments: Any) -> dict[str, Any]:
    period = {} if metric in ABOUT_NOW else PERIOD
    answer = person.ask("get_maintenance_metrics", metric=metric, top=200, **{**period, **arguments})
    assert ("period" in answer) == (metric not in ABOUT_NOW)
    assert answer["metric"] == metric
    assert answer["method"]
    assert answer["coverage"]["partial"] is False
    return answer


def finished() -> Any:
    done = WorkOrderTask.objects.filter(status=3, final_date__range=(SINCE, UNTIL), **DEMO)
    return done.exclude(work_order__status=4)


def test_counts_in_five_calls(admin: Person) -> None:
    answer = measured(admin, "summary")
    created = WorkOrderTask.objects.filter(order_date__range=(SINCE, UNTIL), **DEMO)
    for status, word in enumerate(("in_process", "review", "completed", "cancelled"), 1):
        assert answer["overall"][f"{word}_tasks"] == created.filter(work_order__status=status).count()
    late = WorkOrderTask.objects.filter(work_order__status=1, date_maintenance__lt=timezone.now(), **DEMO)
    undone = late.exclude(status=3)
    assert 0 < undone.count() < late.count()
    assert answer["overall"]["late_in_process_tasks"] == undone.count()
    older = undone.exclude(order_date__range=(SINCE, UNTIL)).count()
    assert answer["coverage"]["rows_used"] == created.count() + older
    assert answer["coverage"]["pages_read"] == 5


def test_compliance(admin: Person) -> None:
    answer = measured(admin, "compliance", group_by="family")
    planned = [
        task
        for task in WorkOrderTask.objects.filter(date_maintenance__range=(SINCE, UNTIL), **DEMO).exclude(
            work_order__status=4
        )
        if task.trigger.startswith(("DATE$", "READING$"))
    ]
    on_time = [
        task
        for task in planned
        if task.status == 3 and task.final_date and task.final_date <= task.date_maintenance + GRACE
    ]
    in_grace = [task for task in planned if task.status != 3 and task.date_maintenance + GRACE >= UNTIL]
    assert in_grace
    assert answer["overall"]["tasks"] == len(planned)
    assert answer["overall"]["on_time"] == len(on_time)
    assert answer["overall"]["in_grace"] == len(in_grace)
    assert answer["overall"]["share"] == round(len(on_time) / (len(planned) - len(in_grace)), 4)
    assert sum(row["tasks"] for row in answer["rows"]) == len(planned)


def test_backlog_in_hours_and_weeks(admin: Person) -> None:
    answer = measured(admin, "backlog", group_by="person")
    waiting = WorkOrderTask.objects.filter(work_order__status__in=(1, 2), **DEMO).exclude(status=3)
    seconds = waiting.aggregate(sum=Sum("duration"))["sum"]
    people = waiting.values("work_order__responsible").distinct().count()
    assert answer["overall"]["hours"] == pytest.approx(seconds / 3600, abs=0.02)
    assert answer["overall"]["weeks"] == pytest.approx(seconds / 3600 / people / 40, abs=0.02)
    busy = waiting.values_list("work_order__responsible__code", flat=True)
    everybody = Personnel.objects.filter(active=True, only_request=False, **DEMO)
    expected = {*busy, *everybody.values_list("code", flat=True)}
    assert {row["key"] for row in answer["rows"]} == expected
    assert sum(row["tasks"] > 0 for row in answer["rows"]) == people
    assert answer["overall"]["people_without_work"] == len(expected) - people


def test_cost_by_month_and_by_third_party(admin: Person) -> None:
    answer = measured(admin, "cost", group_by="month")
    sums = finished().aggregate(
        labour=Sum("labour_cost"), parts=Sum("inventory_cost"), services=Sum("services_cost")
    )
    for name, value in sums.items():
        assert answer["overall"][name] == pytest.approx(float(value), abs=0.05)
    assert sum(row["total"] for row in answer["rows"]) == pytest.approx(answer["overall"]["total"], abs=0.05)
    by_party = measured(admin, "cost", group_by="third_party")
    services = TaskResource.objects.filter(type=3, task__in=finished(), **DEMO)
    expected: dict[str, float] = defaultdict(float)
    for service in services:
        expected[service.source_code or "-"] += service.total_cost
    assert by_party["overall"]["services"] == answer["overall"]["services"]
    assert {row["key"]: row["services"] for row in by_party["rows"]} == pytest.approx(expected, abs=0.05)


def test_the_cost_of_one_asset_in_a_year_is_cheap(admin: Person) -> None:
    task = WorkOrderTask.objects.filter(inventory_cost__gt=0, **DEMO)[0]
    year = {"since": (UNTIL - dt.timedelta(days=365)).isoformat()}
    answer = measured(admin, "cost", scope="asset", code=task.item.code, **year)
    expected = WorkOrderTask.objects.filter(
        item=task.item, status=3, final_date__range=(UNTIL - dt.timedelta(days=365), UNTIL)
    ).aggregate(sum=Sum(F("labour_cost") + F("inventory_cost") + F("services_cost")))["sum"]
    assert answer["overall"]["total"] == pytest.approx(float(expected or 0), abs=0.05)
    call = Event.objects.filter(tool="get_maintenance_metrics").latest("id")
    assert call.upstream_calls <= 20


def test_requests(admin: Person) -> None:
    answer = measured(admin, "requests", group_by="month")
    asked = list(WorkRequest.objects.filter(date__range=(SINCE, UNTIL), **DEMO))
    solved = [row for row in asked if row.status in (4, 6) and row.date_solution]
    assert answer["overall"]["requests"] == len(asked)
    hours = [(row.date_solution - row.date).total_seconds() / 3600 for row in solved if row.date_solution]
    assert answer["overall"]["resolution_hours"] == pytest.approx(sum(hours) / len(hours), abs=0.02)
    waits = []
    for row in asked:
        first = (
            RequestStatusChange.objects.filter(request=row)
            .exclude(status__in=(1, 13))
            .order_by("date")
            .first()
        )
        if first is not None:
            waits.append((first.date - row.date).total_seconds() / 3600)
    assert answer["overall"]["response_hours"] == pytest.approx(sum(waits) / len(waits), abs=0.02)


def test_planned_against_reactive(admin: Person) -> None:
    answer = measured(admin, "planned_share")
    tasks = list(finished())
    planned = [task for task in tasks if task.trigger.startswith(("DATE$", "READING$"))]
    assert answer["overall"]["tasks"] == len(tasks)
    assert answer["overall"]["planned_share"] == pytest.approx(len(planned) / len(tasks), abs=1e-3)


def test_work_per_person(admin: Person) -> None:
    answer = measured(admin, "work_per_person")
    expected: dict[str, int] = defaultdict(int)
    for task in finished().select_related("work_order__responsible"):
        expected[task.work_order.responsible.code] += task.real_duration or 0
    assert {row["key"]: row["hours"] for row in answer["rows"] if row["tasks"]} == pytest.approx(
        {key: seconds / 3600 for key, seconds in expected.items()}, abs=0.02
    )


def test_repeat_failures(admin: Person) -> None:
    answer = measured(admin, "repeat_failures", days=2)
    same: dict[tuple[str, str], int] = defaultdict(int)
    failed = WorkOrderTask.objects.filter(
        order_date__range=(SINCE, UNTIL), failure_type__isnull=False, **DEMO
    ).exclude(work_order__status=4)
    for task in failed:
        same[task.item.code, task.description] += 1
    expected = {key: count for key, count in same.items() if count >= 2}
    assert {(row["key"], row["task"]): row["failures"] for row in answer["rows"]} == expected


def test_meters_that_make_work_due(admin: Person) -> None:
    answer = measured(admin, "meter_forecast", days=400)
    for row in answer["rows"]:
        meter = Meter.objects.get(pk=row["meter"])
        assert meter.counter_value is not None
        assert row["value"] == meter.counter_value < row["due_value"]
    assert answer["rows"]


def test_stock_below_its_minimum_and_who_needs_it(admin: Person) -> None:
    answer = measured(admin, "stock_below_minimum")
    short = StockLevel.objects.filter(stock__lt=F("min_level"), item__active=True, **DEMO)
    assert {(row["key"], row["warehouse"]) for row in answer["rows"]} == {
        (level.item.code, level.warehouse.code) for level in short.select_related("item", "warehouse")
    }
    waiting = Movement.objects.filter(
        type=MovementType.REQUISITION,
        state__in=(1, 2),
        date_create__gte=UNTIL - dt.timedelta(days=180),
        **DEMO,
    )
    needed: dict[tuple[str, str], float] = defaultdict(float)
    for paper in waiting.select_related("warehouse").prefetch_related("lines__item"):
        for line in paper.lines.all():
            needed[line.item.code, paper.warehouse.code] += line.qty_pending
    for row in answer["rows"]:
        assert row.get("needed", 0) == needed.get((row["key"], row["warehouse"]), 0)


def test_what_to_buy(admin: Person) -> None:
    answer = measured(admin, "purchase_draft", days=60)
    assert answer["rows"]
    for row in answer["rows"]:
        assert row["buy"] == pytest.approx(row["minimum"] + row["needed"] - row["stock"], abs=0.01)
    planned = PlannedResource.objects.filter(type=1, **DEMO).values_list("item__code", flat=True)
    assert any(row["key"] in set(planned) for row in answer["rows"])


def test_what_a_measure_needs(admin: Person, person: PersonMaker) -> None:
    grouped = admin.refused("get_maintenance_metrics", metric="summary", group_by="asset")
    assert grouped["code"] == "invalid_arguments"
    few = person(rights=admin.caller.rights - {"inventory:view"})
    refused = few.refused("get_maintenance_metrics", metric="purchase_draft")
    assert refused["missing_rights"] == ["inventory:view"]
