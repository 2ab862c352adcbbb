"""Questions to lists: each filter is an argument and the condition in SQL that it stands for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.oracle.dice import Dice
from tests.oracle.plants import Plant
from tests.oracle.questions import said

WORDS = ("fuga", "aceite", "Revisar", "bomba", "compresor", "motor")
PRIORITIES = {"very_high": 1, "high": 2, "medium": 3, "low": 4, "very_low": 5}
INSIDE = "instr({path}, (SELECT '/' || id || '/' FROM Item WHERE code = '{code}')) > 0"


@dataclass(frozen=True)
class Filter:
    """`arguments` and the SQL `condition` that a record has to fulfil."""

    arguments: dict[str, Any]
    condition: str


# None where the plant has no value for the filter.
Make = Callable[[Plant, Dice], Filter | None]


def _code(plant: Plant, roll: Dice, *types: int) -> str | None:
    codes = [item["code"] for item in plant["Item"] if item["type"] in types]
    return roll.of(codes) if codes else None


def _some(roll: Dice, named: dict[str, int]) -> dict[str, int]:
    names = [*named]
    return {name: named[name] for name in {roll.of(names), roll.of(names)}}


def _in(column: str, chosen: dict[str, int]) -> str:
    return f"{column} IN ({', '.join(str(value) for value in chosen.values())})"


def one_of(argument: str, column: str, named: dict[str, int]) -> Make:
    """A list of words, any of which will do."""

    def make(plant: Plant, roll: Dice) -> Filter:
        chosen = _some(roll, named)
        return Filter({argument: sorted(chosen)}, _in(column, chosen))

    return make


def exactly(argument: str, column: str, named: dict[str, int]) -> Make:
    def make(plant: Plant, roll: Dice) -> Filter:
        name = roll.of([*named])
        return Filter({argument: name}, f"{column} = {named[name]}")

    return make


def flag(argument: str, condition: str) -> Make:
    def make(plant: Plant, roll: Dice) -> Filter:
        value = roll.pick(True, False)
        return Filter({argument: value}, f"coalesce({condition}, 0) = {int(value)}")

    return make


def asset(column: str) -> Make:
    def make(plant: Plant, roll: Dice) -> Filter | None:
        code = _code(plant, roll, 2, 3, 5)
        return Filter({"asset": code}, f"{column} = '{code}'") if code else None

    return make


def location(path: str) -> Make:
    """`path` is an expression for the ids of everything that the record stands in, itself included."""

    def make(plant: Plant, roll: Dice) -> Filter | None:
        code = _code(plant, roll, 1, 2)
        return Filter({"location": code}, INSIDE.format(path=path, code=code)) if code else None

    return make


def text(*columns: str) -> Make:
    def make(plant: Plant, roll: Dice) -> Filter:
        word = roll.of(WORDS)
        whole = " || ' ' || ".join(f"coalesce({column}, '')" for column in columns)
        return Filter({"text": word}, f"instr(folded({whole}), folded('{word}')) > 0")

    return make


def period(column_of: dict[str, str]) -> Make:
    """One end, or both; of the kinds of dates that there are."""

    def make(plant: Plant, roll: Dice) -> Filter:
        kind = roll.of([*column_of])
        arguments: dict[str, Any] = {"date_kind": kind}
        column, conditions = column_of[kind], []
        begin: dt.datetime | None = None
        if not roll.once_in(4):
            begin = said("since", plant.calendar, roll, arguments)
            conditions.append(f"{column} >= {begin.timestamp()!r}")
        if begin is None or roll.once_in(2):
            end = said("until", plant.calendar, roll, arguments)
            if begin is not None and end <= begin:
                del arguments["until"]
            else:
                conditions.append(f"{column} <= {end.timestamp()!r}")
        # A period that is open at its end ends now.
        if "until" not in arguments:
            conditions.append(f"{column} <= :now")
        return Filter(arguments, " AND ".join([f"{column} IS NOT NULL", *conditions]))

    return make
