"""One row that is not of the contract costs that row: the answer is of the others, partial, and says so."""

from __future__ import annotations

import datetime as dt
from copy import copy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.asked import Asked
from tests.oracle.asking import Question, Reply
from tests.oracle.calendars import calendar
from tests.oracle.comparing import differences, rows_differ
from tests.oracle.dice import Dice
from tests.oracle.growing import large_plant, plants
from tests.oracle.lists import LISTS
from tests.oracle.plants import Plant
from tests.oracle.questions import cells, question
from tests.oracle.runs import on_many_plants
from tests.oracle.scripted import RESOURCES, Quirks
from tests.oracle.tables import Tables
from tests.oracle.test_lists import asked_of, chosen, walk
from tests.oracle.test_metrics import EXPECTED
from tests.oracle.without_database import ScriptedWorld

# The resource with the odd row, its table, and how a row names its number there.
ODD = {
    "items": ("Item", "id"),
    "work_orders": ("WorkOrderTask", "id_work_orders_tasks"),
    "work_requests": ("WorkRequest", "id"),
    "meters": ("Meter", "id"),
    "transactions_log": ("Transaction", "id"),
    "tasks_todo": ("PendingTask", "id"),
    "tasks": ("PlannedTask", "id"),
    "tasks_triggers": ("TaskTrigger", "id"),
    "tasks_resources_hourly_rates": ("PlannedResource", "id"),
    "work_orders_movements": ("Movement", "id"),
    "material_requests": ("Movement", "id"),
    "third_parties": ("ThirdParty", "code"),
}
METRICS = {
    "work_orders": ("backlog", "planned_share", "compliance", "cost", "work_per_person", "repeat_failures"),
    "work_requests": ("requests",),
    "meters": ("stale_meters",),
}
CELLS = [
    (resource, cell)
    for resource, metrics in METRICS.items()
    for cell in cells()
    if cell[0] in metrics and cell[2] != "third_party"
]
OF_LISTS = {
    "items": "list_assets assets",
    "work_orders": "list_work_orders work_orders",
    "work_requests": "list_work_requests work_requests",
    "meters": "list_meters meters",
    "transactions_log": "list_transactions transactions",
    "tasks_todo": "list_pending_tasks pending_tasks",
    "tasks": "list_task_plans entries tasks",
    "tasks_triggers": "list_task_plans entries triggers",
    "tasks_resources_hourly_rates": "list_task_plans entries resources labour",
    "work_orders_movements": "list_warehouse_documents documents requisitions",
    "material_requests": "list_warehouse_documents documents material_requests",
    "third_parties": "list_third_parties third_parties",
}
FACES = st.binary(min_size=30, max_size=30)


def without(plant: Plant, resource: str, place: int) -> Plant | None:
    """The plant without the row that stands at the place; None where there is none."""
    model, number = ODD[resource]
    rows = RESOURCES[resource].rows(plant)
    if place >= len(rows):
        return None
    rest = replace(plant, rows=copy(plant.rows))
    key = "code" if number == "code" else "id"
    rest.rows[model] = [row for row in plant[model] if row[key] != rows[place][0][number]]
    return rest


def says_so(replies: list[Reply]) -> bool:
    for reply in replies:
        partial = reply.answer.get("partial") or reply.answer.get("coverage", {}).get("partial")
        if partial and any("could not be read" in note for note in reply.answer["notes"]):
            return True
    return False


def test_a_metric_is_of_the_other_rows(scripted: ScriptedWorld) -> None:
    @on_many_plants(1, 0.06)
    @given(plants(), st.sampled_from(CELLS), FACES, st.integers(0, 12))
    def run(plant: Plant, cell: tuple[str, tuple[str, str, str]], faces: bytes, place: int) -> None:
        resource, metric = cell
        asked, rest = question(plant, metric, Dice(faces)), without(plant, resource, place)
        if asked is None or rest is None:
            return
        scripted.quirks = Quirks(unreadable=(resource, place))
        scripted.plant(plant)
        [reply] = scripted.ask(asked.question)
        assert not reply.error, reply
        figures = EXPECTED[asked.metric](Tables(rest), asked)
        found = differences(figures.overall, reply.answer["overall"], asked.metric)
        if figures.rows is not None:
            found += rows_differ(figures.rows, reply.answer.get("rows") or [])
        scripted.tally.figures += figures.cells
        assert not found, "\n".join([*found, repr(reply)])
        if _differ(plant, asked, figures.overall):
            assert says_so([reply]), reply

    run()


def _differ(plant: Plant, asked: Asked, overall: dict[str, float | int | None]) -> bool:
    return EXPECTED[asked.metric](Tables(plant), asked).overall != overall


@pytest.mark.parametrize("resource", OF_LISTS)
def test_a_list_is_of_the_other_rows(resource: str, scripted: ScriptedWorld) -> None:
    listed = LISTS[OF_LISTS[resource]]
    # A name is looked up among assets: one that cannot be read is none that could be asked about.
    names = sorted({*listed.filters} - {"place", "location", "asset"})

    @on_many_plants(len(OF_LISTS), 0.12)
    @given(
        plants(),
        st.lists(st.sampled_from(names), max_size=2, unique=True),
        FACES,
        st.integers(0, 12),
        st.sampled_from([100, 3, 1]),
    )
    def run(plant: Plant, named: list[str], faces: bytes, place: int, limit: int) -> None:
        filters, rest = chosen(plant, listed, named, Dice(faces)), without(plant, resource, place)
        if filters is None or rest is None:
            return
        arguments = asked_of(listed, limit)
        for each in filters:
            arguments |= each.arguments
        scripted.quirks = Quirks(unreadable=(resource, place))
        scripted.plant(plant)
        asked = Question(listed.tool, arguments)
        records, pages = walk(scripted, asked, listed.plural)
        where = " AND ".join(f"({each.condition})" for each in filters) or "1"
        sql = listed.sql.format(where=where)
        keys = sorted(row["key"] for row in Tables(rest)(sql))
        shown = sorted(listed.key_of(record) for record in records)
        scripted.tally.figures += len(keys)
        assert shown == keys, (asked, keys, shown, pages[-1])
        if keys != sorted(row["key"] for row in Tables(plant)(sql)):
            assert says_so([Reply(asked, page, {}) for page in pages]), pages

    run()


def test_a_page_of_nothing_but_a_bad_row_is_not_the_end(scripted: ScriptedWorld) -> None:
    """O8: two pages whose rows could not be told apart were taken for one that came twice."""
    plant = large_plant(6, calendar("UTC", dt.datetime(2026, 11, 28, 15, tzinfo=dt.UTC)), equipment=5)
    scripted.quirks = Quirks(unreadable=("items", 1))
    scripted.plant(plant)
    records, pages = walk(scripted, Question("list_assets", {"limit": 1}), "assets")
    codes = [item["code"] for item in plant["Item"]]
    assert [record["code"] for record in records] == [codes[0], *codes[2:]]
    assert [page["partial"] for page in pages].count(True) <= 2, pages
    assert not any("more assets than could be read" in note for page in pages for note in page["notes"]), (
        pages
    )
