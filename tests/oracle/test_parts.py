"""The parts of a record over an upstream with quirks, complete or with one unreadable row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.contract_parts import FORMS, add_part, without_tables
from tests.oracle.contract_resources import RESOURCES
from tests.oracle.dice import Dice
from tests.oracle.drawn import UNREADABLE
from tests.oracle.growing import plants
from tests.oracle.odd_rows import ODD, without
from tests.oracle.parts import OWNERS, PARTS, Part
from tests.oracle.plants import Plant
from tests.oracle.runs import on_many_plants
from tests.oracle.scripted import QUIRKS
from tests.oracle.without_database import ScriptedWorld

NAMES = [f"{part.owner} {part.name}" for part in PARTS]
FACES = st.binary(min_size=8, max_size=8)
MOST = 20  # rows of a part: three pages of an upstream that returns seven at a time


def _owner(plant: Plant, part: Part, roll: Dice, count: int) -> Any:
    """Add `count` parts to a record and some to another.

    Return the record's number, None if there is none.
    """
    if part.sql is None:
        without_tables(plant)
    owner = OWNERS[part.owner]
    numbers = [row[owner.number] for row in plant[owner.table] if row[owner.number] is not None]
    if part.owner == "order":
        begun = {task["work_order_id"] for task in plant["WorkOrderTask"]}
        numbers = [order["folio"] for order in plant["WorkOrder"] if order["id"] in begun]
    if not numbers:
        return None
    chosen = roll.of(numbers)
    if part.sql is None:
        for number in range(count):
            add_part(plant, part.resource, chosen if number % 5 else roll.of(numbers))
    return chosen


@pytest.mark.parametrize("part", PARTS, ids=NAMES)
def test_a_part_is_what_the_tables_have(part: Part, scripted: ScriptedWorld) -> None:
    @on_many_plants(len(PARTS), 0.2)
    @given(plants(), FACES, st.integers(0, MOST), QUIRKS)
    def run(plant: Plant, faces: bytes, count: int, quirks: Any) -> None:
        number = _owner(plant, part, Dice(faces), count)
        if number is None:
            return
        scripted.quirks = quirks
        scripted.plant(plant)
        [reply] = scripted.ask(part.question(number))
        assert not reply.error, reply
        expected = part.expected(plant, number)
        scripted.tally.figures += len(expected)
        assert part.told(reply.answer, number) == expected, reply
        assert not reply.is_partial, reply

    run()


@pytest.mark.parametrize("part", PARTS, ids=NAMES)
def test_a_bad_row_costs_that_row(part: Part, scripted: ScriptedWorld) -> None:
    @on_many_plants(len(PARTS), 0.2)
    @given(plants(), FACES, st.integers(1, MOST), st.integers(0, 12), UNREADABLE)
    def run(plant: Plant, faces: bytes, count: int, place: int, quirks: Any) -> None:
        number = _owner(plant, part, Dice(faces), count)
        rows = RESOURCES[part.resource].rows(plant)
        if number is None or place >= len(rows):
            return
        scripted.quirks = replace(quirks, unreadable=(part.resource, place))
        scripted.plant(plant)
        [reply] = scripted.ask(part.question(number))
        if reply.error:  # the order has no other task
            assert part.resource == "work_orders", reply
            return
        expected = part.expected(without(plant, part.resource, rows[place]), number)
        scripted.tally.figures += len(expected)
        assert part.told(reply.answer, number) == expected, reply
        if expected != part.expected(plant, number):
            assert any("could not be read" in sentence for sentence in reply.sentences), reply

    run()


def test_every_part_of_a_record_is_reached() -> None:
    """What belongs to a record alone has its form; what lists show is tried there."""
    assert {part.resource for part in PARTS if part.sql is None} == {*FORMS}
    assert {name for name, odd in ODD.items() if not odd.lists} <= {part.resource for part in PARTS} | {
        "inventories"
    }
