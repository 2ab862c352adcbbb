"""Every field and argument of every reading tool is compared, or covered.py says why not.

A new one fails here until a comparison names it.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.covered import (
    ARGUMENTS_NOT_ASKED,
    ASKED_BESIDES,
    NOT_COMPARED,
    READING,
    arguments_asked,
    compared,
    fields_of,
)


@pytest.fixture(scope="module")
def of_comparisons() -> dict[str, set[str]]:
    return compared()


@pytest.fixture(scope="module")
def of_questions() -> dict[str, dict[str, set[Any]]]:
    return arguments_asked()


@pytest.mark.parametrize("tool", READING)
def test_each_field_is_compared_with_the_tables(tool: str, of_comparisons: dict[str, set[str]]) -> None:
    fields, named, told = (
        fields_of(READING[tool]),
        of_comparisons.get(tool, set()),
        NOT_COMPARED.get(tool, {}),
    )
    others = fields if "*" in told else {*told}
    assert not named & others, "compared, and yet said not to be"
    assert fields - named - others == set(), "not compared"
    assert (named | others) - fields == set(), "no fields of the tool"


def test_only_tools_that_read_are_named(of_comparisons: dict[str, set[str]]) -> None:
    assert {*of_comparisons, *NOT_COMPARED, *ASKED_BESIDES, *ARGUMENTS_NOT_ASKED} <= {*READING}


@pytest.mark.parametrize("tool", READING)
def test_each_argument_is_asked_with_each_value(
    tool: str, of_questions: dict[str, dict[str, set[Any]]]
) -> None:
    """tests/gateway/tools/test_arguments_apply.py tests those of writes, and that each has an effect."""
    asked = {**of_questions.get(tool, {})}
    besides, never = ASKED_BESIDES.get(tool, {}), ARGUMENTS_NOT_ASKED.get(tool, {})
    arguments = READING[tool].input.model_json_schema()["properties"]
    assert not (asked.keys() | besides.keys()) & never.keys(), "asked, and yet said not to be"
    assert arguments.keys() - asked.keys() - besides.keys() - never.keys() == set(), "never asked with"
    assert (asked.keys() | besides.keys() | never.keys()) - arguments.keys() == set(), "no arguments"
    schema = READING[tool].input.model_json_schema()
    for name in arguments.keys() - never.keys() - besides.keys():
        missing = values_of(arguments[name], schema) - asked[name]
        assert missing == set(), f"{name}: values that were never asked with"


def values_of(argument: Any, schema: Any) -> set[Any]:
    """Return the constants in the schema, at any depth; for a flag, both values."""
    if isinstance(argument, list):
        return {value for each in argument for value in values_of(each, schema)}
    if not isinstance(argument, dict):
        return set()
    if argument.get("type") == "boolean":
        return {True, False}
    if "$ref" in argument:
        return values_of(schema["$defs"][argument["$ref"].rpartition("/")[2]], schema)
    found = {*argument.get("enum", ())} | ({argument["const"]} if "const" in argument else set())
    return found | {value for part in ("anyOf", "items") for value in values_of(argument.get(part), schema)}
