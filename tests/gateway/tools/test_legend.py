"""Labels in the caller's language, once per answer; schemas; and the coverage table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from mcp_gateway.calls.labels import WORDS, labels
from mcp_gateway.protocol.schemas import input_schema, output_schema, published
from mcp_gateway.tools.catalogue import CATALOGUE
from mcp_gateway.tools.coverage import CAPABILITIES
from tests.gateway.tools.conftest import Person, PersonMaker

SNAPSHOT = Path(__file__).with_name("schemas.json")


@pytest.mark.parametrize(
    ("language", "status", "priority"),
    [("es", "En proceso", "Muy alta"), ("pt-br", "Em processo", "Muito alta")],
)
def test_constants_have_words_of_the_caller(
    person: PersonMaker, language: str, status: str, priority: str
) -> None:
    asked = {"status": ["in_process"], "priority": ["very_high"]}
    answer = person(language=language).ask("list_work_orders", **asked, limit=2)
    assert {order["status"] for order in answer["work_orders"]} == {"in_process"}
    assert answer["words"]["status"]["in_process"] == status
    assert answer["words"]["priority"]["very_high"] == priority


def test_only_the_constants_of_the_answer_have_words(person: PersonMaker) -> None:
    answer = person(language="es").ask("list_stock")
    assert "words" not in answer
    orders = person(language="es").ask("list_work_orders", status=["review"], limit=1)["words"]
    assert "review" in orders["status"]
    assert "completed" not in orders["status"]


def test_english_needs_no_words(person: PersonMaker) -> None:
    assert "words" not in person(language="en").ask("list_work_orders", limit=1)


def test_search_and_fetch_keep_their_shape(admin: Person) -> None:
    # about what was not examined
    assert set(admin.ask("search", query="compresor")) - {"notes"} == {"results"}


def test_every_status_and_priority_has_a_word() -> None:
    for tool in CATALOGUE.tools.values():
        assert tool.output is not None
        found = str(published(tool.output))
        output: type[BaseModel] = tool.output
        named = {field for _, field, _, _ in labels(output, "es")}
        for field in ("status", "priority"):
            if f"'{field}': {{'enum'" in found:
                assert field in named, (tool.name, field)
    assert all(str(word) for word in WORDS.values())


def test_each_operation_is_done_by_a_tool_with_these_arguments() -> None:
    assert len(CAPABILITIES) == 83
    for operation, (name, chosen) in CAPABILITIES.items():
        if not name:
            continue
        properties = input_schema(CATALOGUE.tools[name].input)["properties"]
        for argument, value in chosen.items():
            assert argument in properties, operation
            if value and value != "true":
                assert f"'{value}'" in str(properties[argument]), (operation, value)
    used = {name for name, _ in CAPABILITIES.values()}
    assert set(CATALOGUE.tools) - used == set()


def test_the_schemas_are_those_that_were_agreed() -> None:
    """To accept a change, delete schemas.json, run this twice, and read the difference."""
    now: dict[str, Any] = {
        name: {
            "input": input_schema(tool.input),
            "output": output_schema(tool.output) if tool.output else None,
            "set": tool.toolset,
            "read_only": tool.read_only,
            "destructive": tool.destructive,
            "rights": sorted(tool.rights),
        }
        for name, tool in CATALOGUE.tools.items()
    }
    if not SNAPSHOT.exists():
        SNAPSHOT.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        pytest.fail("written: look at it and run again")
    assert json.loads(SNAPSHOT.read_text(encoding="utf-8")) == json.loads(json.dumps(now))
