"""The planned work of a period by day, compared with plain SQL over tasks of orders and pending tasks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.asking import Question
from tests.oracle.comparing import differences
from tests.oracle.conftest import World
from tests.oracle.dice import Dice
from tests.oracle.growing import plants
from tests.oracle.planned_table import PLANNED
from tests.oracle.plants import Plant
from tests.oracle.runs import on_many_plants
from tests.oracle.scripted import QUIRKS, Quirks
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

FACES = st.binary(min_size=16, max_size=16)


def asked(plant: Plant, roll: Dice) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw the arguments, and what they mean in the tables."""
    today = plant.calendar.now.astimezone(plant.calendar.tz).date()
    begin = today + dt.timedelta(days=roll.pick(0, -60, -10, 3))
    end = begin + dt.timedelta(days=roll.pick(6, 0, 30, 91))
    given: dict[str, Any] = {}
    if begin != today:
        given["since"] = begin.isoformat()
    if (end - begin).days != 6:
        given["until"] = end.isoformat()
    given["limit"] = roll.pick(100, 300, 1, 3)
    machines = [row for row in plant["Item"] if row["type"] == 2]
    places = [row for row in plant["Item"] if row["type"] == 1]
    people = [row for row in plant["Personnel"] if len(row["code"] or "") > 2]
    by = roll.pick(None, None, "asset", "location", "responsible")
    chosen = {"asset": machines, "location": places, "responsible": people}.get(by or "") or []
    if chosen:
        given[str(by)] = roll.of(chosen)["code"]
    else:
        by = None
    meant: dict[str, Any] = {"since": begin.isoformat(), "until": end.isoformat()}
    meant |= {
        name: given[argument] if by == argument else None
        for name, argument in (("asset", "asset"), ("place", "location"), ("who", "responsible"))
    }
    return given, meant


def check(world: Any, plant: Plant, roll: Dice) -> None:
    given, meant = asked(plant, roll)
    tables = Tables(plant)
    rows = tables(PLANNED, **meant)
    world.plant(plant)
    [reply] = world.ask(Question("list_planned_work", given))
    assert not reply.error, reply
    assert not reply.is_partial, reply
    answer = reply.answer
    assert (answer["since"], answer["until"]) == (meant["since"], meant["until"]), reply
    assert (answer["tasks"], answer["left_out"]) == (len(rows), max(0, len(rows) - given["limit"])), reply
    found = differences({"hours": sum(row["seconds"] or 0 for row in rows) / 3600}, answer, "all")
    days: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        day = dt.datetime.fromtimestamp(row["at"], plant.calendar.tz)
        row["estimated_minutes"] = None if row["seconds"] is None else round(row["seconds"] / 60)
        date_only = (day.hour, day.minute) in {(0, 0), (23, 59)}
        row["scheduled_at"] = None if date_only else tables.moment(row["at"])
        days.setdefault(day.date().isoformat(), []).append(row)
    assert [day["date"] for day in answer["days"]] == [*days], reply
    shown = rows[: given["limit"]]
    for day in answer["days"]:
        mine = days[day["date"]]
        said = {
            "tasks": len(mine),
            "hours": sum(row["seconds"] or 0 for row in mine) / 3600,
            "without_estimate": sum(row["seconds"] is None for row in mine),
            "people": {row["responsible"] for row in mine} - {None},
        }
        found += differences(said, day, day["date"])
        here = [row for row in mine if row in shown]
        assert len(here) == len(day["work"]), reply
        for row, work in zip(here, day["work"], strict=True):
            kept = {name: value for name, value in row.items() if name not in {"at", "seconds", "places"}}
            found += differences(kept, work, f"{day['date']} {row['id']}")
            page = work.get("url")
            assert (page is not None and page.endswith(row["work_order"])) if row["work_order"] else not page
            world.tally.figures += len(kept)
    assert not found, "\n".join([*found, repr(reply)])


def test_the_days_are_those_of_the_tables(scripted: ScriptedWorld) -> None:
    @on_many_plants(1, 0.5)
    @given(plants(), FACES)
    def run(plant: Plant, faces: bytes) -> None:
        check(scripted, plant, Dice(faces))

    run()


def test_and_over_an_upstream_with_the_quirks_of_the_live_one(scripted: ScriptedWorld) -> None:
    @on_many_plants(1, 0.3)
    @given(plants(), FACES, QUIRKS)
    def run(plant: Plant, faces: bytes, quirks: Quirks) -> None:
        scripted.quirks = quirks
        check(scripted, plant, Dice(faces))

    run()


def test_and_over_the_embedded_api(world: World) -> None:
    @on_many_plants(1, 0.1)
    @given(plants(embedded=True), FACES)
    def run(plant: Plant, faces: bytes) -> None:
        check(world, plant, Dice(faces))

    run()
