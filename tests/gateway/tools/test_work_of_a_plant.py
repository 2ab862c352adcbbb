"""Work, cost and flags that the demo plant does not have; expected values are arithmetic on the input."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Membership, PermissionGroup
from maintenance.models import (
    Item,
    ItemType,
    Movement,
    MovementLine,
    MovementState,
    MovementType,
    Personnel,
    ResourceType,
    TaskResource,
    TaskStatus,
    ThirdParty,
    ThirdPartyContact,
    Warehouse,
    WorkOrder,
    WorkOrderStatus,
    WorkRequest,
)
from tests.gateway.tools.conftest import Person, caller_of, embedded_only
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
    strict = plant.metric("compliance", since="2026-07-01", days=0)["overall"]
    assert (strict["in_grace"], strict["on_time"], strict["share"]) == (0, 1, 0.2)


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
    from audit.models import Event

    pump, other = plant.item("PUMP"), plant.item("OTHER")
    for number in range(60):
        order = plant.order(IN_PROCESS, days_ago=1 + number / 100)
        plant.to_do(order, pump)
        plant.to_do(order, other, priority=1 + number % 5)
    found = plant.person.ask("list_work_orders", asset="PUMP", limit=25)
    priorities = [order["priority"] for order in found["work_orders"]]
    words = ["very_high", "high", "medium", "medium", "medium"]  # the task on PUMP has medium priority
    assert priorities == [words[number % 5] for number in range(25)]
    assert Event.objects.latest("id").upstream_calls <= 4
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
        over = plant.now - 7 * DAY if status == WorkOrderStatus.FINISHED else None
        order = plant.order(status, final_date=over)
        plant.task(order, pump)
        if status == IN_PROCESS:
            plant.to_do(order, pump)
    # Closed lately: work of the last year, and an order that was closed before the period.
    long_ago = plant.order(days_ago=200, final_date=plant.now - 5 * DAY)
    plant.task(long_ago, pump)
    plant.task(long_ago, pump)
    plant.task(plant.order(days_ago=120, final_date=plant.now - 100 * DAY), pump)
    answer = plant.metric("work_per_person")
    (row,) = answer["rows"]
    assert (row["tasks"], row["worked_orders"], row["closed_orders"], row["hours"]) == (4, 4, 2, 4)
    assert row["hours_to_close"] == (3 + 195) / 2 * 24
    assert "orders" not in row
    assert answer["coverage"]["rows_used"] == 6
    summary = plant.metric("summary")
    assert summary["overall"]["late_in_process_tasks"] == 2
    assert summary["coverage"]["rows_used"] == 6


def test_who_is_free_and_who_is_overloaded(plant: SmallPlant) -> None:
    """Those with nothing to do are listed, and the week is the company's."""
    now = plant.now = timezone.now()
    pump = plant.item("PUMP")
    people = {
        name: Personnel.objects.create(company=plant.company, code=name, first_name=name, **fields)
        for name, fields in (
            ("BUSY", {}), ("IDLE", {}), ("GONE", {"active": False}),
            ("ASKS", {"only_request": True}),
        )
    }  # fmt: skip
    for name, seconds in (("BUSY", 50 * 3600), ("BUSY", 3600)):
        order = plant.order(IN_PROCESS, days_ago=1, responsible=people[name])
        plant.to_do(order, pump, duration=seconds, date_maintenance=now + 2 * DAY)
    later = plant.order(IN_PROCESS, days_ago=1, responsible=people["IDLE"])
    plant.to_do(later, pump, duration=7200, date_maintenance=now + 10 * DAY)
    week = {"group_by": "person", "until": (now + 7 * DAY).isoformat()}

    def shown(**asked: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        answer = plant.metric("backlog", **asked)
        return answer, {row["key"]: row for row in answer["rows"]}

    answer, rows = shown(**week)
    assert list(rows) == ["BUSY", "IDLE", "P1"]
    assert {key: row.get("free_hours") for key, row in rows.items()} == {
        "BUSY": -11, "IDLE": 40, "P1": 40,
    }  # fmt: skip
    assert (rows["IDLE"]["tasks"], rows["IDLE"]["hours"]) == (0, 0)
    assert answer["overall"]["people_without_work"] == 2
    assert "40 hours a week, assumed: none is set" in answer["method"]
    assert "since" not in answer["period"]

    plant.company.hours_per_week = 37.5
    plant.company.save()
    plant.person = Person(caller_of(plant.email))
    answer, rows = shown(**week)
    assert (rows["BUSY"]["free_hours"], rows["BUSY"]["weeks"]) == (-13.5, 1.36)
    assert "37.5 hours a week, as the company set it" in answer["method"]
    answer, rows = shown(hours_per_week=20, **week)
    assert (answer["overall"]["hours_per_week"], rows["IDLE"]["free_hours"]) == (20, 20)
    assert "20 hours a week, as asked" in answer["method"]
    answer, rows = shown(group_by="person")
    assert "period" not in answer
    assert "capacity_hours" not in rows["BUSY"]
    assert rows["IDLE"]["hours"] == 2
    ahead = plant.metric("backlog", since=(now + 5 * DAY).isoformat())
    assert (ahead["overall"]["tasks"], "until" in ahead["period"]) == (1, False)


@embedded_only
def test_nobody_is_called_idle_whose_work_is_not_seen(plant: SmallPlant) -> None:
    """Who sees a place, own orders only or no people at all cannot tell who has nothing to do."""
    plant.item("PUMP", plant.place("LINE"))
    Personnel.objects.create(company=plant.company, code="IDLE", first_name="Idle")
    assert {row["key"] for row in plant.metric("backlog", group_by="person")["rows"]} == {"IDLE", "P1"}
    place = plant.metric("backlog", group_by="person", scope="location", code="LINE")
    assert place["rows"] == []
    assert any("People may have other work" in note for note in place["notes"])
    group = Membership.objects.get(company=plant.company).permission_group
    for change, note in (
        ({"own_work_orders_only": True}, "People may have other work"),
        ({"rights": sorted({*group.rights} - {"people:view"})}, "may not see the people"),
    ):
        PermissionGroup.objects.filter(pk=group.pk).update(**{"own_work_orders_only": False} | change)
        person = Person(caller_of(plant.email))
        answer = person.ask("get_maintenance_metrics", metric="backlog", group_by="person")
        assert answer["rows"] == []
        assert any(note in said for said in answer["notes"]), answer["notes"]


def test_open_orders_by_state_and_age(plant: SmallPlant) -> None:
    pump = plant.item("PUMP")
    party = ThirdParty.objects.create(company=plant.company, code="T", name="Workshop")
    contact = ThirdPartyContact.objects.create(company=plant.company, third_party=party, name="Rosa")
    bolt = plant.item("BOLT", type=ItemType.SPARE_PARTS)
    store = Warehouse.objects.create(company=plant.company, code="A", description="Store")

    def asks_for_parts(order: WorkOrder, pending: int) -> None:
        paper = Movement.objects.create(
            company=plant.company, warehouse=store, type=MovementType.REQUISITION,
            state=MovementState.PARTIAL_DELIVERY, folio=f"R-{order.folio}", document=order.folio,
            work_order=order, date_create=plant.now - DAY,
        )  # fmt: skip
        MovementLine.objects.create(
            company=plant.company, movement=paper, item=bolt, qty=2, qty_pending=pending, unit_cost=1
        )

    kinds = ((IN_PROCESS, 5), (REVIEW, 8), (IN_PROCESS, 31), (IN_PROCESS, 31), (IN_PROCESS, 91))
    orders = [plant.order(status, days_ago=days) for status, days in kinds]
    for order in orders:
        plant.to_do(order, pump)
        plant.to_do(order, pump)
    asks_for_parts(orders[1], 1)  # in review all the same
    asks_for_parts(orders[2], 1)
    asks_for_parts(orders[4], 0)  # all delivered
    WorkOrder.objects.filter(pk=orders[3].pk).update(contact=contact, responsible=None)
    plant.task(plant.order(), pump)
    answer = plant.metric("ageing")
    rows = {row["key"]: row for row in answer["rows"]}
    assert {key: (row["orders"], row["folios"], row["days"]) for key, row in rows.items()} == {
        "review": (1, [orders[1].folio], 8),
        "waiting_for_parts": (1, [orders[2].folio], 31),
        "third_party": (1, [orders[3].folio], 31),
        "in_process": (2, [orders[4].folio, orders[0].folio], 91),
    }
    bands = ("up_to_7_days", "up_to_30_days", "up_to_90_days", "over_90_days")
    assert [answer["overall"][name] for name in bands] == [1, 1, 2, 1]
    assert not answer["coverage"]["partial"]
    group = Membership.objects.get(company=plant.company).permission_group
    PermissionGroup.objects.filter(pk=group.pk).update(rights=sorted({*group.rights} - {"inventory:view"}))
    person = Person(caller_of(plant.email))
    without = person.ask("get_maintenance_metrics", metric="ageing")
    assert {row["key"] for row in without["rows"]} == {"review", "third_party", "in_process"}
    assert without["coverage"]["partial"]
    assert any("inventory:view" in note for note in without["notes"])


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
        *[(metric, {"since": "2026-01-01"}) for metric in ("ageing", "stale_meters", "purchase_draft")],
        *[(metric, {"until": "2026-01-01"}) for metric in ("meter_forecast", "stock_below_minimum")],
        *[(metric, {"days": 5}) for metric in ("reliability", "backlog", "cost", "requests", "summary")],
        *[(metric, {"hours_per_week": 40}) for metric in ("reliability", "work_per_person")],
        *[(metric, {"group_by": "person"}) for metric in ("reliability", "summary", "work_per_person")],
        *[(metric, {"days": 0}) for metric in ("stale_meters", "repeat_failures", "purchase_draft")],
        ("backlog", {"since": "2026-12-01", "until": "2026-11-01"}),
        ("ageing", {"group_by": "person"}),
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
