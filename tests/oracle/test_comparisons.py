"""Comparisons over plants that are large enough to have something to compare in both periods."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product

from tests.oracle.covered import SIZES
from tests.oracle.dice import Dice
from tests.oracle.drawn import NOON
from tests.oracle.earlier import differs
from tests.oracle.expected_metrics import EXPECTED
from tests.oracle.growing import large_plant
from tests.oracle.questions import KNOWN, cells, question
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

COMPARED = [cell for cell in cells() if KNOWN[cell[0]][2] and cell[0] != "backlog"]


def test_each_change_is_that_of_the_tables(scripted: ScriptedWorld) -> None:
    said = Counter[str]()
    for seed, with_ in product(range(3), ("previous_period", "previous_year")):
        plant = large_plant(seed, NOON, details=1, **SIZES)
        tables = Tables(plant)
        scripted.plant(plant)
        drawn = [question(plant, cell, Dice(bytes([seed * 3] * 24))) for cell in COMPARED]
        asked = [replace(one, compare_with=with_) for one in drawn if one]
        for one, reply in zip(asked, scripted.ask(*(each.question for each in asked)), strict=True):
            assert not reply.error, reply
            figures = EXPECTED[one.metric](tables, one)
            assert not differs(tables, one, EXPECTED[one.metric], figures, reply.answer), reply
            said.update(change.get("direction", "-") for change in reply.answer["changes"].values())
    assert {"better", "worse", "up", "down", "same"} <= said.keys()
