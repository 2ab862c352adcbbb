"""Every filter of every list, alone and together: the same records in the same order, whole or in pages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.asking import Question
from tests.oracle.conftest import World
from tests.oracle.dice import Dice
from tests.oracle.filters import Filter
from tests.oracle.growing import plants
from tests.oracle.lists import LISTS, Listed
from tests.oracle.plants import Plant
from tests.oracle.runs import on_many_plants
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

PRIORITIES = {1: "very_high", 2: "high", 3: "medium", 4: "low", 5: "very_low"}


def walk(world: Any, question: Question, plural: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """All records over all cursors, and the pages."""
    records: list[dict[str, Any]] = []
    pages: list[dict[str, Any]] = []
    arguments = question.arguments
    for _ in range(60):
        [reply] = world.ask(Question(question.tool, arguments))
        assert not reply.error, reply
        pages.append(reply.answer)
        records += reply.answer[plural]
        if not reply.answer["has_more"]:
            return records, pages
        arguments = {**question.arguments, "cursor": reply.answer["next_cursor"]}
    raise AssertionError(f"the pages of {question} do not end")


def check(world: Any, plant: Plant, listed: Listed, filters: list[Filter], limit: int) -> None:
    arguments: dict[str, Any] = {"limit": limit}
    for each in filters:
        arguments |= each.arguments
    where = " AND ".join(f"({each.condition})" for each in filters) or "1"
    if listed.tool == "list_pending_tasks":
        arguments["until"] = "2030-01-01"
    expected = Tables(plant)(listed.sql.format(where=where))
    question = Question(listed.tool, arguments)
    records, pages = walk(world, question, listed.plural)
    keys, shown = [row["key"] for row in expected], [record[listed.key] for record in records]
    told = f"{question}\n  the tables have {keys}\n  the answer {shown}\n  {pages[-1]}"
    # One status after another where there are several: those that are open, for what is overdue.
    in_order = len(arguments.get("status", ())) <= 1 and not arguments.get("overdue")
    assert (shown if in_order else sorted(shown)) == (keys if in_order else sorted(keys)), told
    assert not any(page.get("partial") for page in pages), told
    totals = {page["total"] for page in pages if "total" in page}
    assert totals <= {len(keys)}, told
    if listed.tool == "list_work_orders":
        flags = {row["key"]: (PRIORITIES[row["priority"]], bool(row["overdue"])) for row in expected}
        for record in records:
            assert (record["priority"], record.get("overdue", False)) == flags[record["folio"]], record


@pytest.mark.parametrize("tool", LISTS)
def test_a_list_holds_what_the_tables_hold(tool: str) -> None:
    listed, world = LISTS[tool], ScriptedWorld()

    @on_many_plants(len(LISTS))
    @given(
        plants(),
        st.lists(st.sampled_from(sorted(listed.filters)), max_size=3, unique=True),
        st.binary(min_size=30, max_size=30),
        st.sampled_from([100, 3, 1, 25]),
    )
    def run(plant: Plant, names: list[str], faces: bytes, limit: int) -> None:
        world.plant(plant)
        roll = Dice(faces)
        filters = [made for name in names if (made := listed.filters[name](plant, roll))]
        check(world, plant, listed, filters, limit)

    run()


def test_and_over_the_embedded_api(world: World) -> None:
    @on_many_plants(1, 0.05)
    @given(
        plants(),
        st.sampled_from(sorted(LISTS)),
        st.lists(st.integers(0, 6), max_size=3, unique=True),
        st.binary(min_size=30, max_size=30),
        st.sampled_from([100, 3, 25]),
    )
    def run(plant: Plant, tool: str, chosen: list[int], faces: bytes, limit: int) -> None:
        world.plant(plant)
        listed, roll = LISTS[tool], Dice(faces)
        names = sorted(listed.filters)
        makes = [listed.filters[names[number]] for number in chosen if number < len(names)]
        check(world, plant, listed, [made for make in makes if (made := make(plant, roll))], limit)

    run()
