"""Stops and failures that the demo plant does not have; expected values are arithmetic on the input."""

from __future__ import annotations

import pytest
from django.utils import timezone

from maintenance.models import Item, ItemType, OutOfService
from tests.gateway.tools.small_plant import DAY, HOUR, SmallPlant


@pytest.fixture
def plant() -> SmallPlant:
    return SmallPlant(timezone.now())


def hours(days: float) -> object:
    return pytest.approx(days * 24, abs=0.1)  # time passes between writing and asking


def test_two_open_stops_on_one_asset(plant: SmallPlant) -> None:
    """H11 (b): the latest stop is not the only one that nobody closed."""
    pump = plant.item("PUMP")
    plant.item("FAN")
    plant.stop(pump, 60)
    plant.stop(pump, 5)
    for scope in ({}, {"scope": "asset", "code": "PUMP"}):
        answer = plant.metric("reliability", since=plant.ago(30), **scope)
        assert answer["overall"]["downtime_hours"] == hours(30)
        assert answer["overall"]["availability"] == pytest.approx(0.0 if scope else 0.5, abs=1e-3)
        assert answer["coverage"]["partial"] is False


def test_an_open_stop_that_the_asset_does_not_say(plant: SmallPlant) -> None:
    """H11 (c): the asset is marked as working, or does not say since when it is not."""
    works, undated = plant.item("WORKS"), plant.item("UNDATED", available=False)
    plant.stop(works, 200, says_so=False)
    plant.stop(undated, 100, says_so=False)
    answer = plant.metric("reliability", since=plant.ago(10), group_by="asset")
    assert answer["overall"]["downtime_hours"] == hours(20)
    assert {group["key"]: group["downtime_hours"] for group in answer["groups"]} == {
        "WORKS": hours(10),
        "UNDATED": hours(10),
    }


def many(plant: SmallPlant, count: int) -> None:
    Item.objects.bulk_create(
        Item(
            company=plant.company,
            type=ItemType.EQUIPMENTS,
            code=f"M{n}",
            field_1=f"M{n}",
            description=f"M{n}",
        )
        for n in range(count)
    )


def test_more_assets_than_can_be_listed(plant: SmallPlant) -> None:
    """H11 (a): stops that opened before the period are found for any number of assets."""
    many(plant, 1_250)
    machine = Item.objects.get(company=plant.company, code="M7")
    plant.item("PART", machine)
    plant.stop(machine, 40)
    answer = plant.metric("reliability", since=plant.ago(7))
    assert answer["overall"]["assets"] == 1_251
    assert answer["overall"]["downtime_hours"] == hours(7)
    assert answer["coverage"]["partial"] is True
    assert any("1251 assets are too many" in note for note in answer["notes"])
    agreed = plant.metric("reliability", since=plant.ago(7), allow_calls=100)
    assert (agreed["overall"]["assets"], agreed["coverage"]["partial"]) == (1_250, False)
    assert agreed["overall"]["downtime_hours"] == hours(7)
    by_asset = plant.metric("reliability", since=plant.ago(7), group_by="asset", top=200)
    assert (by_asset["groups_total"], len(by_asset["groups"]), by_asset["groups_left_out"]) == (
        1250,
        200,
        1050,
    )
    assert by_asset["groups"][0]["key"] == "M7"


def test_a_longer_history_of_stops_than_is_read_without_asking(plant: SmallPlant) -> None:
    many(plant, 60)
    items = list(Item.objects.filter(company=plant.company, code__startswith="M").order_by("pk"))
    begun = plant.now - 400 * DAY
    OutOfService.objects.bulk_create(
        OutOfService(
            company=plant.company,
            item=items[n % 60],
            creation_date=begun,
            initial_date=begun,
            final_date=begun + HOUR,
        )
        for n in range(2_100)
    )
    plant.stop(items[0], 90)
    plant.stop(items[1], 80, says_so=False)
    cut = plant.metric("reliability", since=plant.ago(7))
    assert cut["coverage"]["partial"] is True
    assert cut["overall"]["downtime_hours"] == hours(7)  # only of the asset that reports the stop
    assert any("2102 older out-of-service records" in note and "of 1 assets" in note for note in cut["notes"])
    whole = plant.metric("reliability", since=plant.ago(7), allow_calls=100)
    assert (whole["coverage"]["partial"], whole["overall"]["downtime_hours"]) == (False, hours(14))
    one = plant.metric("reliability", since=plant.ago(7), scope="asset", code="M1")
    assert (one["coverage"]["partial"], one["overall"]["downtime_hours"]) == (False, hours(7))


