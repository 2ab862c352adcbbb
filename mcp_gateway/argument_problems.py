"""What is wrong with the arguments of a call, in sentences that say what to do."""

from __future__ import annotations

import difflib

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mcp_gateway.errors import InvalidArguments

MOST = 20
LONGEST_NAME = 128
_NUMBER = "must be a number and not a text: 1500 or 1.5, with nothing between thousands"
_OTHERWISE = "does not fit the input schema of the tool"

# By pydantic's names of errors, filled with what it tells of each.
_SENTENCES = {
    "missing": "is needed",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "value_error": "{error}",
    "list_type": "must be a list, even of one",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must match {pattern}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_type": "must be text",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "must be a whole number, not a text"),
    "int_parsing_size": "must not have so many digits",
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), "must be true or false"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "must be an object"),
}  # fmt: skip


def refused(model: type[BaseModel], error: ValidationError) -> InvalidArguments:
    """`fields` of it: [{"field": dotted path, "problem": words}], at most MOST."""
    fields, problems = [], []
    for item in error.errors(include_url=False, include_input=False)[:MOST]:
        name, problem = ".".join(map(str, item["loc"]))[:LONGEST_NAME], _problem(model, item)
        fields.append({"field": name or "arguments", "problem": problem})
        problems.append(f"{name} {problem}".strip())
    return InvalidArguments(f"Change the arguments and call again: {'; '.join(problems)}.", fields=fields)


def _problem(model: type[BaseModel], item: ErrorDetails) -> str:
    if item["type"] == "extra_forbidden":
        known = list(model.model_fields)
        return "is unknown here" if len(item["loc"]) > 1 else _unknown(str(item["loc"][0]), known)
    given = item.get("ctx", {})
    if item["type"] == "string_too_short" and given["min_length"] == 1:
        return "must not be empty"
    return _SENTENCES.get(item["type"], _OTHERWISE).format_map(given)


def _unknown(name: str, known: list[str]) -> str:
    if not known:
        return "is unknown: the tool takes no arguments"
    close = difflib.get_close_matches(name[:LONGEST_NAME], known, n=1)
    return (
        f"is unknown: {close[0]} may be meant" if close else f"is unknown: the tool takes {', '.join(known)}"
    )
