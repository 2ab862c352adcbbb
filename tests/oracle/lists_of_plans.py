"""list_task_plans, as it is compared: tasks, what triggers them, and the parts that they take."""

from __future__ import annotations

from tests.oracle.filters import number_of, text
from tests.oracle.listed import Listed

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
        "plan": number_of("plan", "TaskPlan", "task.plan_id"),
        "text": text("task.description", "plan.description"),
    },
    {"kind": "tasks"},
)

TRIGGERS = Listed(
    "list_task_plans",
    "entries",
    ("id",),
    "SELECT id AS key, task_id AS task FROM TaskTrigger WHERE {where} ORDER BY id",
    {"task": number_of("task", "PlannedTask", "task_id")},
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
    {"task": number_of("task", "PlannedTask", "task_id"), "text": text("description")},
    {"kind": "resources", "resource": "parts"},
)
