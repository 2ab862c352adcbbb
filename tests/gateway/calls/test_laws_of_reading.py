"""Laws of reading arguments, over the schemas of all tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mcp_gateway.calls.arguments.values import checked, read
from mcp_gateway.protocol.schemas import enforced
from mcp_gateway.tools.catalogue import CATALOGUE

TOOLS = sorted(CATALOGUE.tools)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(-1e9, 1e9)
    | st.text(max_size=12) | st.sampled_from(["null", "[", '["a"]', "{}", "true", "1.5", "", "In Process"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def fitting(field: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Draw values that fit a schema."""
    if "enum" in field:
        return st.sampled_from(field["enum"])
    if field.get("format") == "date":
        return st.dates().map(str)
    match field["type"]:
        case "array":
            return st.lists(fitting(field["items"]), min_size=field.get("minItems", 0), max_size=3)
        case "object":
            needed = set(field.get("required", ()))
            parts = {name: fitting(inner) for name, inner in field["properties"].items()}
            return st.fixed_dictionaries(
                {name: part for name, part in parts.items() if name in needed},
                optional={name: part for name, part in parts.items() if name not in needed},
            )
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(field.get("minimum", -100), min(field.get("maximum", 10**6), 10**6))
        case "number":
            return st.floats(0.5, 100)
    digits_and_words = (
        st.text(max_size=20) | st.integers(0, 10**6).map(str) | st.sampled_from(["true", "[1]", "{}"])
    )
    return digits_and_words.filter(lambda text: text.strip() not in {"", "null"})


@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_reading_never_changes_what_fits(data: st.DataObject) -> None:
    tool = CATALOGUE.tools[data.draw(st.sampled_from(TOOLS))]
    arguments = data.draw(fitting(enforced(tool.input)))
    try:
        plain = checked(tool.input, arguments)
    except ValidationError:
        assume(False)
        raise
    assert read(tool, arguments) == arguments
    assert checked(tool.input, read(tool, arguments)) == plain


@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_reading_takes_anything_and_says_the_same_twice(data: st.DataObject) -> None:
    tool = CATALOGUE.tools[data.draw(st.sampled_from(TOOLS))]
    names = st.sampled_from(sorted(enforced(tool.input)["properties"])) | st.text(max_size=6)
    arguments = data.draw(st.dictionaries(names, ANYTHING, max_size=5))
    once = read(tool, arguments)
    assert read(tool, once) == once
