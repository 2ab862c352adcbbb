"""Writes accept numbers only as numbers, because a text such as 1.500 differs from country to country."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from maintenance.models import FormItemType, Meter, StockLevel, Subtask
from mcp_gateway.protocol.schemas import input_schema
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.gateway.tools.conftest import Person, embedded_only

DEMO = {"company__slug": "demo"}
NO_NUMBERS = ["1.500", "12.430", "1,5", "1_500", "１２", "1e3", "7", "", True]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_may_mean_two_numbers_is_not_written(admin: Person, text: object) -> None:
    level = StockLevel.objects.filter(
        item__company__slug="demo", item__type=4, warehouse__external_integration=False
    )[1]
    refused = admin.refused("adjust_stock", item=level.item.code, warehouse=level.warehouse.code, stock=text)
    assert refused["code"] == "invalid_arguments"
    assert refused["fields"][0]["field"] == "stock"
    assert "1500 or 1.5" in refused["message"]
    before = level.stock
    level.refresh_from_db()
    assert level.stock == before
    meter = Meter.objects.filter(**DEMO, active=True).exclude(serial=None)[0]
    readings = meter.readings.count()
    refused = admin.refused("add_meter_reading", asset=meter.item.code, serial=meter.serial, value=text)
    assert refused["fields"][0]["field"] == "value"
    assert meter.readings.count() == readings


def numbers(schema: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each number and flag of an input schema with its path."""
    for choice in schema.get("anyOf", [schema]):
        kind = choice.get("type")
        if kind in ("integer", "number", "boolean"):
            yield place, kind
        for name, inner in choice.get("properties", {}).items():
            yield from numbers(inner, (*place, name))
        if kind == "array":
            yield from numbers(choice["items"], (*place, "0"))


FIELDS = [
    (tool.name, place, kind)
    for tool in CATALOGUE.tools.values()
    if not tool.read_only
    for place, kind in numbers(input_schema(tool.input))
    if (tool.name, place) != ("fill_subtask", ("answer",))  # text or number, depending on the question
]


def test_the_table_has_all_kinds() -> None:
    assert len(FIELDS) > 50
    assert {kind for _, _, kind in FIELDS} == {"integer", "number", "boolean"}


@embedded_only
@pytest.mark.parametrize(("tool", "place", "kind"), FIELDS)
def test_no_number_or_flag_of_a_write_is_read_from_a_text(
    admin: Person, tool: str, place: tuple[str, ...], kind: str
) -> None:
    for text in ["yes", "1", 1] if kind == "boolean" else NO_NUMBERS:
        given: Any = text
        for name in reversed(place):
            given = [given] if name == "0" else {name: given}
        refused = admin.refused(tool, **given)
        assert ".".join(place) in {field["field"] for field in refused["fields"]}, (text, refused)


@pytest.mark.parametrize("limit", [True, "1_0", "１２", "1e1", "3.0", "many"])
def test_a_limit_that_is_no_number_is_refused(admin: Person, limit: object) -> None:
    refused = admin.refused("list_assets", limit=limit)
    assert refused["fields"] == [
        {"field": "limit", "problem": "must be a whole number and not a text, such as 25"}
    ]


def test_a_read_takes_a_text_that_means_one_thing(admin: Person) -> None:
    plain = admin.ask("list_assets", limit=3, active=True)
    for limit, active in (("3", "true"), (3.0, "True")):
        told = admin.ask("list_assets", limit=limit, active=active)
        # a cursor contains the time of its creation
        assert told | {"next_cursor": plain["next_cursor"]} == plain
    assert plain["returned"] == 3


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("1500", "1500"), ("-1.5", "-1.5"), ("0.500", "0.500"), (12.435, "12.435"), (1500, "1500"),
        ("1.500", None), ("12.430", None), ("1_000", None), ("１２", None), ("٣", None), ("1e3", None),
        ("1,5", None), ("1.234.567", None), ("nan", None), (True, None), ("12.4350", "12.4350"),
    ],
)  # fmt: skip
def test_an_answer_that_is_a_number(admin: Person, answer: object, kept: str | None) -> None:
    subtask = Subtask.objects.filter(**DEMO, type=FormItemType.NUMBER, task__work_order__status=1).order_by(
        "pk"
    )[0]
    given = {"folio": subtask.task.work_order.folio, "subtask": subtask.pk, "answer": answer}
    before = subtask.value
    if kept is None:
        assert admin.refused("fill_subtask", **given)["fields"]
    else:
        admin.ask("fill_subtask", **given)
    subtask.refresh_from_db()
    assert subtask.value == (before if kept is None else kept)
