"""Laws that hold for every figure: narrowing never increases it, groups add up, both doors agree."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.oracle.asking import Question
from tests.oracle.calendars import calendar
from tests.oracle.checking_lists import walk
from tests.oracle.dice import Dice
from tests.oracle.growing import plants
from tests.oracle.plants import Plant
from tests.oracle.questions import cells, question
from tests.oracle.runs import on_many_plants
from tests.oracle.without_database import ScriptedWorld

LAWS = 4
# The fields that add up, in `overall` and in the rows.
SUMS = {
    "reliability": ("assets", "failures", "downtime_hours", "failure_downtime_hours"),
    "compliance": ("tasks", "done", "on_time", "in_grace"),
    "backlog": ("tasks", "hours", "without_estimate"),
    "planned_share": ("tasks", "hours"),
    "cost": ("tasks", "labour", "parts", "services", "total"),
    "requests": ("requests", "done"),
}
# An asset is in every month, and in the group of each type of its failures. A stop may have failures of two
# types.
OF_STOPS = ("assets", "downtime_hours", "failure_downtime_hours")
NOT_ADDED = {"month": ("assets",), "failure_type": OF_STOPS, "failure_cause": OF_STOPS}
GROUPED = [cell for cell in cells() if cell[0] in SUMS and cell[2] not in {"none", "third_party"}]
FACES = st.binary(min_size=24, max_size=24)


def _metrics(world: Any, **arguments: Any) -> dict[str, Any]:
    [reply] = world.ask(Question("get_maintenance_metrics", arguments))
    assert not reply.error, reply
    answer: dict[str, Any] = reply.answer
    return answer


@on_many_plants(LAWS, 0.2)
@given(plants(), st.sampled_from(GROUPED), FACES)
def test_the_groups_sum_to_the_whole(
    scripted: ScriptedWorld, plant: Plant, cell: tuple[str, str, str], faces: bytes
) -> None:
    asked = question(plant, cell, Dice(faces))
    assume(asked is not None)
    assert asked is not None
    scripted.plant(plant)
    answer = _metrics(scripted, **asked.question.arguments)
    rows = answer.get("groups" if cell[0] == "reliability" else "rows") or []
    added = [name for name in SUMS[cell[0]] if name not in NOT_ADDED.get(cell[2], ())]
    scripted.tally.figures += len(added) * (len(rows) + 1)
    for name in added:
        whole = answer["overall"].get(name) or 0
        parts = sum(row.get(name) or 0 for row in rows)
        assert abs(parts - whole) <= 0.0051 * (len(rows) + 1), (asked, name, answer)


@on_many_plants(LAWS, 0.2)
@given(plants(), st.sampled_from(["tasks", "requests"]), FACES)
def test_narrowing_never_grows(scripted: ScriptedWorld, plant: Plant, what: str, faces: bytes) -> None:
    """A location has no more than the company, and an asset in it no more than the location."""
    inside = [item for item in plant["Item"] if item["type"] == 2 and item["parent_id"] is not None]
    assume(inside)
    item = Dice(faces).of(inside)
    place = plant["Item"][item["parent_id"] - 1]
    metric = "planned_share" if what == "tasks" else "requests"
    scripted.plant(plant)
    scopes: tuple[dict[str, str], ...] = (
        {},
        {"scope": "location", "code": place["code"]},
        {"scope": "asset", "code": item["code"]},
    )
    found = [_metrics(scripted, metric=metric, **scope)["overall"][what] for scope in scopes]
    scripted.tally.figures += len(found)
    assert found == sorted(found, reverse=True), found


@on_many_plants(LAWS, 0.2)
@given(
    plants(), st.sampled_from(["planned_share", "cost", "requests", "backlog", "repeat_failures", "summary"])
)
def test_a_plant_that_is_moved_in_time_has_the_same_figures(
    scripted: ScriptedWorld, plant: Plant, metric: str
) -> None:
    """By four weeks, in a zone without clock changes: every time in it, and the present."""
    weeks = dt.timedelta(weeks=4)
    here = replace(plant, calendar=calendar("America/Bogota", plant.calendar.now))
    moved = Plant(calendar("America/Bogota", plant.calendar.now + weeks))
    for model, rows in plant.rows.items():
        moved.rows[model] = [
            {name: value + weeks if isinstance(value, dt.datetime) else value for name, value in row.items()}
            for row in rows
        ]
    answers: list[dict[str, Any]] = []
    for each in (here, moved):
        scripted.plant(each)
        answers.append(_metrics(scripted, metric=metric)["overall"])
    scripted.tally.figures += len(answers[0])
    assert answers[0] == answers[1]


@on_many_plants(LAWS, 0.2)
@given(plants())
def test_search_lists_and_metrics_agree(scripted: ScriptedWorld, plant: Plant) -> None:
    scripted.plant(plant)
    since = (plant.calendar.now - dt.timedelta(days=365)).isoformat()
    summary = _metrics(scripted, metric="summary", since=since)["overall"]
    requests = _metrics(scripted, metric="requests", since=since)["overall"]["requests"]
    period = {"since": since, "limit": 7}
    for status in ("in_process", "review", "completed", "cancelled"):
        orders, _pages = walk(
            scripted, Question("list_work_orders", {**period, "status": [status]}), "work_orders"
        )
        assert (
            sum(len(order["tasks"]) + order.get("tasks_left_out", 0) for order in orders)
            == summary[f"{status}_tasks"]
        )
    listed, _pages = walk(scripted, Question("list_work_requests", period), "work_requests")
    assert len(listed) == requests
    for order in orders[:2]:
        [reply] = scripted.ask(Question("search", {"query": order["folio"]}))
        assert f"work_order:{order['folio']}" in [result["id"] for result in reply.answer["results"]], reply
