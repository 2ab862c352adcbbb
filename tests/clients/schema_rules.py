"""Rules that hosts publish about tool schemas, as checks that return the problems found.

The rules are the hosts' own, with the place of publication; none is derived from our schemas.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
NAME_PREFIX = "mcp__claude_ai_Fracttal_One__"  # Claude's limit for a connector of that name; 64 in total.
LONGEST_NAME, LONGEST_DESCRIPTION = 64, 1024


def nodes(schema: Schema, place: str = "$") -> Iterator[tuple[str, Schema]]:
    """Yield each schema within a schema, with its path."""
    yield place, schema
    for word in ("anyOf", "oneOf", "allOf"):
        for number, choice in enumerate(schema.get(word, ())):
            yield from nodes(choice, f"{place}.{word}[{number}]")
    for name, field in schema.get("properties", {}).items():
        yield from nodes(field, f"{place}.{name}")
    if isinstance(schema.get("items"), dict):
        yield from nodes(schema["items"], f"{place}[]")


# Structured Outputs, "Supported schemas" (OpenAI's guide, as of November 2026). The shorter list of keywords
# is that of Azure OpenAI, which rejects limits altogether (learn.microsoft.com, structured outputs).
OPENAI_KEYWORDS = {
    "type", "description", "enum", "properties", "required", "items", "additionalProperties", "anyOf",
}  # fmt: skip
OPENAI_TYPES = {"string", "number", "boolean", "integer", "object", "array", "null"}


def made_strict(schema: Schema) -> Schema:
    """Make a schema strict as clients do: closed, every field required, optional fields nullable."""
    strict = copy.deepcopy(schema)
    for _place, node in list(nodes(strict)):
        if "object" in node["type"]:
            given = set(node.get("required", ()))
            for name, field in node.get("properties", {}).items():
                if name not in given:
                    field["type"] = [field["type"], "null"]
                    if "enum" in field:
                        field["enum"] = [*field["enum"], None]
            node["required"] = list(node.get("properties", ()))
            node["additionalProperties"] = False
    return strict


def openai_strict(schema: Schema) -> list[str]:
    problems, fields, enums, letters = [], 0, 0, 0
    if schema.get("type") != "object" or "anyOf" in schema:
        problems.append("the root is not an object")
    for place, node in nodes(schema):
        problems += [f"{place}: {word} is not permitted" for word in node.keys() - OPENAI_KEYWORDS]
        types = node.get("type", ())
        if not set([types] if isinstance(types, str) else types) <= OPENAI_TYPES:
            problems.append(f"{place}: type {types}")
        properties = node.get("properties", {})
        if "object" in types:
            if node.get("additionalProperties") is not False:
                problems.append(f"{place}: additionalProperties is not false")
            if set(node.get("required", ())) != set(properties):
                problems.append(f"{place}: not every field is required")
        if place.count(".") + place.count("[]") >= 10:
            problems.append(f"{place}: deeper than ten levels")
        fields += len(properties)
        enums += len(node.get("enum", ()))
        letters += sum(map(len, properties)) + sum(len(str(word)) for word in node.get("enum", ()))
    if fields > 5000 or enums > 1000 or letters > 120_000:
        problems.append("larger than Structured Outputs allows")
    return problems


# The fields of `Schema` in Gemini's API (ai.google.dev/api/caching#Schema). With other fields google-genai's
# conversion of an MCP tool drops scalars, and fails if `additionalProperties` is no schema.
GEMINI_KEYWORDS = {
    "type", "format", "title", "description", "nullable", "enum", "maxItems", "minItems", "properties",
    "required", "minProperties", "maxProperties", "minLength", "maxLength", "pattern", "example", "anyOf",
    "propertyOrdering", "default", "items", "minimum", "maximum",
}  # fmt: skip
GEMINI_FORMATS = {
    "string": {"enum", "date-time"},
    "number": {"float", "double"},
    "integer": {"int32", "int64"},
}


def gemini(schema: Schema) -> list[str]:
    problems = []
    for place, node in nodes(schema):
        problems += [f"{place}: {word} is unknown" for word in node.keys() - GEMINI_KEYWORDS]
        kind = node.get("type")
        if not isinstance(kind, str):
            problems.append(f"{place}: no single type")
            continue
        if "format" in node and node["format"] not in GEMINI_FORMATS.get(kind, ()):
            problems.append(f"{place}: format {node['format']}")
        if kind == "object" and not node.get("properties"):
            problems.append(f"{place}: properties should be non-empty for OBJECT type")
        if kind == "array" and not isinstance(node.get("items"), dict):
            problems.append(f"{place}: items is missing")
        if "enum" in node and (
            kind != "string" or not all(word and isinstance(word, str) for word in node["enum"])
        ):
            problems.append(f"{place}: enum of something else than texts")
        if not set(node.get("required", ())) <= set(node.get("properties", ())):
            problems.append(f"{place}: required names what is no property")
    return problems


# "Known issues" in Copilot Studio's MCP troubleshooting page (learn.microsoft.com): a numeric
# exclusiveMinimum throws, a list of types truncates the schema, and tools with references are left out.
def copilot_studio(schema: Schema) -> list[str]:
    problems = []
    for place, node in nodes(schema):
        for word in ("exclusiveMinimum", "exclusiveMaximum", "$ref", "$defs", "anyOf", "oneOf", "allOf"):
            if word in node:
                problems.append(f"{place}: {word}")
        if not isinstance(node.get("type"), str):
            problems.append(f"{place}: no single type")
    return problems
