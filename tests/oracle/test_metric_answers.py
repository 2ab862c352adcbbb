"""What the answer about a metric says besides its figures, and that each of its figures is compared."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace

import pytest

from tests.oracle.asked import Asked
from tests.oracle.asking import Reply
from tests.oracle.comparing import agree
from tests.oracle.covered import SIZES
from tests.oracle.dice import Dice
from tests.oracle.drawn import NOON
from tests.oracle.expected_metrics import EXPECTED
from tests.oracle.growing import large_plant
from tests.oracle.questions import cells, question
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

USUAL_TOP = 10
WITH_AMOUNTS = {"cost", "purchase_draft", "idle_stock", "repeat_failures"}
# Open purchase orders that a draft has to be checked against, newest first in each warehouse.
PAPERS = """
SELECT folio FROM Movement WHERE type = 10 AND state IN (1, 2)
   AND date_create BETWEEN :now - 180 * 86400.0 AND :now ORDER BY warehouse_id, date_create DESC, id DESC
"""


def asked_and_answered(scripted: ScriptedWorld, seed: int) -> tuple[Tables, list[tuple[Asked, Reply]]]:
    plant = large_plant(seed, NOON, details=1, **SIZES)
    scripted.plant(plant)
    faces = bytes([seed * 40] * 24)
    asked = [one for cell in cells() if (one := question(plant, cell, Dice(faces)))]
    replies = scripted.ask(*(each.question for each in asked))
    return Tables(plant), list(zip(asked, replies, strict=True))


def test_each_figure_of_each_metric_is_compared(scripted: ScriptedWorld) -> None:
    found = defaultdict[str, set[str]](set)
    for seed in range(4):
        tables, answers = asked_and_answered(scripted, seed)
        for asked, reply in answers:
            figures = EXPECTED[asked.metric](tables, asked)
            shown = reply.answer.get("groups") or reply.answer.get("rows") or []
            named = {*figures.overall, *(name for row in figures.rows or () for name in row)}
            named |= {"url", "changes"}
            found[asked.metric] |= {
                *reply.answer["overall"],
                *(name for row in shown for name in row),
            } - named
    assert not {metric: names for metric, names in found.items() if names}


@pytest.mark.parametrize("seed", range(4))
def test_what_was_asked_is_said_with_the_answer(seed: int, scripted: ScriptedWorld) -> None:
    tables, answers = asked_and_answered(scripted, seed)
    for asked, reply in answers:
        answer = reply.answer
        rows = answer.get("groups") or answer.get("rows") or []
        assert [answer.get(name) for name in ("metric", "scope", "code")] == [
            asked.metric,
            asked.scope,
            asked.code,
        ]
        if "period" in answer:
            for name, moment in (("since", asked.since), ("until", asked.until)):
                if asked.metric == "backlog" and name not in dict(asked.words):
                    assert name not in answer["period"], reply
                    continue
                assert agree(name, dt.datetime.fromtimestamp(moment, dt.UTC), answer["period"][name]), reply
        assert ("period" in answer) == bool(asked.words if asked.metric == "backlog" else asked.until), reply
        assert answer.get("currency") == ("COP" if asked.metric in WITH_AMOUNTS else None), reply
        assert (answer["groups_total"], answer["groups_left_out"]) == (len(rows), 0), reply
        papers = [row["folio"] for row in tables(PAPERS)][:20] or None
        assert answer.get("papers") == (papers if asked.metric == "purchase_draft" else None), reply


@pytest.mark.parametrize("top", [None, 1, 3])
def test_the_first_rows_are_shown_and_the_number_of_the_others(
    top: int | None, scripted: ScriptedWorld
) -> None:
    """Months and people of the backlog are all shown unless fewer are asked for. Sums stay those of all."""
    _tables, answers = asked_and_answered(scripted, 1)
    asked = [replace(one, top=top) for one, _reply in answers]
    cut = 0
    for one, (_, whole), few in zip(
        asked, answers, scripted.ask(*(each.question for each in asked)), strict=True
    ):
        name = "groups" if one.metric == "reliability" else "rows"
        every, shown = whole.answer.get(name), few.answer.get(name)
        whole_list = one.group_by == "month" or (one.metric, one.group_by) == ("backlog", "person")
        most = top or (len(every or ()) if whole_list else USUAL_TOP)
        assert shown == (every if every is None else every[:most]), few
        left = max(0, len(every or ()) - most)
        assert (few.answer["groups_total"], few.answer["groups_left_out"]) == (len(every or ()), left), few
        assert few.answer["overall"] == whole.answer["overall"]
        cut += left > 0
    assert cut >= 3
