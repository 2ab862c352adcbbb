"""search: records of every kind that contain all words, with exact codes first."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.asking import Question
from tests.oracle.conftest import World
from tests.oracle.dice import Dice
from tests.oracle.growing import plants
from tests.oracle.plants import Plant
from tests.oracle.runs import on_many_plants
from tests.oracle.scripted import QUIRKS, Quirks
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

MOST, MOST_OF_A_KIND = 25, 10
WORDS = [
    *("bomba", "Compresor", "línea", "GRUNDFOS", "aceite", "cambiar aceite", "fuga", "Vibra", "Ana", "luis"),
    *("Gómez", "repuesto", "horometro", "bar", "porteria", "central", "rosa norte", "nada de esto"),
]
ASSET = ("asset.code", "asset.description")
OF_ASSETS = tuple(f"asset.field_{number}" for number in range(1, 5))
# Per kind: the rows, the name in an answer, and the texts that are searched.
SEARCHED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "asset": ("Item AS asset", "asset.code", (*ASSET, *OF_ASSETS)),
    "work_order": (
        "order_tasks",
        "folio",
        ("folio", "order_note", "person", "description", "code", "item_description", "note"),
    ),
    "work_request": (
        "WorkRequest AS request LEFT JOIN Item AS asset ON asset.id = request.item_id",
        "request.id",
        ("request.description", "request.observation", "request.requested_by", *ASSET),
    ),
    "meter": (
        "Meter AS meter JOIN Item AS asset ON asset.id = meter.item_id",
        "meter.id",
        ("meter.description", "meter.serial", "meter.unit", "meter.unit_code", *ASSET),
    ),
    "person": (
        "Personnel AS person",
        "person.code",
        ("person.first_name", "person.last_name", "person.code"),
    ),
}


def holding(tables: Tables, words: str) -> dict[str, set[str]]:
    """Return the records that contain all words, by kind. A person without a code cannot be fetched."""
    found = {}
    for kind, (source, name, columns) in SEARCHED.items():
        whole = " || ' ' || ".join(f"coalesce({column}, '')" for column in columns)
        each = " AND ".join(f"instr(folded({whole}), folded('{word}')) > 0" for word in words.split())
        rows = tables(f"SELECT DISTINCT {name} AS key FROM {source} WHERE {each} AND {name} IS NOT NULL")
        found[kind] = {f"{kind}:{row['key']}" for row in rows}
    return found


# What each kind of record is called. An order is called after one of its tasks.
TITLES = """
SELECT 'asset:' || code AS id, description AS title FROM Item
UNION ALL
SELECT 'work_order:' || folio, folio || ' · ' || description || ' · ' || item_description FROM work
UNION ALL
SELECT 'work_request:' || id, id || ' · ' || description FROM WorkRequest
UNION ALL
SELECT 'meter:' || meter.id,
       coalesce(meter.serial, meter.id) || ' · ' || meter.description || ' · ' || asset.description
  FROM Meter AS meter JOIN Item AS asset ON asset.id = meter.item_id
UNION ALL
SELECT 'person:' || code, trim(first_name || ' ' || last_name) FROM Personnel WHERE code IS NOT NULL
"""


def titles_of(tables: Tables) -> dict[str, set[str]]:
    titles = defaultdict[str, set[str]](set)
    for row in tables(TITLES):
        titles[row["id"]].add(row["title"])
    return titles


def code_of(plant: Plant, roll: Dice) -> tuple[str, str] | None:
    """Draw a code as people type it, and the record that has it."""
    kind, model, column = roll.pick(
        ("asset", "Item", "code"), ("work_order", "WorkOrder", "folio"), ("person", "Personnel", "code"),
        ("meter", "Meter", "serial"),
    )  # fmt: skip
    rows = [row for row in plant[model] if row[column] is not None]
    if kind == "work_order":  # the contract has no orders without tasks
        rows = [
            row for row in rows if any(task["work_order_id"] == row["id"] for task in plant["WorkOrderTask"])
        ]
    if not rows:
        return None
    row = roll.of(rows)
    return row[column], f"{kind}:{row['id'] if kind == 'meter' else row[column]}"


def fragment_of(code: str, roll: Dice) -> str:
    """Draw a part of a code: its letters with the dash, or their end in the other case.

    Digits alone could name an order.
    """
    end = code.rindex("-") + 1
    return roll.pick(code[:end], code[:end].lower(), code[1:end].swapcase())


def check(world: Any, plant: Plant, roll: Dice) -> None:
    coded = code_of(plant, roll) if roll.once_in(2) else None
    words = coded[0] if coded else roll.of(WORDS)
    if coded is not None and roll.once_in(3):
        coded, words = None, fragment_of(words, roll)
    [reply] = world.ask(Question("search", {"query": words}))
    assert not reply.error, reply
    results = [result["id"] for result in reply.answer["results"]]
    titles = titles_of(Tables(plant))
    assert all(result["title"] in titles[result["id"]] for result in reply.answer["results"]), reply
    assert len(results) == len({*results}) <= MOST, reply
    expected = holding(Tables(plant), words)
    whole = sum(min(MOST_OF_A_KIND, len(ids)) for ids in expected.values()) <= MOST
    more = not whole or any(len(ids) > MOST_OF_A_KIND for ids in expected.values())
    assert ("notes" in reply.answer) == more or coded is not None, reply
    for kind, ids in expected.items():
        shown = {result for result in results if result.startswith(f"{kind}:")}
        world.tally.figures += 1 + len(shown)
        if coded is None:  # a code is also found in other spellings, and an order by its number alone
            assert shown <= ids, (kind, ids, reply)
        if whole:
            assert len(shown & ids) == min(MOST_OF_A_KIND, len(ids)) or len(shown) == MOST_OF_A_KIND, (
                kind, ids, reply,
            )  # fmt: skip
    if coded is not None:
        assert coded[1] in results, reply
        same = [result for result in results if result.partition(":")[2] == words]
        assert results[: len(same)] == same, reply


FACES = st.binary(min_size=30, max_size=30)


def test_search_finds_what_the_tables_hold(scripted: ScriptedWorld) -> None:
    @on_many_plants(1, 0.1)
    @given(plants(), FACES)
    def run(plant: Plant, faces: bytes) -> None:
        scripted.plant(plant)
        check(scripted, plant, Dice(faces))

    run()


def test_and_over_an_upstream_with_the_quirks_of_the_live_one(scripted: ScriptedWorld) -> None:
    @on_many_plants(1, 0.05)
    @given(plants(), FACES, QUIRKS.filter(lambda quirks: quirks.cap == 100))
    def run(plant: Plant, faces: bytes, quirks: Quirks) -> None:
        scripted.quirks = quirks
        scripted.plant(plant)
        check(scripted, plant, Dice(faces))

    run()


def test_and_over_the_embedded_api(world: World) -> None:
    @on_many_plants(1, 0.02)
    @given(plants(embedded=True), FACES)
    def run(plant: Plant, faces: bytes) -> None:
        world.plant(plant)
        check(world, plant, Dice(faces))

    run()
