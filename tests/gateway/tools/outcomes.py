"""What a call with a given argument brings, and what it would have sent."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from tests.gateway.tools.arguments import Row
from tests.gateway.tools.conftest import Person


def with_value(base: Mapping[str, Any], argument: str, value: Any) -> dict[str, Any]:
    given: dict[str, Any] = copy.deepcopy({name: called(each) for name, each in base.items()})
    *places, name = argument.split(".")
    holder: Any = given
    for place in places:
        holder = holder.setdefault(place, {})
        holder = holder[0] if isinstance(holder, list) else holder
    holder[name] = called(value)
    return given


def called(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: called(each) for name, each in value.items()}
    return value() if callable(value) else value


def outcome(someone: Person, tool: str, arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    result = someone.result(tool, **arguments)
    if result.is_error:
        return "refused", result.meta["fracttal-one/error"]
    answer = dict(result.structured or {})
    answer.pop("next_cursor", None)  # it contains the time
    return "answered", answer


def identified(row: Row) -> str:
    return f"{row.tool}-{row.argument}"
