"""list_task_plans, as it is compared: tasks, what triggers them, and the parts that they take."""

from __future__ import annotations

from tests.oracle.dice import Dice
from tests.oracle.filters import Filter, Make, text
from tests.oracle.listed import Listed
from tests.oracle.plants import Plant


def of_one(argument: str, kind: str, column: str) -> Make:
    def make(plant: Plant, roll: Dice) -> Filter | None:
        if not plant[kind]:
            return None
        number = roll.of(plant[kind])["id"]
        return Filter({argument: number}, f"{column} = {number}")

    return make


TASKS = Listed(
    "list_task_plans",
    "entries",
    ("id",),
    """
    SELECT task.id AS key, task.description AS name, plan.description AS plan_name
      FROM PlannedTask AS task JOIN TaskPlan AS plan ON plan.id = task.plan_id
     WHERE {where} ORDER BY task.id
    """,
    {
        "plan": of_one("plan", "TaskPlan", "task.plan_id"),
        "text": text("task.description", "plan.description"),
    },
    {"kind": "tasks"},
)

TRIGGERS = Listed(
    "list_task_plans",
    "entries",
    ("id",),
    "SELECT id AS key, task_id AS task FROM TaskTrigger WHERE {where} ORDER BY id",
    {"task": of_one("task", "PlannedTask", "task_id")},
    {"kind": "triggers"},
)

PARTS = Listed(
    "list_task_plans",
    "entries",
    ("id",),
    """
    SELECT id AS key, task_id AS task, qty AS quantity, qty * unit_cost AS total_cost
      FROM PlannedResource WHERE {where} ORDER BY task_id, id
    """,
    {"task": of_one("task", "PlannedTask", "task_id"), "text": text("description")},
    {"kind": "resources", "resource": "parts"},
)
