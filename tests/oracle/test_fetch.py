"""fetch: each line of the text and each metadata entry, for every kind of record."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_gateway.tools.kit.record_kinds import KINDS
from tests.oracle import records
from tests.oracle.asking import Question
from tests.oracle.comparing import agree
from tests.oracle.conftest import World
from tests.oracle.dice import Dice
from tests.oracle.fetched import FENCE, FETCHED
from tests.oracle.growing import plants
from tests.oracle.plants import Plant, Row
from tests.oracle.runs import on_many_plants
from tests.oracle.scripted import QUIRKS, Quirks
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

FACES = st.binary(min_size=8, max_size=8)


# Fields that a record always has, for parts that were not requested.
ALWAYS: dict[str, Row] = {
    "asset": {"parts_notes": ""},
    "work_order": {"tasks": "", "notes": "", "tasks_left_out": 0},
    "work_request": {},
    "meter": {},
    "person": {},
}


def lines_of(text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Return the fields of the record and of each task of an order, which are indented below a field."""
    whole: dict[str, str] = {}
    tasks: list[dict[str, str]] = [{}]
    above = ""
    for line in text.split("\n"):
        name, _, value = line.strip().partition(":")
        name = name.replace(" ", "_")
        if line.startswith("    "):
            tasks[-1][f"failure_{name}"] = value.strip()
        elif line.startswith("  ") and above == "tasks":
            tasks[-1] |= {name: value.strip()} if name != "failure" else {}
        elif not line.strip():
            tasks.append({})
        else:
            whole[name] = value.strip()
            above = name
    return whole, [task for task in tasks if task]


def says(name: str, value: Any, shown: str | None) -> bool:
    """Say whether the text of a field means this value.

    Numbers and flags are written as people write them.
    """
    if value is None or shown is None:
        return value is None and shown is None
    if shown in {"True", "False"}:
        return bool(value) == (shown == "True")
    if isinstance(value, str):
        return value == shown
    if "T" in shown:
        return bool(abs(dt.datetime.fromisoformat(shown).timestamp() - value) < 1.001)
    return agree(name, value, float(shown))


def _unlike(expected: Row, given: dict[str, str], where: str) -> list[str]:
    """Return the differences of a record, with the fields that only the answer has."""
    found = [
        f"{where}.{name}: the tables say {value!r}, the answer {given.get(name)!r}"
        for name, value in expected.items()
        if not says(name, value, given.get(name))
    ]
    return found + [f"{where}.{name}: only the answer has it" for name in given.keys() - expected.keys()]


def check(world: Any, plant: Plant, kind: str, roll: Dice) -> None:
    name, sql, title = FETCHED[kind]
    key = name(plant, roll)
    if key is None:
        return
    world.plant(plant)
    tables = Tables(plant)
    [whole] = tables(sql, code=key)
    tasks = tables(records.TASKS, code=key) if kind == "work_order" else []
    [reply] = world.ask(Question("fetch", {"id": f"{kind}:{key}"}))
    assert not reply.error, reply
    answer = reply.answer
    assert answer["id"] == f"{kind}:{key}"
    assert answer["title"] == title(whole, tasks), reply
    fence = FENCE.fullmatch(answer["text"])
    assert fence, reply
    shown, shown_tasks = lines_of(fence[2])
    found = _unlike(whole | ALWAYS[kind], shown, kind)
    lists = {name for name, value in ALWAYS[kind].items() if value == ""}
    flat = {name: value for name, value in shown.items() if name not in lists} | {"kind": kind}
    if answer["metadata"] != flat:
        found.append(f"metadata {answer['metadata']} are not the lines {flat}")
    if len(tasks) != len(shown_tasks):
        found.append(f"the tables have {len(tasks)} tasks, the answer {len(shown_tasks)}")
    for number, (mine, theirs) in enumerate(zip(tasks, shown_tasks, strict=False)):
        found += _unlike(mine, theirs, f"tasks[{number}]")
    world.tally.figures += len(whole) + sum(map(len, tasks))
    assert not found, "\n".join([*found, answer["text"]])


def test_each_kind_that_can_be_fetched_is_compared() -> None:
    assert FETCHED.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", FETCHED)
def test_what_is_fetched_is_what_the_tables_say(kind: str, scripted: ScriptedWorld) -> None:
    @on_many_plants(len(FETCHED), 0.3)
    @given(plants(), FACES)
    def run(plant: Plant, faces: bytes) -> None:
        check(scripted, plant, kind, Dice(faces))

    run()


@pytest.mark.parametrize("kind", FETCHED)
def test_and_over_an_upstream_with_the_quirks_of_the_live_one(kind: str, scripted: ScriptedWorld) -> None:
    @on_many_plants(len(FETCHED), 0.2)
    @given(plants(), FACES, QUIRKS)
    def run(plant: Plant, faces: bytes, quirks: Quirks) -> None:
        scripted.quirks = quirks
        check(scripted, plant, kind, Dice(faces))

    run()


def test_and_over_the_embedded_api(world: World) -> None:
    @on_many_plants(1, 0.05)
    @given(plants(embedded=True), st.sampled_from([*FETCHED]), FACES)
    def run(plant: Plant, kind: str, faces: bytes) -> None:
        check(world, plant, kind, Dice(faces))

    run()
