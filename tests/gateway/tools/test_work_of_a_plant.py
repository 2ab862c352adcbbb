"""Work, cost and flags that the demo plant does not have; expected values are arithmetic on the input."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from maintenance.models import (
    Item,
    Personnel,
    ResourceType,
    TaskResource,
    TaskStatus,
    ThirdParty,
    WorkOrder,
    WorkOrderStatus,
    WorkRequest,
)
from tests.gateway.tools.small_plant import DAY, SmallPlant

IN_PROCESS, REVIEW = WorkOrderStatus.IN_PROCESS, WorkOrderStatus.REVIEW
CANCELLED = WorkOrderStatus.CANCELLED
PLANNED = {"trigger": "DATE$EVERY$1$MONTHS"}
STOCK = ("stock_below_minimum", "purchase_draft")
WORK = ("backlog", "compliance", "planned_share", "cost", "work_per_person")


@pytest.fixture
def plant() -> SmallPlant:
    return SmallPlant(timezone.now())


def listed(plant: SmallPlant, **arguments: Any) -> dict[str, tuple[str, bool]]:
    orders = plant.person.everything("list_work_orders", "work_orders", **arguments)
    return {order["folio"]: (order["priority"], order["overdue"]) for order in orders}


def test_work_reported_as_not_finished_is_not_finished_anywhere(plant: SmallPlant) -> None:
    """H7: the status of a task decides, not whether it has a final date."""
    order = plant.order(IN_PROCESS, days_ago=30)
    task = plant.to_do(order, plant.item("PUMP"), duration=36_000, **PLANNED)
    begun = (plant.now - dt.timedelta(hours=3)).isoformat()
    ended = (plant.now - dt.timedelta(hours=1)).isoformat()
    before = plant.metric("backlog")["overall"]
    plant.person.ask(
        "update_work_order",
        folio=order.folio,
        task={"id": task.pk, "started_at": begun, "finished_at": ended, "done": False},
    )
    task.refresh_from_db()
    assert (task.status, task.final_date is None) == (TaskStatus.IN_PROGRESS, False)
    assert plant.metric("backlog")["overall"] == before
    assert before["hours"] == 10
    assert listed(plant, overdue=True) == {order.folio: ("medium", True)}
    shown = plant.person.ask("get_work_order", folio=order.folio)
    assert (shown["overdue"], shown["tasks"][0]["overdue"]) == (True, True)
    assert plant.metric("summary")["overall"]["late_in_process_tasks"] == 1
    for metric in ("planned_share", "cost", "work_per_person"):
        assert plant.metric(metric)["overall"]["tasks"] == 0
    due = plant.metric("compliance")["overall"]
    assert (due["tasks"], due["done"], due["on_time"]) == (1, 0, 0)


def test_compliance_goes_by_the_month_in_which_work_was_due(plant: SmallPlant) -> None:
    """H8, D3: months in order, not by share; work in its grace period is counted separately."""
    plant = SmallPlant(timezone.now(), time_zone="America/Bogota")
    pump = plant.item("PUMP")
    for month, late in (("2026-07-31", 2), ("2026-08-01", 0), ("2026-08-31", 3), ("2026-08-15", 30)):
        at = dt.datetime.fromisoformat(f"{month}T23:30:00-05:00")
        order = plant.order(days_ago=(plant.now - at) / DAY + 1)
        plant.task(order, pump, date_maintenance=at, final_date=at + late * DAY, **PLANNED)
    plant.to_do(plant.order(IN_PROCESS), pump, date_maintenance=plant.now - 3 * DAY, **PLANNED)
    cancelled = plant.order(CANCELLED, days_ago=110)
    plant.to_do(cancelled, pump, date_maintenance=dt.datetime(2026, 8, 10, tzinfo=dt.UTC), **PLANNED)
    august = {"since": "2026-08-01", "until": "2026-08-31"}
    answer = plant.metric("compliance", group_by="month", **august)
    assert [(row["key"], row["tasks"], row["on_time"]) for row in answer["rows"]] == [("2026-08", 3, 2)]
    assert answer["overall"]["share"] == round(2 / 3, 4)
    both = plant.metric("compliance", group_by="month", since="2026-07-01")
    assert [row["key"] for row in both["rows"][:2]] == ["2026-07", "2026-08"]
    assert [row["tasks"] for row in both["rows"][:2]] == [1, 3]
    overall = both["overall"]
    assert (overall["tasks"], overall["done"], overall["on_time"], overall["in_grace"]) == (5, 4, 3, 1)
    assert overall["share"] == 0.75
    missed = plant.metric("compliance", since="2026-07-01", days=2)["overall"]
    assert (missed["in_grace"], missed["on_time"], missed["share"]) == (0, 2, 0.4)


def test_what_is_of_an_order_is_of_all_its_tasks(plant: SmallPlant) -> None:
    """D4, D10: whichever filter finds the order, and filters by these values find it."""
    line = plant.place("LINE")
    filler, packer = plant.item("FILLER", line), plant.item("PACKER")
    urgent = plant.order(IN_PROCESS, days_ago=20)
    plant.to_do(urgent, filler, priority=4, date_maintenance=plant.now + 5 * DAY)
    plant.to_do(urgent, packer, priority=2, date_maintenance=plant.now - 5 * DAY, description="Change belt")
    calm = plant.order(IN_PROCESS, days_ago=10)
    plant.to_do(calm, filler, priority=3, date_maintenance=plant.now + 2 * DAY)
    closed = plant.order(days_ago=40)
    plant.task(closed, filler, priority=1)
    expected = {urgent.folio: ("high", True), calm.folio: ("medium", False)}
    soon = {"since": plant.ago(0), "until": plant.ago(-9), "date_kind": "scheduled"}
    for narrow in ({"asset": "FILLER"}, {"location": "LINE"}, soon, {}):
        assert listed(plant, status=["in_process"], **narrow) == expected
        assert listed(plant, overdue=True, **narrow) == {urgent.folio: ("high", True)}
        assert listed(plant, priority=["high"], **narrow) == {urgent.folio: ("high", True)}
        assert listed(plant, priority=["low"], **narrow) == {}
        assert listed(plant, status=["in_process"], text="belt", **narrow) == {urgent.folio: ("high", True)}
        assert listed(plant, status=["in_process"], overdue=False, **narrow) == {
            calm.folio: ("medium", False)
        }
    for folio, (priority, overdue) in expected.items():
        shown = plant.person.ask("get_work_order", folio=folio)
        assert (shown["priority"], shown["overdue"]) == (priority, overdue)
    refused = plant.person.refused("list_work_orders", overdue=True, status=["completed"])
    assert refused["code"] == "invalid_arguments"


def test_many_orders_are_looked_up_whole_with_few_calls(plant: SmallPlant) -> None:
    from mcp_gateway.models import ToolCall

    pump, other = plant.item("PUMP"), plant.item("OTHER")
    for number in range(60):
        order = plant.order(IN_PROCESS, days_ago=1 + number / 100)
        plant.to_do(order, pump)
        plant.to_do(order, other, priority=1 + number % 5)
    found = plant.person.ask("list_work_orders", asset="PUMP", limit=25)
    priorities = [order["priority"] for order in found["work_orders"]]
    words = ["very_high", "high", "medium", "medium", "medium"]  # the task on PUMP has medium priority
    assert priorities == [words[number % 5] for number in range(25)]
    assert ToolCall.objects.latest("id").upstream_calls <= 4
    everything = listed(plant, asset="PUMP", limit=100)
    assert len(everything) == 60
    assert [priority for priority, _ in everything.values()].count("very_high") == 12


def test_cancelled_orders_cost_nothing_and_nobody(plant: SmallPlant) -> None:
    """M15: all metrics of finished work use the same tasks."""
    pump = plant.item("PUMP")
    plant.task(plant.order(), pump, labour_cost=Decimal(100))
    plant.task(plant.order(CANCELLED), pump, labour_cost=Decimal(900))
    for metric in ("cost", "work_per_person", "planned_share"):
        assert plant.metric(metric)["overall"]["tasks"] == 1
    assert plant.metric("cost")["overall"]["total"] == 100


def test_third_parties_sum_to_the_services_of_cost(plant: SmallPlant) -> None:
    """D6, H9: the same tasks by the same date, in every scope."""
    pump, fan = plant.item("PUMP"), plant.item("FAN")
    acme = ThirdParty.objects.create(company=plant.company, code="ACME", name="Acme")
    for item, days_ago, cost, entered in ((pump, 40, 70, 70), (pump, 9, 50, 30), (fan, 8, 20, 20)):
        order = plant.order(days_ago=days_ago)
        final = plant.now - 5 * DAY
        task = plant.task(order, item, services_cost=Decimal(cost), final_date=final)
        TaskResource.objects.create(
            company=plant.company,
            task=task,
            type=ResourceType.SERVICES,
            third_party=acme,
            description="Help",
            source="Acme Ltd",
            source_code="ACME",
            qty=1,
            total_cost=entered,
            date_create=order.creation_date,
        )
    lately = {"since": plant.ago(7)}
    for scope, services in (({}, 140), ({"scope": "asset", "code": "PUMP"}, 120)):
        assert plant.metric("cost", **lately, **scope)["overall"]["services"] == services
        answer = plant.metric("cost", group_by="third_party", **lately, **scope)
        assert answer["overall"]["services"] == services
        rows = {row["key"]: row["services"] for row in answer["rows"]}
        assert rows == {"ACME": services - 20, "-": 20}
        assert any("difference" in note for note in answer["notes"])
    fans = plant.metric("cost", group_by="third_party", scope="asset", code="FAN", **lately)
    assert [(row["key"], row["services"]) for row in fans["rows"]] == [("ACME", 20)]


def test_a_group_is_known_by_its_code(plant: SmallPlant) -> None:
    """M8: a renamed asset, and a person with two spellings."""
    pump = plant.item("PUMP")
    second = Personnel.objects.create(company=plant.company, code="P2", first_name="Ana")
    for days_ago, name in ((60, "Old pump"), (20, "New pump")):
        plant.task(
            plant.order(days_ago=days_ago), pump, item_description=name, labour_cost=Decimal(5), **PLANNED
        )
    plant.task(plant.order(responsible=second), pump, item_description="New pump")
    for metric in ("cost", "planned_share", "compliance"):
        rows = plant.metric(metric, group_by="asset")["rows"]
        assert [(row["key"], row["name"]) for row in rows] == [("PUMP", "New pump")]
    by_person = {row["key"]: row["tasks"] for row in plant.metric("cost", group_by="person")["rows"]}
    assert by_person == {"P1": 2, "P2": 1}


def test_whose_orders_are_closed(plant: SmallPlant) -> None:
    """D14: an order with one finished task is not a finished order."""
    pump = plant.item("PUMP")
    for status in (IN_PROCESS, IN_PROCESS, REVIEW, WorkOrderStatus.FINISHED):
        order = plant.order(status)
        plant.task(order, pump)
        if status == IN_PROCESS:
            plant.to_do(order, pump)
    answer = plant.metric("work_per_person")
    (row,) = answer["rows"]
    assert (row["tasks"], row["orders"], row["closed_orders"], row["hours"]) == (4, 4, 1, 4)
    summary = plant.metric("summary")
    assert summary["overall"]["late_in_process_tasks"] == 2
    assert summary["coverage"]["rows_used"] == 6


def test_requests_of_a_place(plant: SmallPlant) -> None:
    """D1: figures of a location cover only that location."""
    hall = plant.place("HALL")
    line = plant.place("LINE", hall)
    machine, elsewhere = plant.item("MACHINE", line), plant.item("ELSEWHERE")
    for item in (hall, line, machine, machine, elsewhere, None):
        WorkRequest.objects.create(
            company=plant.company, item=item, description="Noise", date=plant.now - DAY, status=1,
            date_incident=plant.now - DAY, status_date=plant.now - DAY,
        )  # fmt: skip
    for scope, count in (
        ({}, 6),
        ({"scope": "location", "code": "HALL"}, 4),
        ({"scope": "location", "code": "LINE"}, 3),
        ({"scope": "asset", "code": "MACHINE"}, 2),
    ):
        answer = plant.metric("requests", group_by="location", **scope)
        assert answer["overall"]["requests"] == count
        assert sum(row["requests"] for row in answer["rows"]) == count


@pytest.mark.parametrize(
    ("metric", "arguments"),
    [
        *[(metric, {"scope": "location", "code": "LINE"}) for metric in STOCK],
        *[(metric, {"scope": "asset", "code": "PUMP"}) for metric in STOCK],
        *[(metric, {"since": "2026-01-01"}) for metric in ("backlog", "stale_meters", "purchase_draft")],
        *[(metric, {"until": "2026-01-01"}) for metric in ("meter_forecast", "stock_below_minimum")],
        *[(metric, {"days": 5}) for metric in ("reliability", "backlog", "cost", "requests", "summary")],
        *[(metric, {"hours_per_week": 40}) for metric in ("reliability", "work_per_person")],
        *[(metric, {"group_by": "person"}) for metric in ("reliability", "summary", "work_per_person")],
        ("backlog", {"group_by": "month"}),
    ],
)
def test_an_argument_is_applied_or_refused(plant: SmallPlant, metric: str, arguments: dict[str, Any]) -> None:
    line = plant.place("LINE")
    plant.item("PUMP", line)
    refused = plant.person.refused("get_maintenance_metrics", metric=metric, **arguments)
    assert refused["code"] == "invalid_arguments"


@pytest.mark.parametrize("metric", [*WORK, "reliability", "repeat_failures", "summary", "requests"])
def test_a_scope_changes_the_figure(plant: SmallPlant, metric: str) -> None:
    """H9: inside and outside add up to the company, counted here with plain SQL."""
    line = plant.place("LINE")
    inside, outside = plant.item("INSIDE", line), plant.item("OUTSIDE")
    for item, times in ((inside, 2), (outside, 3)):
        for _ in range(times):
            plant.task(plant.order(), item, failure_type=plant.failure_type, **PLANNED)
            plant.to_do(plant.order(IN_PROCESS), item, **PLANNED)
            WorkRequest.objects.create(
                company=plant.company, item=item, description="Noise", date=plant.now - DAY, status=1,
                date_incident=plant.now - DAY, status_date=plant.now - DAY,
            )  # fmt: skip

    def count(**scope: str) -> int:
        overall = plant.metric(metric, **scope)["overall"]
        names = ("failures", "requests", "tasks", "in_process_tasks")
        return int(next(overall[name] for name in names if name in overall))

    with connection.cursor() as cursor:
        cursor.execute(
            "select i.code, count(*) from maintenance_workordertask t join maintenance_item i"
            " on i.id = t.item_id where t.company_id = %s and t.status = 3 group by i.code",
            [plant.company.pk],
        )
        done = dict(cursor.fetchall())
    times = 2 if metric == "compliance" else 1  # due tasks are the done ones and the others
    assert count() == times * sum(done.values())
    assert (
        count(scope="location", code="LINE") == count(scope="asset", code="INSIDE") == times * done["INSIDE"]
    )
    assert count(scope="asset", code="OUTSIDE") == times * done["OUTSIDE"]


def test_every_order_of_the_demo_plant_says_the_same_in_list_and_record(admin: Any) -> None:
    """The order of D4 was in the demo plant: it must be equal for every asset that shows it."""
    several = WorkOrder.objects.filter(company__slug="demo", status=1)
    checked = 0
    for order in several:
        items = Item.objects.filter(tasks__work_order=order).distinct()
        if len(items) < 2:
            continue
        whole = admin.ask("get_work_order", folio=order.folio)
        for item in items[:2]:
            found = admin.everything(
                "list_work_orders", "work_orders", asset=item.code, status=["in_process"]
            )
            (shown,) = (one for one in found if one["folio"] == order.folio)
            assert (shown["priority"], shown["overdue"]) == (whole["priority"], whole["overdue"])
            checked += 1
        if checked >= 6:
            return
    assert checked
