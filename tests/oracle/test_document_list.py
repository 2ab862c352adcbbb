"""Documents of assets, people and third parties by when they expire, compared with the table of documents."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.asking import Question
from tests.oracle.comparing import differences
from tests.oracle.conftest import World
from tests.oracle.dice import Dice
from tests.oracle.document_table import DOCUMENTS
from tests.oracle.drawn import NOON
from tests.oracle.growing import as_embedded, large_plant, plants
from tests.oracle.listed import as_written
from tests.oracle.plants import Plant
from tests.oracle.runs import on_many_plants
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

FACES = st.binary(min_size=16, max_size=16)
ARGUMENTS = ("owner", "code", "expires_within", "expired", "warranty")


def check(world: Any, plant: Plant, roll: Dice) -> None:
    given: dict[str, Any] = {
        "owner": roll.pick(None, "asset", "person", "third_party"),
        "expires_within": roll.pick(None, 0, 30, 400, 3650),
        "expired": roll.pick(None, False, True),
        "warranty": roll.pick(None, True, False),
        "limit": roll.pick(100, 1, 300),
    }
    tables = Tables(plant)
    every = tables(DOCUMENTS, **dict.fromkeys(ARGUMENTS))
    codes = [row["owner_code"] for row in every if row["owner_code"]]
    given["code"] = roll.of(codes) if codes and roll.once_in(4) else None
    rows = tables(DOCUMENTS, **{name: given[name] for name in ARGUMENTS})
    sent = {name: value for name, value in given.items() if value is not None}
    world.plant(plant)
    [reply] = world.ask(Question("list_documents", sent))
    assert not reply.error, reply
    assert not reply.is_partial, reply
    shown = rows[: given["limit"]]
    assert reply.answer["total"] == len(rows), (rows, reply)
    assert reply.answer["left_out"] == len(rows) - len(shown), reply
    owners = ["asset", "person", "third_party"] if given["owner"] is None else [given["owner"]]
    assert reply.answer["owners"] == owners
    assert len(reply.answer["documents"]) == len(shown)
    found = []
    for row, record in zip(shown, reply.answer["documents"], strict=True):
        del row["id"]
        found += differences(row, as_written(record), row["name"])
        assert (record.get("url") is None) == (row["owner_code"] is None)
        world.tally.figures += len(row)
    assert not found, "\n".join([*found, repr(reply)])


def test_the_documents_are_those_of_the_table(scripted: ScriptedWorld) -> None:
    @on_many_plants(1, 0.5)
    @given(plants(), FACES)
    def run(plant: Plant, faces: bytes) -> None:
        check(scripted, plant, Dice(faces))

    run()


def test_and_over_the_embedded_api(world: World) -> None:
    @on_many_plants(1, 0.1)
    @given(plants(embedded=True), FACES)
    def run(plant: Plant, faces: bytes) -> None:
        check(world, plant, Dice(faces))

    run()


def test_of_a_full_plant(world: World) -> None:
    plant = large_plant(11, NOON, details=1, orders=8, tasks=12, lines=20)
    as_embedded(plant)
    assert len(plant["Document"]) > 2
    check(world, plant, Dice(b""))
