"""The parts that pending tasks plan, compared with plain SQL."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import given

from tests.oracle.asking import Question
from tests.oracle.comparing import differences
from tests.oracle.growing import plants
from tests.oracle.plants import Plant
from tests.oracle.runs import on_many_plants
from tests.oracle.tables import Tables
from tests.oracle.without_database import ScriptedWorld

PARTS = """
SELECT pending.id AS pending, part.description, part.qty AS quantity, part.unit, part.unit_cost
  FROM PendingTask AS pending JOIN PlannedResource AS part ON part.task_id = pending.task_id
 WHERE part.type = 1 ORDER BY part.id
"""


def check(world: ScriptedWorld, plant: Plant) -> int:
    planned: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in Tables(plant)(PARTS):
        planned[row.pop("pending")].append(row)
    world.plant(plant)
    asked, plain = world.ask(
        Question("list_pending_tasks", {"until": "2030-01-01", "limit": 100, "parts": True}),
        Question("list_pending_tasks", {"until": "2030-01-01", "limit": 100}),
    )
    assert not asked.error, asked
    assert not asked.is_partial, asked
    compared = 0
    for task, without in zip(asked.answer["pending_tasks"], plain.answer["pending_tasks"], strict=True):
        assert "parts" not in without
        wanted = planned[task["id"]]
        assert len(task["parts"]) == len(wanted), asked
        for row, part in zip(wanted, task["parts"], strict=True):
            found = differences(row, part, f"task {task['id']}")
            assert not found, found
            world.tally.figures += len(row)
            compared += 1
    return compared


def test_the_parts_are_those_of_the_tables(scripted: ScriptedWorld) -> None:
    compared = []

    @on_many_plants(1, 0.5)
    @given(plants())
    def run(plant: Plant) -> None:
        compared.append(check(scripted, plant))

    run()
    assert sum(compared) > 0
