"""Explains invalid arguments: what to change in each, with an example."""

from __future__ import annotations

import difflib

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mcp_gateway.calls.arguments.examples import Schema, example, field_at
from mcp_gateway.calls.errors import InvalidArguments
from mcp_gateway.protocol.schemas import enforced

MOST = 20
LONGEST_NAME = 128
_NUMBER = "must be a number and not a text: 1500 or 1.5, with nothing between thousands"
_DATE = "must be a date as YYYY-MM-DD, such as {example}"
_OTHERWISE = "does not fit what the tool takes: {description}"

# Sentences by pydantic's error types, filled with the error's context, an example and the field's
# description.
_SENTENCES = {
    "missing": "is required, such as {example}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "value_error": "{error}",
    "list_type": "must be a list, such as {example}",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "has the wrong form: {description}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_type": "must be text in quotes, such as {example}",
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_from_float"),
        "must be a whole number and not a text, such as {example}",
    ),
    "int_parsing_size": "has too many digits",
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), "must be true or false, without quotes"),
    **dict.fromkeys(
        ("dict_type", "model_type", "model_attributes_type"), "must be an object, such as {example}"
    ),
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DATE
    ),
}


def refused(model: type[BaseModel], error: ValidationError) -> InvalidArguments:
    """Build the refusal. Its `fields` are [{"field": dotted path, "problem": text}], at most MOST."""
    schema = enforced(model)
    fields, problems = [], []
    for item in error.errors(include_url=False, include_input=False)[:MOST]:
        name, problem = ".".join(map(str, item["loc"]))[:LONGEST_NAME], _problem(schema, item)
        fields.append({"field": name or "arguments", "problem": problem})
        problems.append(f"{name} {problem}".strip())
    return InvalidArguments(f"Change the arguments and call again: {'; '.join(problems)}.", fields=fields)


def _problem(schema: Schema, item: ErrorDetails) -> str:
    path = item["loc"]
    if item["type"] == "extra_forbidden":
        return _unknown(str(path[-1]), field_at(schema, path[:-1]), whole=len(path) == 1)
    field = field_at(schema, path)
    name = next((str(step) for step in reversed(path) if isinstance(step, str)), "")
    given = {
        **item.get("ctx", {}),
        "example": example(field, name),
        "description": str(field.get("description", "")).rstrip("."),
    }
    if item["type"] == "string_too_short" and given["min_length"] == 1:
        return "must not be empty"
    return _SENTENCES.get(item["type"], _OTHERWISE).format_map(given)


def _unknown(name: str, around: Schema, *, whole: bool) -> str:
    known = around.get("properties", {})
    if not known:
        return "is unknown: the tool takes no arguments"
    close = difflib.get_close_matches(name[:LONGEST_NAME], known, n=1)
    if close:
        return (
            f'is unknown: {close[0]} may be meant, such as "{close[0]}": {example(known[close[0]], close[0])}'
        )
    return f"is unknown: {'the tool takes' if whole else 'the fields here are'} {', '.join(known)}"
