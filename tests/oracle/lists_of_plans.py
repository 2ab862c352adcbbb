"""list_task_plans as compared by the oracle: plans, tasks, triggers, resources, task types."""

from __future__ import annotations

from tests.oracle.filters import number_of, text
from tests.oracle.listed import Listed, as_written
from tests.oracle.plants import Row

PRIORITY = """
       CASE task.priority WHEN 1 THEN 'very_high' WHEN 2 THEN 'high' WHEN 3 THEN 'medium' WHEN 4 THEN 'low'
                          ELSE 'very_low' END AS priority
"""


def _with_questions(record: Row) -> Row:
    questions = record.get("questions") or ()
    return {
        **as_written(record),
        "questions": " ".join(question["question"] for question in questions) or None,
        "questions_required": sum(question["required"] for question in questions),
        "question_kinds": " ".join(question["kind"] for question in questions) or None,
    }


PLANS = Listed(
    "list_task_plans",
    "entries",
    ("id", "task"),
    f"""
    SELECT plan.id || ' ' || task.id AS key, plan.id AS plan, plan.description AS plan_name,
           task.description AS name, task.description AS task_name, task.is_active AS active,
           (SELECT count(*) FROM PlannedTask WHERE plan_id = plan.id) AS tasks,
           (SELECT count(*) FROM Item WHERE task_plan_id = plan.id) AS assets, {PRIORITY},
           task.duration / 60 AS estimated_minutes,
           (SELECT group_concat(description, ' ')
              FROM (SELECT * FROM FormItem WHERE task_id = task.id ORDER BY id)) AS questions,
           (SELECT count(*) FROM FormItem WHERE task_id = task.id AND is_required) AS questions_required,
           (SELECT group_concat(kind, ' ')
              FROM (SELECT CASE type WHEN 1 THEN 'text' WHEN 2 THEN 'yes_no' ELSE 'number' END AS kind
                      FROM FormItem WHERE task_id = task.id ORDER BY id)) AS question_kinds,
           (SELECT coalesce(paths.path || ' > ', '') || place.field_1
              FROM Item AS place JOIN paths ON paths.item_id = place.id
             WHERE place.id = plan.location_id) AS location
      FROM PlannedTask AS task JOIN TaskPlan AS plan ON plan.id = task.plan_id
     WHERE {{where}} ORDER BY plan.id, task.id
    """,
    {
        "plan": number_of("plan", "TaskPlan", "task.plan_id"),
        "text": text("task.description", "plan.description"),
    },
    {"kind": "plans"},
    record=_with_questions,
)

TASKS = Listed(
    "list_task_plans",
    "entries",
    ("id",),
    f"""
    SELECT task.id AS key, task.description AS name, plan.description AS plan_name, plan.id AS plan,
           task.is_active AS active, type.description AS type, {PRIORITY},
           task.duration / 60 AS estimated_minutes, task.stop_assets AS stops_asset, task.note,
           task.classification_1, task.classification_2
      FROM PlannedTask AS task JOIN TaskPlan AS plan ON plan.id = task.plan_id
      JOIN TaskType AS type ON type.id = task.type_id
     WHERE {{where}} ORDER BY task.id
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
    """
    SELECT id AS key, task_id AS task, value_main AS every, unit, event, value_end AS until, fixed,
           (SELECT operator FROM Operator WHERE trigger_id = TaskTrigger.id) AS operator,
           CASE period WHEN 3 THEN 'months' END AS period,
           CASE type WHEN 1 THEN 'date' WHEN 2 THEN 'meter_when' WHEN 3 THEN 'meter_every' ELSE 'event'
           END AS trigger
      FROM TaskTrigger WHERE {where} ORDER BY id
    """,
    {
        "task": number_of("task", "PlannedTask", "task_id"),
        "text": text("event", "unit", words=("fuga", "HOURS", "kilo")),
    },
    {"kind": "triggers"},
)

TASK_TYPES = Listed(
    "list_task_plans",
    "entries",
    ("id",),
    "SELECT id AS key, description AS name FROM TaskType WHERE {where} ORDER BY id",
    {"text": text("description", words=("prevent", "INSPECCION", "corréc", "nada"))},
    {"kind": "task_types"},
)


def _resources(resource: str, number: int) -> Listed:
    return Listed(
        "list_task_plans",
        "entries",
        ("id",),
        f"""
        SELECT id AS key, task_id AS task, description AS name, '{resource}' AS resource, qty AS quantity,
               unit_cost, qty * unit_cost AS total_cost, unit, nullif(note, '') AS note
          FROM PlannedResource WHERE type = {number} AND {{where}} ORDER BY task_id, id
        """,
        {
            "task": number_of("task", "PlannedTask", "task_id"),
            "text": text("description", "unit", words=("mecanico", "EXTERNO", "bomba", "Motor", "galon")),
        },
        {"kind": "resources", "resource": resource},
    )


RESOURCES = (_resources("parts", 1), _resources("labour", 2), _resources("services", 3))
