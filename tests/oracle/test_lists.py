"""Every filter of every list, alone and combined: the same records in the same order, whole or in pages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.asking import Question
from tests.oracle.calendars import calendar
from tests.oracle.comparing import differences
from tests.oracle.conftest import World
from tests.oracle.dice import Dice
from tests.oracle.filters import Filter
from tests.oracle.growing import as_embedded, large_plant, plants
from tests.oracle.listed import Listed
from tests.oracle.lists import LISTS
from tests.oracle.plants import Plant
from tests.oracle.runs import on_many_plants
from tests.oracle.scripted import QUIRKS, Quirks
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

TASKS = re.compile(r"The question fits (at most )?(\d+) tasks")
AT_MOST = re.compile(r"At most (\d+) records match")


def walk(world: Any, question: Question, plural: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return all records over all cursors, and the pages."""
    records: list[dict[str, Any]] = []
    pages: list[dict[str, Any]] = []
    arguments = question.arguments
    for _ in range(60):
        [reply] = world.ask(Question(question.tool, arguments))
        assert not reply.error, reply
        assert reply.answer["returned"] == len(reply.answer[plural])
        pages.append(reply.answer)
        records += reply.answer[plural]
        if not reply.answer["has_more"]:
            return records, pages
        arguments = {**question.arguments, "cursor": reply.answer["next_cursor"]}
    raise AssertionError(f"the pages of {question} do not end")


def chosen(plant: Plant, listed: Listed, names: Iterable[str], roll: Dice) -> list[Filter] | None:
    """Draw the filters of a question, None if the plant has nothing to ask about."""
    filters = []
    for name in dict.fromkeys([*listed.always, *names]):
        made = listed.filters[name](plant, roll)
        if made is not None:
            filters.append(made)
        elif name in listed.always:
            return None
    asked = {name: value for each in filters for name, value in each.arguments.items()}
    # Overdue orders are open, so the tool refuses other statuses beside it.
    refused = asked.get("overdue") and {*asked.get("status", ("review",))} <= {"completed", "cancelled"}
    return None if refused else filters


def asked_of(listed: Listed, limit: int) -> dict[str, Any]:
    """Return the arguments besides the filters."""
    until = {"until": "2030-01-01"} if listed.tool == "list_pending_tasks" else {}
    return {"limit": limit, **listed.fixed, **until}


def untrue_counts(pages: list[dict[str, Any]], records: int) -> list[Any]:
    """Totals that are not the number of records, and bounds below it."""
    totals: list[Any] = [page["total"] for page in pages if page.get("total", records) != records]
    bounds = [AT_MOST.match(note) for page in pages for note in page["notes"]]
    return totals + [bound[0] for bound in bounds if bound and int(bound[1]) < records]


def untrue_tasks(pages: list[dict[str, Any]], tasks: int) -> list[str]:
    """What lists of orders say of the number of tasks."""
    found = [TASKS.match(note) for page in pages for note in page["notes"]]
    return [
        each[0] for each in found if each and (int(each[2]) < tasks if each[1] else int(each[2]) != tasks)
    ]


def check(
    world: Any,
    plant: Plant,
    listed: Listed,
    filters: list[Filter],
    limit: int,
    tables: Tables | None = None,
) -> None:
    arguments = asked_of(listed, limit)
    for each in filters:
        arguments |= each.arguments
    where = " AND ".join(f"({each.condition})" for each in filters) or "1"
    expected = (tables or Tables(plant))(listed.sql.format(where=where))
    question = Question(listed.tool, arguments)
    records, pages = walk(world, question, listed.plural)
    keys, shown = [row["key"] for row in expected], [listed.key_of(record) for record in records]
    told = f"{question}\n  the tables have {keys}\n  the answer {shown}\n  {pages[-1]}"
    # Several statuses are read one after another; for overdue orders these are the open ones.
    statuses = arguments.get("status", ()) if listed.tool == "list_work_orders" else ()
    in_order = len(statuses) <= 1 and not arguments.get("overdue")
    assert (shown if in_order else sorted(shown)) == (keys if in_order else sorted(keys)), told
    assert not any(page.get("partial") for page in pages), told
    assert not untrue_counts(pages, len(keys)), told
    if listed.tool == "list_work_orders":
        [tasks] = (tables or Tables(plant))(f"SELECT count(*) AS n FROM order_tasks WHERE {where}")
        assert not untrue_tasks(pages, tasks["n"]), told
    by_key = {row["key"]: row for row in expected}
    found = []
    for place, record in enumerate(records):
        said = expected[place] if in_order else by_key[listed.key_of(record)]
        row = {name: value for name, value in said.items() if name != "key"}
        found += differences(row, listed.record(record), str(listed.key_of(record)))
        world.tally.figures += len(row) + 1
    assert not found, "\n".join([*found, told])


