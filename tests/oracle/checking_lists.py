"""Walks through a list and compares it with the tables: records, order, totals and members."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tests.oracle.asking import Question
from tests.oracle.comparing import differences
from tests.oracle.dice import Dice
from tests.oracle.filters import Filter
from tests.oracle.listed import Listed
from tests.oracle.plants import Plant
from tests.oracle.tables import Tables

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