def test_components_are_not_assets_of_their_own(plant: SmallPlant) -> None:
    """D12: their hours do not dilute those of machines. A component that is asked for is counted."""
    line = plant.place("LINE")
    machine, idle = plant.item("MACHINE", line), plant.item("IDLE", line, active=False)
    motor = plant.item("MOTOR", machine)
    plant.item("GEAR", idle)
    plant.stop(machine, 5, 1)
    plant.stop(motor, 3, 2)
    for asset in (machine, motor):
        plant.task(plant.order(days_ago=5), asset, failure_type=plant.failure_type)
    for scope in ({}, {"scope": "location", "code": "LINE"}):
        answer = plant.metric("reliability", since=plant.ago(10), **scope)
        assert answer["overall"]["assets"] == 1
        assert answer["overall"]["failures"] == 1
        assert answer["overall"]["downtime_hours"] == 24
        assert answer["overall"]["too_few"].startswith("1 failure in 240 hours")
        assert any("2 components" in note and "1 failures" in note for note in answer["notes"])
    part = plant.metric("reliability", since=plant.ago(10), scope="asset", code="MOTOR")
    assert (part["overall"]["assets"], part["overall"]["downtime_hours"]) == (1, 48)
    below = plant.metric("reliability", since=plant.ago(10), scope="location", code="MACHINE")
    assert (below["overall"]["assets"], below["overall"]["downtime_hours"]) == (1, 48)
    for scope in ({}, {"scope": "location", "code": "LINE"}, {"scope": "asset", "code": "MACHINE"}):
        both = plant.metric("reliability", since=plant.ago(10), components=True, group_by="asset", **scope)
        parts = {group["key"]: group.get("part_of") for group in both["groups"]}
        others = {} if "asset" in scope.values() else {"GEAR": "IDLE"}
        assert parts == {"MACHINE": None, "MOTOR": "MACHINE", **others}
        assert (both["overall"]["failures"], both["overall"]["downtime_hours"]) == (2, 72)
        assert any("components (parts of equipment)" in note for note in both["notes"])
    refused = plant.person.refused("get_maintenance_metrics", metric="summary", components=True)
    assert "components applies to reliability only" in str(refused)


def test_a_stop_that_nobody_closed_though_the_machine_failed_since(plant: SmallPlant) -> None:
    """D15: such a machine is at the top of the list of the worst, and the answer says why."""
    ran, stands = plant.item("RAN"), plant.item("STANDS")
    forgotten, real = plant.stop(ran, 300), plant.stop(stands, 20)
    plant.task(plant.order(days_ago=20), stands, failure_type=plant.failure_type, out_of_service=real)
    plant.task(plant.order(days_ago=300), ran, failure_type=plant.failure_type, out_of_service=forgotten)
    for days_ago in (8, 6, 4, 2):
        plant.task(plant.order(days_ago=days_ago), ran, failure_type=plant.failure_type)
    answer = plant.metric("reliability", since=plant.ago(30), group_by="asset")
    flags = {group["key"]: group["failures_since_open"] for group in answer["groups"]}
    assert flags == {"RAN": 4, "STANDS": 0}
    assert all("open_since" in group for group in answer["groups"])
    assert any(note.startswith("1 asset failed after the start of a stop that") for note in answer["notes"])
    assert answer["overall"]["failure_downtime_hours"] == hours(50)
    shown = plant.person.ask("get_asset", code="RAN", include=["downtime"])
    assert [("until" in stop) for stop in shown["downtime"]] == [False]


def test_downtime_of_an_asset_that_stands_for_years(plant: SmallPlant) -> None:
    """An asset out of service for 900 days had no downtime at all in get_asset."""
    old = plant.item("OLD")
    plant.stop(old, 900)
    plant.stop(old, 950, 2)
    shown = plant.person.ask("get_asset", code="OLD", include=["downtime"])["downtime"]
    assert [stop.get("minutes") for stop in shown] == [None, 2 * 24 * 60]


def test_months_sum_to_the_whole(plant: SmallPlant) -> None:
    plant = SmallPlant(timezone.now(), time_zone="America/Santiago")
    pump = plant.item("PUMP")
    for days_ago in (3, 25, 47, 69, 91, 113):
        stop = plant.stop(pump, days_ago, 2)
        plant.task(
            plant.order(days_ago=days_ago),
            pump,
            failure_type=plant.failure_type,
            event_date=stop.initial_date,
            out_of_service=stop,
        )
    answer = plant.metric("reliability", since=plant.ago(120), group_by="month")
    assert answer["overall"]["failures"] == 6
    assert answer["overall"]["mttr_hours"] == 48
    assert sum(group["failures"] for group in answer["groups"]) == 6
    assert sum(group["downtime_hours"] for group in answer["groups"]) == pytest.approx(6 * 48, abs=0.1)
