"""Which period a metric is compared with, what is said of the change, and what it costs."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from audit.models import Event
from maintenance.models import WorkRequest
from mcp_gateway.tools.metrics.earlier_period import CompareWith, earlier_period
from tests.gateway.tools.conftest import Person, embedded_only
from tests.gateway.tools.small_plant import DAY, HOUR, SmallPlant

BEFORE: CompareWith = "previous_period"
YEAR: CompareWith = "previous_year"


@pytest.fixture
def plant() -> SmallPlant:
    return SmallPlant(timezone.now())


# Zone, since, until, compare_with, and the earlier period, all on the clock of that zone. An end at midnight
# is the last moment of the day before.
PERIODS: list[tuple[str, str, str, CompareWith, str, str]] = [
    ("UTC", "2026-10-01", "2026-11-01", BEFORE, "2026-09-01", "2026-10-01"),
    ("UTC", "2026-03-01", "2026-04-01", BEFORE, "2026-02-01", "2026-03-01"),
    ("UTC", "2026-01-01", "2026-04-01", BEFORE, "2025-10-01", "2026-01-01"),
    ("UTC", "2025-02-01", "2025-03-01", YEAR, "2024-02-01", "2024-03-01"),  # 28 days, then 29
    ("UTC", "2024-02-01", "2024-03-01", YEAR, "2023-02-01", "2023-03-01"),
    ("UTC", "2024-02-29", "2024-03-01", YEAR, "2023-02-28", "2023-03-01"),
    ("UTC", "2024-02-20", "2024-03-01", YEAR, "2023-02-20", "2023-03-01"),
    ("UTC", "2024-02-29T12:00", "2024-03-05T12:00", YEAR, "2023-02-28T12:00", "2023-03-05T12:00"),
    ("UTC", "2026-11-16", "2026-11-23", BEFORE, "2026-11-09", "2026-11-16"),
    # Clocks went forward on 29 March 2026 and back on 25 October: weeks of 167 and 169 hours.
    ("Europe/Madrid", "2026-03-30", "2026-04-06", BEFORE, "2026-03-23", "2026-03-30"),
    ("Europe/Madrid", "2026-10-26", "2026-11-02", BEFORE, "2026-10-19", "2026-10-26"),
    ("Europe/Madrid", "2026-04-01", "2026-05-01", BEFORE, "2026-03-01", "2026-04-01"),
    # Midnight of 6 September 2026 does not exist in Santiago, nor that of 7 September 2025.
    ("America/Santiago", "2026-09-06", "2026-09-13", BEFORE, "2026-08-30", "2026-09-06"),
    ("America/Santiago", "2026-09-13", "2026-09-20", BEFORE, "2026-09-06", "2026-09-13"),
    ("America/Santiago", "2026-09-07", "2026-09-08", YEAR, "2025-09-07", "2025-09-08"),
    # Not of whole days: as many hours on a clock that nobody changes, or the same time on the wall.
    ("Europe/Madrid", "2026-10-25", "2026-10-26T12:00", BEFORE, "2026-10-23T12:00+02:00", "2026-10-25"),
    ("Europe/Madrid", "2026-03-30T02:30", "2026-03-31T02:30", YEAR, "2025-03-30T03:30", "2025-03-31T02:30"),
]


@pytest.mark.parametrize(("name", "since", "until", "with_", "earlier", "before"), PERIODS)
def test_whole_months_and_days_stay_whole(
    name: str, since: str, until: str, with_: CompareWith, earlier: str, before: str
) -> None:
    zone = ZoneInfo(name)

    def moment(text: str) -> dt.datetime:
        at = dt.datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(dt.UTC)

    last = dt.timedelta(microseconds=1)
    found = earlier_period(moment(since), moment(until) - last, zone, with_)
    if name == "Europe/Madrid" and with_ == BEFORE and "T" in until:
        # 25 October has 25 hours there: 37 hours lie between both.
        assert moment(until) - moment(since) == 37 * HOUR
        assert (found.since, found.until) == (moment(since) - 37 * HOUR, moment(since) - last)
        return
    assert (found.since, found.until + last) == (moment(earlier), moment(before))


def test_a_month_and_the_one_before(plant: SmallPlant) -> None:
    """Figures of both by hand; a direction is good or bad only where that is defined."""
    plant = SmallPlant(dt.datetime(2026, 11, 10, 15, tzinfo=dt.UTC), time_zone="America/Bogota")
    pump, fan, old = plant.item("PUMP"), plant.item("FAN"), plant.item("OLD")
    planned = {"trigger": "DATE$EVERY$1$MONTHS"}

    def due(item: Any, day: str, late: int | None) -> None:
        at = dt.datetime.fromisoformat(f"{day}T23:30:00-05:00")
        order = plant.order(creation_date=at - DAY)
        times = {"date_maintenance": at, **planned}
        if late is None:
            plant.to_do(order, item, **times)
        else:
            plant.task(order, item, final_date=at + late * DAY, real_duration=3600, **times)

    for item, day, late in (
        (pump, "2026-09-30", 0), (pump, "2026-09-10", 20), (old, "2026-09-01", 0), (old, "2026-09-02", None),
        (pump, "2026-10-31", 0), (pump, "2026-10-01", 0), (fan, "2026-10-15", 30), (pump, "2025-10-31", 0),
    ):  # fmt: skip
        due(item, day, late)
    october = {"since": "2026-10-01", "until": "2026-10-31"}
    answer = plant.metric("compliance", group_by="asset", compare_with=BEFORE, **october)
    assert answer["earlier_period"] == {
        "since": "2026-09-01T00:00:00-05:00", "until": "2026-09-30T23:59:59-05:00",
    }  # fmt: skip
    assert answer["changes"]["share"] == {"earlier": 0.5, "difference": 0.1667, "direction": "better"}
    assert answer["changes"]["tasks"] == {"earlier": 4, "difference": -1, "direction": "down"}
    assert answer["changes"]["done"] == {"earlier": 3, "difference": 0, "direction": "same"}
    assert "in_grace" not in answer["changes"]
    rows = {row["key"]: row for row in answer["rows"]}
    assert rows["PUMP"]["changes"]["share"] == {"earlier": 0.5, "difference": 0.5, "direction": "better"}
    assert rows["FAN"]["changes"] == {}
    assert answer["earlier_only"] == ["OLD"]
    months = plant.metric("compliance", group_by="month", compare_with=YEAR, **october)
    (row,) = months["rows"]
    assert (row["key"], row["changes"]["tasks"]["earlier"]) == ("2026-10", 1)
    assert row["changes"]["share"] == {"earlier": 1, "difference": -0.3333, "direction": "worse"}
    week = {"since": "2026-10-12", "until": "2026-10-18"}
    unmatched = plant.metric("compliance", group_by="month", compare_with=BEFORE, **week)
    assert "changes" not in unmatched["rows"][0]
    assert any("whole months" in note for note in unmatched["notes"])
    assert "share" not in unmatched["changes"]


def test_what_one_period_does_not_know_has_no_difference(plant: SmallPlant) -> None:
    for days, solved in ((5, None), (95, 4)):
        WorkRequest.objects.create(
            company=plant.company, description="Noise", date=plant.now - days * DAY,
            date_incident=plant.now - days * DAY, status=1 if solved is None else 4,
            date_solution=None if solved is None else plant.now - (days - solved) * DAY,
            status_date=plant.now - days * DAY,
        )  # fmt: skip
    answer = plant.metric("requests", compare_with=BEFORE)
    assert answer["changes"]["resolution_hours"] == {"earlier": 96}
    assert answer["changes"]["requests"]["direction"] == "same"
    back = plant.metric("requests", compare_with=BEFORE, since=plant.ago(180), until=plant.ago(90))
    assert back["overall"]["resolution_hours"] == 96
    assert "resolution_hours" not in back["changes"]


@pytest.mark.parametrize(
    "metric", ["backlog", "ageing", "stale_meters", "meter_forecast", "stock_below_minimum", "purchase_draft"]
)
def test_what_is_about_now_has_no_earlier_period(plant: SmallPlant, metric: str) -> None:
    for compare_with in (BEFORE, YEAR):
        refused = plant.person.refused("get_maintenance_metrics", metric=metric, compare_with=compare_with)
        assert refused["code"] == "invalid_arguments"
        assert f"{metric} describes the present and has no earlier period" in refused["message"]
    assert plant.metric(metric, compare_with="none")


def test_both_periods_count_for_the_calls_and_for_partial(
    plant: SmallPlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two pages in each period: four calls. A limit of three is asked for, and says four or more."""
    pump = plant.item("PUMP")
    for number in range(240):
        plant.task(plant.order(days_ago=3 + 90 * (number % 2)), pump)
    answer = plant.metric("planned_share", compare_with=BEFORE)
    assert (answer["coverage"]["pages_read"], answer["overall"]["tasks"]) == (4, 120)
    assert answer["changes"]["tasks"]["earlier"] == 120
    monkeypatch.setattr("mcp_gateway.tools.metrics.metrics.ASK_ABOVE", 3)
    assert plant.metric("planned_share")["coverage"]["pages_read"] == 2
    refused = plant.person.refused("get_maintenance_metrics", metric="planned_share", compare_with=BEFORE)
    assert (refused["code"], refused["calls"]) == ("needs_many_calls", 4)
    agreed = plant.metric("planned_share", compare_with=BEFORE, allow_calls=61)
    assert agreed["changes"] == answer["changes"]


# Upstream calls on the demo plant; docs/benchmark.md, "The budget upstream".
CALLS: list[tuple[dict[str, Any], int]] = [
    ({"metric": "backlog"}, 3),
    ({"metric": "backlog", "group_by": "person"}, 4),
    ({"metric": "ageing"}, 5),
    ({"metric": "work_per_person"}, 8),
    ({"metric": "compliance"}, 5),
    ({"metric": "compliance", "compare_with": BEFORE}, 10),
    ({"metric": "compliance", "compare_with": YEAR}, 10),
]


@embedded_only
@pytest.mark.parametrize(("asked", "most"), CALLS)
def test_what_a_question_costs_upstream(admin: Person, asked: dict[str, Any], most: int) -> None:
    admin.ask("get_maintenance_metrics", **asked)
    calls = Event.objects.latest("id").upstream_calls
    print(asked, calls)
    assert 0 < calls <= most
