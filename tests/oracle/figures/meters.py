"""The metrics stale_meters and meter_forecast."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.oracle.asked import Asked, Figures
from tests.oracle.tables import SCOPED, Tables

DAY = 86_400.0
# The meters of the scope that are in use: the meter and its asset are active.
IN_USE = f"""
SELECT meter.*, item.code AS "key", item.task_plan_id, item.description AS item_description
  FROM Meter AS meter JOIN Item AS item ON item.id = meter.item_id
 WHERE meter.active AND item.active AND meter.item_id IN {SCOPED}
"""


def stale_meters(tables: Tables, asked: Asked) -> Figures:
    meters = tables(IN_USE, scope=asked.scope, code=asked.code)
    limit = tables.now - DAY * (30 if asked.days is None else asked.days)
    stale = [meter for meter in meters if meter["last_date"] is None or meter["last_date"] < limit]
    rows = [
        {
            "key": meter["key"],
            "meter": meter["id"],
            **_dial(meter),
            "name": meter["description"],
            "value": _accumulated(meter),
            "days": None if meter["last_date"] is None else (tables.now - meter["last_date"]) // DAY,
        }
        for meter in stale
    ]
    rows.sort(key=lambda row: (row["days"] is not None, -(row["days"] or 0), row["key"], row["meter"]))
    never = sum(meter["last_date"] is None for meter in meters)
    return Figures({"meters": len(meters), "stale": len(stale), "never_read": never}, rows)


def meter_forecast(tables: Tables, asked: Asked) -> Figures:
    meters = tables(IN_USE, scope=asked.scope, code=asked.code)
    until = tables.now + DAY * (90 if asked.days is None else asked.days)
    counted: set[int] = set()
    rows: list[dict[str, Any]] = []
    unknown = 0
    for meter in (meter for meter in meters if meter["is_counter"]):
        for task, step, last in _steps(tables, meter):
            counted.add(meter["id"])
            row = _forecast(tables, meter, step, last)
            if row is None or (row["reached"] != "yes" and row["due_at"] is None):
                unknown += 1
            elif row["reached"] == "yes" or row["due_at"] <= until:
                row |= {"key": meter["key"], "name": meter["item_description"], "meter": meter["id"]}
                rows.append({**row, **_dial(meter), "task": task})
    rows.sort(key=lambda row: (row["due_at"] is not None, row["due_at"] or 0, row["key"], row["task"]))
    overall = {
        "meters": len(counted),
        "due": len(rows),
        "reached": sum(row["reached"] == "yes" for row in rows),
        "unknown": unknown,
    }
    for row in rows:
        row["days"] = None if row["due_at"] is None else (row["due_at"] - tables.now) / DAY
        row["due_at"] = _moment(row["due_at"])
    return Figures(overall, rows)


def _steps(tables: Tables, meter: dict[str, Any]) -> list[tuple[str, float, float | None]]:
    """Return each task and step of the asset's plan in the meter's unit, with the step passed last."""
    found = tables(
        """
        SELECT DISTINCT task.id, task.description, "trigger".value_main AS step,
               (SELECT value FROM LastStep WHERE meter_id = :meter AND task_id = task.id) AS last
          FROM PlannedTask AS task JOIN TaskTrigger AS "trigger" ON "trigger".task_id = task.id
         WHERE task.plan_id = :plan AND task.is_active AND "trigger".type = 3 AND "trigger".value_main > 0
           AND folded("trigger".unit) IN (folded(:unit), folded(:unit_code))
        """,
        meter=meter["id"],
        plan=meter["task_plan_id"],
        unit=meter["unit"],
        unit_code=meter["unit_code"],
    )
    return [(row["description"], row["step"], row["last"]) for row in found]


def _forecast(
    tables: Tables, meter: dict[str, Any], step: float, last: float | None
) -> dict[str, Any] | None:
    value = _accumulated(meter)
    if value is None:
        return None
    due = (value // step * step if last is None else last) + step
    average = meter["monthly_average"]
    due_at = None
    if average is not None and average > 0 and meter["last_date"] is not None:
        due_at = meter["last_date"] + (due - value) / average * 30 * DAY
    past = due_at is not None and due_at < tables.now
    reached = "yes" if value >= due else "probably" if past else "not_yet"
    dial = meter["last_value"]
    return {
        "value": value,
        "due_value": due,
        "due_dial_value": None if dial is None else due - (value - dial),
        "monthly_average": average,
        "due_at": due_at,
        "reached": reached,
    }


def _accumulated(meter: dict[str, Any]) -> float | None:
    known = (meter["counter_value"], meter["last_accumulated_value"], meter["last_value"])
    return next((each for each in known if each is not None), None)


def _dial(meter: dict[str, Any]) -> dict[str, Any]:
    return {
        "unit": meter["unit_code"],
        "dial_value": meter["last_value"],
        "last_read_at": _moment(meter["last_date"]),
    }


def _moment(seconds: float | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)
