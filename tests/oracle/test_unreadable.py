"""A row that violates the contract costs only that row: the answer has the others and says it is partial."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_gateway.upstream import resources as resources_of_the_gateway
from mcp_gateway.upstream.resources import documents, planning
from tests.oracle.asked import Asked
from tests.oracle.asking import Question, Reply
from tests.oracle.calendars import calendar
from tests.oracle.checking_lists import asked_of, chosen, untrue_counts, walk
from tests.oracle.comparing import differences, rows_differ
from tests.oracle.contract_resources import RESOURCES
from tests.oracle.dice import Dice
from tests.oracle.drawn import UNREADABLE
from tests.oracle.expected_metrics import EXPECTED
from tests.oracle.growing import large_plant, plants
from tests.oracle.listed import Listed
from tests.oracle.lists import LISTS
from tests.oracle.odd_rows import ODD, without
from tests.oracle.plants import Plant
from tests.oracle.questions import cells, question
from tests.oracle.runs import on_many_plants
from tests.oracle.scripted import Quirks
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

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
OF_LISTS = [(resource, name) for resource, odd in ODD.items() for name in odd.lists]
FACES = st.binary(min_size=30, max_size=30)
# A URL without rows: there is no other row to lose.
NO_ROWS = {"work_orders_shared_url"}


def says_so(replies: list[Reply]) -> bool:
    return any(
        reply.is_partial and any("could not be read" in sentence for sentence in reply.sentences)
        for reply in replies
    )


def test_every_resource_that_is_read_has_an_odd_row() -> None:
    """A resource that is new in the gateway fails here until it is tested."""
    assert {*ODD} == {*_resources_read()} - NO_ROWS
    assert {name for odd in ODD.values() for name in odd.lists} == {*LISTS}


def _resources_read() -> Iterator[str]:
    """Return the first argument of each `upstream.get` in the gateway's code."""
    named = {"owner": documents.RESOURCES.values(), "kind": planning.RESOURCES.values()}
    for path in Path(resources_of_the_gateway.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "upstream.get":
                segments = node.args[0]
                assert isinstance(segments, ast.List), ast.unparse(node)
                if isinstance(segments.elts[0], ast.Subscript):
                    yield from named[ast.unparse(segments.elts[0].slice)]
                else:
                    names = [part.value for part in segments.elts if isinstance(part, ast.Constant)]
                    yield "/".join(map(str, names))


def test_a_metric_is_of_the_other_rows(scripted: ScriptedWorld) -> None:
    @on_many_plants(1, 0.06)
    @given(plants(), st.sampled_from(CELLS), FACES, st.integers(0, 12))
    def run(plant: Plant, cell: tuple[str, tuple[str, str, str]], faces: bytes, place: int) -> None:
        resource, metric = cell
        asked, rows = question(plant, metric, Dice(faces)), RESOURCES[resource].rows(plant)
        if asked is None or place >= len(rows):
            return
        scripted.quirks = Quirks(unreadable=(resource, place))
        scripted.plant(plant)
        [reply] = scripted.ask(asked.question)
        assert not reply.error, reply
        figures = EXPECTED[asked.metric](Tables(without(plant, resource, rows[place])), asked)
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


@pytest.mark.parametrize(("resource", "name"), OF_LISTS)
def test_a_list_is_of_the_other_rows(resource: str, name: str, scripted: ScriptedWorld) -> None:
    listed = LISTS[name]
    # A name is looked up among assets, and an unreadable asset cannot be named.
    names = sorted({*listed.filters} - {"place", "location", "asset"})

    @on_many_plants(len(OF_LISTS), 0.5)
    @given(
        plants(),
        st.lists(st.sampled_from(names), max_size=2, unique=True) if names else st.just([]),
        FACES,
        st.integers(0, 12),
        st.sampled_from([100, 3, 1]),
        UNREADABLE,
    )
    def run(plant: Plant, named: list[str], faces: bytes, place: int, limit: int, quirks: Quirks) -> None:
        filters = chosen(plant, listed, named, Dice(faces))
        if filters is None or place >= len(RESOURCES[resource].rows(plant)):
            return
        arguments = asked_of(listed, limit)
        for each in filters:
            arguments |= each.arguments
        if resource == "warehouses_items" and "item" in arguments:
            return  # the stock of one item is read from `inventories`
        scripted.quirks = replace(quirks, unreadable=(resource, place))
        scripted.plant(plant)
        asked = Question(listed.tool, arguments)
        where = " AND ".join(f"({each.condition})" for each in filters) or "1"
        sql = listed.sql.format(where=where)
        all_keys = sorted(row["key"] for row in Tables(plant)(sql))
        keys = _keys_of_the_others(plant, listed, resource, place, sql)
        [first] = scripted.ask(asked)
        if first.error and resource in {
            "warehouses",
            "inventories",
            "third_parties",
        }:  # perhaps the requested one
            assert any(re.search("(could not|cannot) be read", said) for said in first.sentences), first
            return
        records, pages = walk(scripted, asked, listed.plural)
        shown = sorted(listed.key_of(record) for record in records)
        scripted.tally.figures += len(keys)
        assert shown == keys, (asked, keys, shown, pages[-1])
        assert not untrue_counts(pages, len(all_keys)), (asked, pages)
        if keys != all_keys:
            assert says_so([Reply(asked, page, {}) for page in pages]), pages

    run()


def _keys_of_the_others(plant: Plant, listed: Listed, resource: str, place: int, sql: str) -> list[str]:
    row = RESOURCES[resource].rows(plant)[place]
    if ODD[resource].table:
        return sorted(each["key"] for each in Tables(without(plant, resource, row))(sql))
    keys = sorted(each["key"] for each in Tables(plant)(sql))
    mine = " ".join(str(row[0].get({"task_id": "id_task"}.get(name, name))) for name in listed.key)
    if mine in keys:
        keys.remove(mine)
    return keys


def test_a_page_of_nothing_but_a_bad_row_is_not_the_end(scripted: ScriptedWorld) -> None:
    """O8: two pages whose rows could not be told apart were taken for the same page twice."""
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


@pytest.mark.parametrize(
    ("resource", "tool", "argument", "number"),
    [
        ("items", "get_asset", "code", "code"),
        ("inventories", "list_stock", "item", "code"),
        ("work_orders", "get_work_order", "folio", "wo_folio"),
        ("work_requests", "get_work_request", "id", "id"),
        ("third_parties", "list_third_parties", "code", "code"),
    ],
)
def test_a_record_that_cannot_be_read_is_not_one_that_is_not_there(
    resource: str, tool: str, argument: str, number: str, scripted: ScriptedWorld
) -> None:
    now = calendar("UTC", dt.datetime(2026, 11, 28, 15, tzinfo=dt.UTC))
    plant = large_plant(8, now, orders=40, tasks=5)
    numbers = [str(shown[number]) for shown, _hidden in RESOURCES[resource].rows(plant)]
    wanted = next(each for each in numbers if numbers.count(each) == 1)
    for is_no_object in (False, True):
        scripted.quirks = Quirks(unreadable=(resource, numbers.index(wanted)), is_no_object=is_no_object)
        scripted.plant(plant)
        [reply] = scripted.ask(Question(tool, {argument: wanted}))
        assert reply.error["code"] in {"upstream_not_understood", "not_found"}, reply
        assert any("be read" in sentence for sentence in reply.sentences), reply
        # O24: "there is no such record" stood there as a fact, before the sentence on what was not read.
        assert reply.error["code"] != "not_found" or "not certain" in reply.error["message"], reply
