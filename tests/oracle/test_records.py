"""Single records: each field of get_asset, get_work_order and get_work_request, with their optional parts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle import records
from tests.oracle.asking import Question
from tests.oracle.calendars import calendar
from tests.oracle.comparing_records import unlike
from tests.oracle.conftest import World
from tests.oracle.dice import Dice
from tests.oracle.growing import large_plant, plants
from tests.oracle.plants import Plant, Row
from tests.oracle.runs import on_many_plants
from tests.oracle.scripted import QUIRKS, Quirks
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

SHOWN = 50  # of each part of an asset
FACES = st.binary(min_size=8, max_size=8)


def _compare(world: Any, reply_to: Question, whole: Row, parts: dict[str, list[Row]]) -> None:
    [reply] = world.ask(reply_to)
    assert not reply.error, reply
    found = unlike(reply.answer, whole, parts)
    world.tally.figures += len(whole) + sum(len(row) for rows in parts.values() for row in rows)
    assert not found, "\n".join([*found, repr(reply)])


def check_asset(world: Any, plant: Plant, roll: Dice) -> None:
    if not plant["Item"]:
        return
    code, tables = roll.of(plant["Item"])["code"], Tables(plant)
    world.plant(plant)
    question = Question("get_asset", {"code": code, "include": ["downtime", "meters", "history", "plan"]})
    [whole] = tables(records.ASSET, code=code)
    parts = {
        "downtime": tables(records.STOPS, code=code)[:SHOWN],
        "meters": tables(records.METERS, code=code),
        "history": tables(records.HISTORY, code=code)[:SHOWN],
        "plan": tables(records.PLAN, code=code),
    }
    _compare(world, question, whole, parts)


def check_order(world: Any, plant: Plant, roll: Dice) -> None:
    folios = sorted({task["work_order_id"] for task in plant["WorkOrderTask"]})
    if not folios:
        return
    folio, tables = plant["WorkOrder"][roll.of(folios) - 1]["folio"], Tables(plant)
    world.plant(plant)
    parts = {
        "tasks": tables(records.TASKS, code=folio),
        "resources": tables(records.RESOURCES, code=folio),
    }
    question = Question("get_work_order", {"folio": folio, "include": ["resources"]})
    [whole] = tables(records.ORDER, code=folio)
    _compare(world, question, whole, parts)


def check_request(world: Any, plant: Plant, roll: Dice) -> None:
    if not plant["WorkRequest"]:
        return
    number, tables = roll.of(plant["WorkRequest"])["id"], Tables(plant)
    world.plant(plant)
    [whole] = tables(records.REQUEST, code=number)
    parts = {"history": tables(records.CHANGES, code=number)}
    _compare(world, Question("get_work_request", {"id": str(number), "include": ["history"]}), whole, parts)


CHECKS = {"asset": check_asset, "order": check_order, "request": check_request}


@pytest.mark.parametrize("kind", CHECKS)
def test_a_record_says_what_the_tables_say(kind: str, scripted: ScriptedWorld) -> None:
    @on_many_plants(len(CHECKS), 0.2)
    @given(plants(), FACES)
    def run(plant: Plant, faces: bytes) -> None:
        CHECKS[kind](scripted, plant, Dice(faces))

    run()


@pytest.mark.parametrize("kind", CHECKS)
def test_and_over_an_upstream_with_the_quirks_of_the_live_one(kind: str, scripted: ScriptedWorld) -> None:
    @on_many_plants(len(CHECKS), 0.2)
    @given(plants(), FACES, QUIRKS)
    def run(plant: Plant, faces: bytes, quirks: Quirks) -> None:
        scripted.quirks = quirks
        CHECKS[kind](scripted, plant, Dice(faces))

    run()


def test_and_over_the_embedded_api(world: World) -> None:
    @on_many_plants(1, 0.05)
    @given(plants(embedded=True), st.sampled_from([*CHECKS]), FACES)
    def run(plant: Plant, kind: str, faces: bytes) -> None:
        CHECKS[kind](world, plant, Dice(faces))

    run()


def test_the_history_of_an_asset_is_not_what_the_first_page_holds(scripted: ScriptedWorld) -> None:
    """O10: an upstream that returns seven rows at a time cut the history short without a note."""
    plant = large_plant(3, calendar("UTC", dt.datetime(2026, 11, 28, 15, tzinfo=dt.UTC)), tasks=300)
    codes = [item["code"] for item in plant["Item"]]
    code = max(codes, key=lambda code: len(Tables(plant)(records.HISTORY, code=code)))
    folios = [row["folio"] for row in Tables(plant)(records.HISTORY, code=code)]
    assert len(folios) > 7
    scripted.quirks = Quirks(cap=7)
    scripted.plant(plant)
    [reply] = scripted.ask(Question("get_asset", {"code": code, "include": ["history"]}))
    assert [work["folio"] for work in reply.answer["history"]] == folios[:SHOWN]
