"""Each URL in an answer is the URL of its record's page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from pytest_django import Settings

from tests.oracle.addresses import PAGES
from tests.oracle.asking import Question
from tests.oracle.checking_lists import asked_of, chosen
from tests.oracle.dice import Dice
from tests.oracle.drawn import NOON
from tests.oracle.growing import large_plant
from tests.oracle.lists import LISTS
from tests.oracle.plants import Row
from tests.oracle.questions import cells, question
from tests.oracle.without_database import ScriptedWorld

OF_KINDS = {
    "asset": "assets",
    "work_order": "work-orders",
    "work_request": "work-requests",
    "meter": "meters",
    "person": "people",
}


def addressed(value: Any, path: str = "") -> Iterator[tuple[str, Row]]:
    """Yield the objects with a URL in an answer, each with the path of the URL."""
    if isinstance(value, list):
        for each in value:
            yield from addressed(each, path)
    elif isinstance(value, dict):
        if "url" in value:
            yield f"{path}url", value
        for name, inner in value.items():
            yield from addressed(inner, f"{path}{name}.")


def pages_of(tool: str, path: str, record: Row) -> set[str]:
    """Return where the record may be shown.

    A row of a metric is about an asset, a person, an item, a meter …
    """
    page, field = PAGES[tool, path]
    if page:
        return {f"{page}/{quote(str(record[field]), safe='')}"}
    if field == "id":
        kind, _, number = record["id"].partition(":")
        return {f"{OF_KINDS[kind]}/{quote(number, safe='')}"}
    key = quote(record["key"], safe="")
    pages = ("assets", "people", "stock-items", "third-parties", "work-orders")
    return {f"{page}/{key}" for page in pages} | {f"meters/{record.get('meter')}"}


def questions() -> Iterator[Question]:
    for listed in LISTS.values():
        filters = chosen(PLANT, listed, [], Dice(b""))
        assert filters is not None
        arguments = asked_of(listed, 100)
        for each in filters:
            arguments |= each.arguments
        yield Question(listed.tool, arguments)
    for item in PLANT["Item"]:
        yield Question("get_asset", {"code": item["code"], "include": ["meters", "history"]})
        yield Question("fetch", {"id": f"asset:{item['code']}"})
    for task in PLANT["WorkOrderTask"]:
        folio = PLANT["WorkOrder"][task["work_order_id"] - 1]["folio"]
        yield Question("get_work_order", {"folio": folio, "include": ["requisitions"]})
    yield Question("get_work_request", {"id": "1"})
    for words in ("Bomba", "aceite", "Ana", "bar"):
        yield Question("search", {"query": words})
    for cell in cells():
        asked = question(PLANT, cell, Dice(b""))
        assert asked is not None
        yield asked.question


PLANT = large_plant(9, NOON, details=1, orders=20, tasks=40, equipment=12, movements=20, lines=30)


def test_each_address_is_that_of_its_record(scripted: ScriptedWorld, settings: Settings) -> None:
    scripted.plant(PLANT)
    seen = set()
    for asked, reply in zip(questions(), scripted.ask(*questions()), strict=True):
        assert not reply.error, reply
        for name, said in (("kind", "kind"), ("asset", "asset_code")):
            if said in reply.answer and name in asked.arguments:
                assert reply.answer[said] == asked.arguments[name], reply
        for path, record in addressed(reply.answer):
            seen.add((asked.tool, path))
            begin = f"{settings.PUBLIC_URL}/records/"
            assert record["url"].removeprefix(begin) in pages_of(asked.tool, path, record), (asked, record)
    assert seen == PAGES.keys()