NOON = calendar("UTC", dt.datetime(2026, 11, 28, 15, tzinfo=dt.UTC))
FACES = st.binary(min_size=30, max_size=30)
LIMITS = st.sampled_from([100, 3, 1, 25])


@pytest.mark.parametrize("name", LISTS)
def test_a_list_holds_what_the_tables_hold(name: str, scripted: ScriptedWorld) -> None:
    listed = LISTS[name]
    filters = st.lists(st.sampled_from(sorted(listed.filters)), max_size=3, unique=True)

    @on_many_plants(len(LISTS))
    @given(plants(), filters if listed.filters else st.just([]), FACES, LIMITS)
    def run(plant: Plant, names: list[str], faces: bytes, limit: int) -> None:
        made = chosen(plant, listed, names, Dice(faces))
        if made is not None:
            scripted.plant(plant)
            check(scripted, plant, listed, made, limit)

    run()


@pytest.mark.parametrize("name", LISTS)
def test_and_over_an_upstream_with_the_quirks_of_the_live_one(name: str, scripted: ScriptedWorld) -> None:
    listed = LISTS[name]
    filters = st.lists(st.sampled_from(sorted(listed.filters)), max_size=3, unique=True)

    @on_many_plants(len(LISTS), 0.2)
    @given(plants(), filters if listed.filters else st.just([]), FACES, LIMITS, QUIRKS)
    def run(plant: Plant, names: list[str], faces: bytes, limit: int, quirks: Quirks) -> None:
        made = chosen(plant, listed, names, Dice(faces))
        if made is not None:
            scripted.quirks = quirks
            scripted.plant(plant)
            check(scripted, plant, listed, made, limit)

    run()


def test_and_over_the_embedded_api(world: World) -> None:
    @on_many_plants(1, 0.05, embedded=True)
    @given(
        plants(embedded=True),
        st.sampled_from(sorted(LISTS)),
        st.lists(st.integers(0, 7), max_size=3, unique=True),
        FACES,
        LIMITS,
    )
    def run(plant: Plant, name: str, numbers: list[int], faces: bytes, limit: int) -> None:
        listed = LISTS[name]
        names = sorted(listed.filters)
        made = chosen(
            plant, listed, [names[number] for number in numbers if number < len(names)], Dice(faces)
        )
        if made is not None:
            world.plant(plant)
            check(world, plant, listed, made, limit)

    run()


@pytest.mark.parametrize("name", LISTS)
def test_each_list_says_of_a_full_plant_what_its_tables_say(name: str, world: World) -> None:
    plant = large_plant(9, NOON, details=1, orders=12, tasks=30, equipment=12, lines=20)
    as_embedded(plant)
    filters = chosen(plant, LISTS[name], [], Dice(b""))
    assert filters is not None
    world.plant(plant)
    check(world, plant, LISTS[name], filters, 25)


def test_somebody_without_a_code_is_nobody_else(scripted: ScriptedWorld) -> None:
    """O7: orders of Ana Pérez are not those of Ana, who has no code to distinguish her."""
    plant = large_plant(5, NOON, people=0, tasks=60)
    plant.add("Personnel", code=None, first_name="Ana", last_name="", active=True)
    plant.add("Personnel", code="TEC-2", first_name="Ana", last_name="Pérez", active=True)
    for order in plant["WorkOrder"]:
        order["responsible_id"], order["contact_id"] = (1, 2, None)[order["id"] % 3], None
    scripted.plant(plant)
    for name, number in (("Ana", 1), ("Ana Pérez", 2)):
        asked = [Filter({"responsible": name}, f"responsible_id = {number}")]
        check(scripted, plant, LISTS["list_work_orders work_orders"], asked, 2)
        [reply] = scripted.ask(Question("list_work_orders", {"responsible": name}))
        assert not any("nobody" in note for note in reply.answer["notes"]), reply


@pytest.mark.parametrize(
    "quirks", [Quirks(cap=7), Quirks(cap=7, total="missing"), Quirks(cap=5, total="text")]
)
def test_records_that_say_the_same_are_no_page_that_came_twice(
    quirks: Quirks, scripted: ScriptedWorld
) -> None:
    """O21: people have no number, and the first one of a later page was like the first of all."""
    plant = Plant(NOON)
    for number in range(16):
        telephone = str(number) if number in {3, 9} else None
        plant.add("Personnel", code=None, first_name="Ana", last_name="", active=True, telephone_1=telephone)
    scripted.quirks = quirks
    scripted.plant(plant)
    check(scripted, plant, LISTS["list_people people"], [], 100)
