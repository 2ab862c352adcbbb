"""The tasks that list_work_orders shows of an order: those that match the filters, with each field."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.oracle import records
from tests.oracle.asking import Question
from tests.oracle.checking_lists import asked_of, chosen, walk
from tests.oracle.comparing import differences
from tests.oracle.conftest import World
from tests.oracle.dice import Dice
from tests.oracle.drawn import FACES
from tests.oracle.growing import plants
from tests.oracle.listed import as_written
from tests.oracle.lists import DETAILS, LISTS, OF_ORDERS, TASKS_SHOWN
from tests.oracle.plants import Plant
from tests.oracle.runs import on_many_plants
from tests.oracle.scripted import QUIRKS, Quirks
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

ORDERS = LISTS["list_work_orders work_orders"]
NAMES = st.lists(st.sampled_from(sorted(OF_ORDERS)), max_size=2, unique=True)


def check(world: Any, plant: Plant, names: list[str], roll: Dice) -> None:
    filters = chosen(plant, ORDERS, names, roll)
    if filters is None:
        return
    arguments = asked_of(ORDERS, 25)
    names_shown: tuple[str, ...] = TASKS_SHOWN
    if roll.once_in(3):
        arguments["details"] = True
        names_shown = (*TASKS_SHOWN, *DETAILS)
    for each in filters:
        arguments |= each.arguments
    tables = Tables(plant)
    world.plant(plant)
    orders, _pages = walk(world, Question(ORDERS.tool, arguments), ORDERS.plural)
    where = " AND ".join(f"({each.condition})" for each in filters) or "1"
    found = []
    for order in orders:
        said = {task["id"]: task for task in tables(records.TASKS, code=order["folio"])}
        fitting = tables(f"SELECT id FROM order_tasks WHERE folio = :code AND {where}", code=order["folio"])
        shown = [task["id"] for task in order["tasks"]]
        if len(fitting) != len(shown) + order.get("tasks_left_out", 0) or not {*shown} <= {
            task["id"] for task in fitting
        }:
            found.append(f"{order['folio']}: the tables have {fitting}, the answer {shown}")
        for task in order["tasks"]:
            expected = {name: said[task["id"]][name] for name in names_shown}
            found += differences(expected, {"overdue": 0, **as_written(task)}, f"{order['folio']}.tasks")
        world.tally.figures += len(names_shown) * len(shown)
    assert not found, "\n".join([*found, repr(arguments), repr(orders)])


def test_the_tasks_of_a_list_are_those_of_the_tables(scripted: ScriptedWorld) -> None:
    @on_many_plants(1, 0.1)
    @given(plants(), NAMES, FACES, QUIRKS)
    def run(plant: Plant, names: list[str], faces: bytes, quirks: Quirks) -> None:
        scripted.quirks = quirks
        check(scripted, plant, names, Dice(faces))

    run()


def test_and_over_the_embedded_api(world: World) -> None:
    @on_many_plants(1, 0.03)
    @given(plants(embedded=True), NAMES, FACES)
    def run(plant: Plant, names: list[str], faces: bytes) -> None:
        check(world, plant, names, Dice(faces))

    run()
