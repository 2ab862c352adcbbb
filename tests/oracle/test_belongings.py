"""The parts of records: each field of documents, custom fields, moves, answers, contacts and so on."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.asking import Question
from tests.oracle.belongings import BELONGINGS, Belonging
from tests.oracle.comparing import differences
from tests.oracle.conftest import World
from tests.oracle.contract_details import SITE
from tests.oracle.dice import Dice
from tests.oracle.drawn import NOON
from tests.oracle.growing import as_embedded, large_plant, plants
from tests.oracle.parts import OWNERS
from tests.oracle.plants import Plant
from tests.oracle.runs import on_many_plants
from tests.oracle.scripted import QUIRKS, Quirks
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

FACES = st.binary(min_size=8, max_size=8)
NAMES = [f"{each.owner} {each.part}" for each in BELONGINGS]


def numbers_of(plant: Plant, kind: str) -> list[Any]:
    owner = OWNERS[kind]
    begun = {task["work_order_id"] for task in plant["WorkOrderTask"]}
    rows = [row for row in plant[owner.table] if kind != "order" or row["id"] in begun]
    return [row[owner.number] for row in rows if row[owner.number] is not None]


def check(world: Any, belonging: Belonging, number: Any, tables: Tables) -> None:
    owner = OWNERS[belonging.owner]
    question = Question(owner.tool, owner.asked(number, belonging.part))
    [reply] = world.ask(question)
    assert not reply.error, reply
    shown = owner.found(reply.answer, number).get(belonging.part) or []
    expected = tables(belonging.sql, code=number)
    assert len(shown) == len(expected), (expected, reply)
    found = []
    for place, (row, record) in enumerate(zip(expected, shown, strict=True)):
        said = {"id" if name == "key" else name: value for name, value in row.items()}
        found += differences(said, belonging.record(record), f"{belonging.part}[{place}]")
    world.tally.figures += 1 + sum(map(len, expected))
    assert not found, "\n".join([*found, repr(reply)])


@pytest.mark.parametrize("belonging", BELONGINGS, ids=NAMES)
def test_what_belongs_to_a_record_is_what_the_tables_have(
    belonging: Belonging, scripted: ScriptedWorld
) -> None:
    @on_many_plants(len(BELONGINGS), 0.3)
    @given(plants(), FACES, QUIRKS)
    def run(plant: Plant, faces: bytes, quirks: Quirks) -> None:
        numbers = numbers_of(plant, belonging.owner)
        if numbers:
            scripted.quirks = quirks
            scripted.plant(plant)
            check(scripted, belonging, Dice(faces).of(numbers), Tables(plant))

    run()


def test_and_over_the_embedded_api(world: World) -> None:
    @on_many_plants(1, 0.05)
    @given(plants(embedded=True), st.sampled_from(BELONGINGS), FACES)
    def run(plant: Plant, belonging: Belonging, faces: bytes) -> None:
        numbers = numbers_of(plant, belonging.owner)
        if numbers:
            world.plant(plant)
            check(world, belonging, Dice(faces).of(numbers), Tables(plant))

    run()


@pytest.mark.parametrize("belonging", BELONGINGS, ids=NAMES)
def test_of_each_record_of_a_full_plant(belonging: Belonging, world: World) -> None:
    plant = large_plant(11, NOON, details=1, orders=8, tasks=12, lines=20)
    as_embedded(plant)
    tables = Tables(plant)
    world.plant(plant)
    for number in numbers_of(plant, belonging.owner):
        check(world, belonging, number, tables)


def test_the_public_page_is_that_of_the_order(scripted: ScriptedWorld, world: World) -> None:
    plant = large_plant(11, NOON, orders=8, tasks=12)
    as_embedded(plant)
    scripted.plant(plant)
    world.plant(plant)
    for folio in numbers_of(plant, "order"):
        question = Question("get_work_order", {"folio": folio, "include": ["public_link"]})
        [there], [here] = scripted.ask(question), world.ask(question)
        [order] = [row for row in plant["WorkOrder"] if row["folio"] == folio]
        assert there.answer["public_link"] == f"{SITE}/order/{order['id']}"
        assert here.answer["public_link"].endswith(f"/{quote(folio, safe='')}")
