"""Arguments as their model takes them: a number is a number, a flag is a flag.

A text is never read as a number where something is written: "1.500" is 1500 to half of our users. A read
takes a text that can mean one thing only, because some clients send every value as text.
"""

from __future__ import annotations

import re
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

LARGEST_EXACT = 2**53  # of whole numbers that a double holds
_whole = re.compile(r"-?\d{1,15}", re.ASCII)
_flags = {"true": True, "false": False}


def checked(model: type[BaseModel], arguments: dict[str, Any], *, is_write: bool) -> BaseModel:
    """Raises ValidationError."""
    given = _with_whole_numbers(arguments)
    try:
        return _strictly(model, given)
    except ValidationError as error:
        mended = [_mend(given, item["loc"], item["type"]) for item in error.errors()]
        if is_write or not any(mended):
            raise
    return _strictly(model, given)


def _strictly(model: type[BaseModel], given: dict[str, Any]) -> BaseModel:
    return model.model_validate_json(orjson.dumps(given), strict=True)


def _with_whole_numbers(value: Any) -> Any:
    """A copy, with 7.0 as 7: JSON has one kind of number, and some clients send all of them as doubles."""
    if isinstance(value, dict):
        return {name: _with_whole_numbers(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(entry) for entry in value]
    if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_EXACT:
        return int(value)
    return value


def _mend(given: dict[str, Any], place: tuple[int | str, ...], problem: str) -> bool:
    """Put the value that a text at `place` means there, if it is plain; says whether it was."""
    holder: Any = given
    try:
        for step in place[:-1]:
            holder = holder[step]
        text = holder[place[-1]]
    except (KeyError, IndexError, TypeError):  # below a choice of types, whose names are in `place` too
        return False
    if not isinstance(text, str):
        return False
    if problem in ("int_type", "float_type") and _whole.fullmatch(text.strip()):
        holder[place[-1]] = int(text)
        return True
    if problem == "bool_type" and text.strip().lower() in _flags:
        holder[place[-1]] = _flags[text.strip().lower()]
        return True
    return False
