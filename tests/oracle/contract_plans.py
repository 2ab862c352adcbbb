"""Task plans as the REST contract shows them: their tasks, triggers, resources, and the types of tasks."""

from __future__ import annotations

from functools import partial

from tests.oracle.contract_rows import Shown
from tests.oracle.plants import Plant, Row

PARTS, LABOUR, SERVICES = 1, 2, 3
PERIODS = {1: "DAYS", 2: "WEEKS", 3: "MONTHS", 4: "YEARS"}


def plans(plant: Plant) -> list[Shown]:
    """Return one row for each task of a plan."""
    return [
        (_plan(plant, task), {})
        for task in sorted(plant["PlannedTask"], key=lambda row: (row["plan_id"], row["id"]))
    ]


def _plan(plant: Plant, task: Row) -> Row:
    plan = plant["TaskPlan"][task["plan_id"] - 1]
    place = plant.by_id("Item", plan["location_id"])
    return {
        "id": plan["id"],
        "description": plan["description"],
        # A path, as everywhere else in the contract.
        "parent_description": place and f"{place['parent_description']}{place['field_1']}/ ",
        "task_number": sum(row["plan_id"] == plan["id"] for row in plant["PlannedTask"]),
        "assets_number": sum(item["task_plan_id"] == plan["id"] for item in plant["Item"]),
        "id_task": task["id"],
        "task_description": task["description"],
        "task_is_active": task["is_active"],
        "tasks_id_priorities": task["priority"],
        "tasks_duration": task["duration"],
        "task_form_items": [
            {
                "id_task_form_item_type": question["type"],
                "description": question["description"],
                "is_required": question["is_required"],
            }
            for question in plant["FormItem"]
            if question["task_id"] == task["id"]
        ],
    }


def task_types(plant: Plant) -> list[Shown]:
    return [
        ({"id_task_type_main": row["id"], "tasks_types_main_description": row["description"]}, {})
        for row in plant["TaskType"]
    ]


def planned_tasks(plant: Plant) -> list[Shown]:
    rows: list[Shown] = []
    for task in plant["PlannedTask"]:
        plan = plant["TaskPlan"][task["plan_id"] - 1]
        shown = {
            "id": task["id"],
            "id_group_task": plan["id"],
            "groups_tasks_description": plan["description"],
            "description": task["description"],
            "id_priorities": task["priority"],
            "duration": task["duration"],
            "is_active": task["is_active"],
            "stop_assets": task["stop_assets"],
            "note": task["note"],
            "tasks_types_description": task.get("classification_1"),
            "tasks_types_2_description": task.get("classification_2"),
            "tasks_types_main_description": plant["TaskType"][task["type_id"] - 1]["description"],
        }
        rows.append((shown, {}))
    return rows


def triggers(plant: Plant) -> list[Shown]:
    operators = {row["trigger_id"]: row["operator"] for row in plant["Operator"]}
    return [
        (
            {
                "id": trigger["id"],
                "id_task": trigger["task_id"],
                "id_task_trigger_type": trigger["type"],
                **{name: trigger[name] for name in ("value_main", "value_end", "fixed")},
                "period_date_description": PERIODS.get(trigger["period"]),
                "unit_description": trigger["unit"],
                "unit_operator": operators.get(trigger["id"]),
                "event_description": trigger["event"],
            },
            {},
        )
        for trigger in plant["TaskTrigger"]
    ]


def _resources(kind: int, plant: Plant) -> list[Shown]:
    rows: list[Shown] = []
    for part in sorted(plant["PlannedResource"], key=lambda row: (row["task_id"], row["id"])):
        if part["type"] == kind:
            shown = {name: part[name] for name in ("description", "qty", "unit_cost")}
            shown |= {"units_description": part.get("unit"), "note": part.get("note")}
            shown |= {"id": part["id"], "id_task": part["task_id"], "id_item": part["item_id"]}
            rows.append(({**shown, "total_cost": part["qty"] * part["unit_cost"]}, {}))
    return rows


planned_parts = partial(_resources, PARTS)
labour = partial(_resources, LABOUR)
services = partial(_resources, SERVICES)
