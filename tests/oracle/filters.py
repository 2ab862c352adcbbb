"""Filters of lists: each is a tool argument and the SQL condition that it stands for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
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
    """The `arguments` of a call, and the SQL `condition` that a record must fulfil."""

    arguments: dict[str, Any]
    condition: str


# Returns None if the plant has no value for the filter.
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
    """Filter by a list of constants, any of which may match."""

    def make(plant: Plant, roll: Dice) -> Filter:
        chosen = _some(roll, named)
        return Filter({argument: sorted(chosen)}, _in(column, chosen))

    return make


def exactly(argument: str, column: str, named: dict[str, int]) -> Make:
    def make(plant: Plant, roll: Dice) -> Filter:
        name = roll.of([*named])
        return Filter({argument: name}, f"{column} = {named[name]}")

    return make


def number_of(argument: str, kind: str, column: str) -> Make:
    """Filter by the number of a record of this kind."""

    def make(plant: Plant, roll: Dice) -> Filter | None:
        if not plant[kind]:
            return None
        number = roll.of(plant[kind])["id"]
        return Filter({argument: number}, f"{column} = {number}")

    return make


def serial(plant: Plant, roll: Dice) -> Filter | None:
    serials = [meter["serial"] for meter in plant["Meter"] if meter["serial"] is not None]
    if not serials:
        return None
    wanted = roll.of(serials)
    return Filter({"serial": wanted}, f"meter.serial = '{wanted}'")


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
    """Filter by location.

    `path` is an expression for the ids of the record and everything that contains it.
    """

    def make(plant: Plant, roll: Dice) -> Filter | None:
        code = _code(plant, roll, 1, 2)
        return Filter({"location": code}, INSIDE.format(path=path, code=code)) if code else None

    return make


def text(*columns: str, words: Sequence[str] = WORDS) -> Make:
    def make(plant: Plant, roll: Dice) -> Filter:
        word = roll.of([*words])
        whole = " || ' ' || ".join(f"coalesce({column}, '')" for column in columns)
        return Filter({"text": word}, f"instr(folded({whole}), folded('{word}')) > 0")

    return make


def period(column_of: dict[str, str]) -> Make:
    """Filter by a period with one end or both, for one of these kinds of dates."""

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
        return Filter(arguments, " AND ".join([f"{column} IS NOT NULL", *conditions]))

    return make


def place(plant: Plant, roll: Dice) -> Filter | None:
    """Filter by location, at any depth or directly. A location does not contain itself."""
    named = [item for item in plant["Item"] if item["type"] in {1, 2}]
    if not named:
        return None
    code, whole = roll.of(named)["code"], roll.pick(None, True, False)
    arguments: dict[str, Any] = {"location": code} | ({} if whole is None else {"whole_tree": whole})
    if whole is False:
        return Filter(arguments, f"asset.parent_id = (SELECT id FROM Item WHERE code = '{code}')")
    return Filter(arguments, INSIDE.format(path="asset.ancestors", code=code))


def responsible(plant: Plant, roll: Dice) -> Filter | None:
    """Filter by responsible person.

    By code; by a full name that only one person, or one active person, has; or by the name, or a part of it,
    of a third party's contact, who has no code.
    """
    contacts = [contact["name"] for contact in plant["ThirdPartyContact"]]
    if contacts and roll.once_in(3):
        name = roll.of([*contacts, "Rosa", "norte", "TALLER", "rósa norte", "central"])
        return Filter({"responsible": name}, f"instr(folded(contact), folded('{name}')) > 0")
    if not plant["Personnel"]:
        return None
    person = roll.of(plant["Personnel"])
    if person["code"] is not None and roll.once_in(2):
        return Filter({"responsible": person["code"]}, f"responsible = '{person['code']}'")
    name = f"{person['first_name']} {person['last_name']}".strip()
    same = [row for row in plant["Personnel"] if f"{row['first_name']} {row['last_name']}".strip() == name]
    same = [row for row in same if row["active"]] or same
    if len(same) > 1:
        return None
    return Filter({"responsible": name}, f"responsible_id = {same[0]['id']}")
