"""Meters as the REST contract shows them."""

from __future__ import annotations

from tests.oracle.contract_rows import Shown, iso
from tests.oracle.plants import Plant, Row


def _meter(plant: Plant, meter: Row) -> Row:
    item = plant["Item"][meter["item_id"] - 1]
    parent = plant.by_id("Item", item["parent_id"])
    last = {
        "date": iso(meter["last_date"]),
        "value": meter["last_value"],
        "accumulated_value": meter["last_accumulated_value"],
    }
    return {
        **{name: meter[name] for name in ("id", "active", "description", "serial", "is_counter")},
        **{name: meter[name] for name in ("counter_value", "min_value", "max_value")},
        "last_data": None if meter["last_date"] is None else last,
        "monthly_average_data": meter["monthly_average"],
        "units_description": meter["unit"],
        "units_code": meter["unit_code"],
        "items_description": item["description"],
        "parent_description": item["parent_description"],
        "code": item["code"],
        "code_parent_location": parent and parent["code"],
    }


def meters(plant: Plant) -> list[Shown]:
    """Return the meters. `location_code` selects those of assets directly in the location."""
    rows: list[Shown] = []
    for meter in plant["Meter"]:
        shown = _meter(plant, meter)
        rows.append((shown, {"parent": shown["code_parent_location"]}))
    return rows


def meters_with_tasks(plant: Plant) -> list[Shown]:
    """Return one row per counter and active task of the asset's plan with the counter's unit.

    A counter without such a task has one row without a task.
    """
    rows: list[Shown] = []
    for meter in plant["Meter"]:
        item, shown = plant["Item"][meter["item_id"] - 1], _meter(plant, meter)
        tasks: list[Row | None] = [
            task for task in plant["PlannedTask"] if _is_made_due(plant, meter, item, task)
        ]
        for task in tasks or [None]:
            step = plant.passed_last(meter["id"], task["id"]) if task else None
            made = {
                "id_task": task and task["id"],
                "tasks_description": task and task["description"],
                "id_task_trigger_type": task and 3,
                "last_value_trigger": step and step["value"],
                "last_date_maintenance": iso(step["done_at"]) if step and step.get("done_at") else None,
            }
            hidden = {"code": item["code"], "parent": shown["code_parent_location"]}
            rows.append(({**shown, **made}, hidden))
    return rows


def readings(plant: Plant) -> list[Shown]:
    """Return the readings, newest first."""
    rows: list[Shown] = []
    for reading in sorted(
        plant["MeterReading"], key=lambda row: (row["date_reading"], row["meter_id"]), reverse=True
    ):
        meter = plant["Meter"][reading["meter_id"] - 1]
        shown = {
            "id_meter": meter["id"],
            "date_reading": iso(reading["date_reading"]),
            "date": iso(reading["date"]),
            "data": {name: reading[name] for name in ("value", "accumulated_value")},
            "units_description": meter["unit"],
            "units_code": meter["unit_code"],
            "source": reading["source"],
            "trigger_run": reading["trigger_run"],
        }
        code = plant["Item"][meter["item_id"] - 1]["code"]
        hidden = {"code": code, "serial": meter["serial"], "date_reading": reading["date_reading"]}
        hidden["id"] = reading["id"]
        rows.append((shown, hidden))
    return rows


def _is_made_due(plant: Plant, meter: Row, item: Row, task: Row) -> bool:
    return bool(
        meter["is_counter"]
        and task["is_active"]
        and task["plan_id"] == item["task_plan_id"]
        and any(
            trigger["type"] == 3 and trigger["unit_code"] == meter["unit_code"]
            for trigger in plant["TaskTrigger"]
            if trigger["task_id"] == task["id"]
        )
    )
