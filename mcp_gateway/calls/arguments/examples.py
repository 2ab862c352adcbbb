"""Example values for fields, shown in the sentence that refuses an invalid value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

TEXTS = {"folio": "OT-1000", "asset": "P-101", "code": "P-101", "item": "P-101", "warehouse": "W-1"}
Schema = Mapping[str, Any]


def field_at(schema: Schema, path: Sequence[int | str]) -> Schema:
    """Return the schema at a path of names and indexes, or the last schema found on the way."""
    for step in path:
        if isinstance(step, int) and "items" in schema:
            schema = schema["items"]
        elif step in schema.get("properties", {}):
            schema = schema["properties"][step]
        else:
            break
    return schema


def example(field: Schema, name: str = "") -> str:
    """Return an example value as JSON."""
    return orjson.dumps(_value(field, name)).decode()


def _value(field: Schema, name: str) -> Any:
    if "enum" in field:
        return field["enum"][0]
    if field.get("examples"):
        return field["examples"][0]
    if field.get("default") is not None:
        return field["default"]
    match field.get("type"):
        case "array":
            return [_value(field["items"], name)]
        case "object":
            return {each: _value(field["properties"][each], each) for each in field.get("required", ())}
        case "integer":
            return max(1, field.get("minimum", 1))
        case "number":
            return 1.5
        case "boolean":
            return True
    return "2026-07-01" if field.get("format") == "date" else TEXTS.get(name, "text")
