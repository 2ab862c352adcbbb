"""The records that `fetch` gives, and how its text is taken apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.oracle import records
from tests.oracle.dice import Dice
from tests.oracle.plants import Plant, Row

FENCE = re.compile(r"\[([0-9]{9}): [^\n]*\]\n(.*)\n\[/\1\]", re.DOTALL)


def _asset(plant: Plant, roll: Dice) -> str | None:
    return roll.of(plant["Item"])["code"] if plant["Item"] else None


def _order(plant: Plant, roll: Dice) -> str | None:
    numbers = sorted({task["work_order_id"] for task in plant["WorkOrderTask"]})
    return plant["WorkOrder"][roll.of(numbers) - 1]["folio"] if numbers else None


def _numbered(model: str) -> Callable[[Plant, Dice], int | None]:
    return lambda plant, roll: roll.of(plant[model])["id"] if plant[model] else None


def _person(plant: Plant, roll: Dice) -> str | None:
    codes = [person["code"] for person in plant["Personnel"] if person["code"] is not None]
    return roll.of(codes) if codes else None


# Per kind: the records, the expected fields of one, and its title.
FETCHED: dict[str, tuple[Callable[[Plant, Dice], Any], str, Callable[[Row, list[Row]], str]]] = {
    "asset": (_asset, records.ASSET, lambda whole, _: whole["name"]),
    "work_order": (
        _order,
        records.ORDER,
        lambda whole, tasks: f"{whole['folio']} · {tasks[0]['description']}",
    ),
    "work_request": (_numbered("WorkRequest"), records.REQUEST, lambda whole, _: whole["title"]),
    "meter": (
        _numbered("Meter"),
        records.METER_OF_A_NUMBER,
        lambda whole, _: f"{whole['serial'] or whole['id']} · {whole['description']}",
    ),
    "person": (_person, records.PERSON, lambda whole, _: whole["name"]),
}
