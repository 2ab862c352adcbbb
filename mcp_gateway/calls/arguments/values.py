"""Converts arguments as hosts send them to the declared types, if only one meaning is possible.

A value that fits already is never changed, except empty strings and the string "null": hosts that require
every field send them for omitted ones. In tools that write, no string becomes a number ("1.500" is 1500 to
half of our users) and no number becomes a string (7 may have been the code "007"). docs/decisions/0019 has
the whole table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson
from pydantic import BaseModel

from mcp_gateway.calls.arguments.words import meant
from mcp_gateway.calls.tool import Tool
from mcp_gateway.protocol.messages import MAX_DEPTH, deeper_than
from mcp_gateway.protocol.schemas import enforced

LARGEST_EXACT = 2**53  # largest whole number that every double represents exactly
NULL = "null"
_whole = re.compile(r"-?\d{1,15}", re.ASCII)
_fraction = re.compile(r"-?\d{1,15}\.\d{1,2}", re.ASCII)  # three digits could be thousands
_flags = {"true": True, "yes": True, "si": True, "sí": True, "sim": True} | dict.fromkeys(
    ("false", "no", "não", "nao"), False
)
Schema = Mapping[str, Any]


def read(tool: Tool[Any, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return a converted copy of the arguments.

    Ambiguous values stay as they are and `checked` refuses them.
    """
    reading = _Reading(writes=not tool.read_only, replaces=not tool.read_only and tool.idempotent)
    model: type[BaseModel] = tool.input
    return reading.fields(_schema(model), arguments)


@cache
def _schema(model: type[BaseModel]) -> Schema:
    return enforced(model)


def checked(model: type[BaseModel], given: Mapping[str, Any]) -> BaseModel:
    """Validate the arguments strictly. Raises ValidationError."""
    return model.model_validate_json(orjson.dumps(given), strict=True)


class _Reading:
    def __init__(self, *, writes: bool, replaces: bool) -> None:
        self._writes = writes
        self._replaces = replaces  # then omitting a field and emptying it mean different things

    def fields(self, schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
        known, required = schema.get("properties", {}), schema.get("required", ())
        read = {}
        for name, value in given.items():
            field = known.get(name)
            if field is None:
                read[name] = value
            elif not (value is None or value == NULL or (name not in required and self._empty(field, value))):
                read[name] = self._value(field, value)
        return read

    def _empty(self, field: Schema, value: Any) -> bool:
        """Say whether a value stands for a field that was left out."""
        if self._replaces or (self._writes and field.get("type") not in ("string", "array")):
            return False
        if isinstance(value, str):
            return not value.strip()
        return bool(value == [] and field.get("minItems", 0) > 0)

    def _value(self, field: Schema, value: Any) -> Any:
        if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_EXACT:
            value = int(value)  # JSON has one type of number, and some clients send all of them as doubles
        kind = field.get("type")
        if kind == "array":
            return self._list(field["items"], value)
        if kind == "object":
            value = _parsed(value, dict)
            return self.fields(field, value) if isinstance(value, dict) else value
        if "enum" in field:
            return meant(value, field["enum"]) if isinstance(value, str) else value
        return value if self._writes else _plain(kind, value)

    def _list(self, entry: Schema, value: Any) -> Any:
        """Convert each entry of a list. A single value counts as a list of one."""
        value = _parsed(value, list)
        if entry.get("type") == "object":
            value = _parsed(value, dict)
        begun = isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}
        if not isinstance(value, list) and not begun:
            value = [value]
        return [self._value(entry, each) for each in value] if isinstance(value, list) else value


def _parsed(value: Any, kind: type) -> Any:
    """Decode a string that contains JSON of this kind, if it is not nested deeper than a message may be."""
    if not isinstance(value, str):
        return value
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
    return found if isinstance(found, kind) and not deeper_than(found, MAX_DEPTH) else value


def _plain(kind: str | None, value: Any) -> Any:
    """Convert a number, boolean or string that came as another of these types."""
    if kind == "string":
        exact = type(value) is int and abs(value) <= LARGEST_EXACT
        return str(value) if exact else value
    if not isinstance(value, str):
        return value
    text = value.strip()
    if kind == "boolean":
        return _flags.get(text.lower(), value)
    if kind in ("integer", "number") and _whole.fullmatch(text):
        return int(text)
    return float(text) if kind == "number" and _fraction.fullmatch(text) else value
