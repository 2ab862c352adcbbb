"""Counters that were replaced or rolled over, gauges, glitches, gaps; several triggers on one meter."""

from __future__ import annotations

from tests.oracle.dice import Dice
from tests.oracle.plants import Plant, Row, maybe

UNITS = (("Hours", "HRS"), ("Kilometres", "KM"), ("bar", "BAR"))


def add_to(plant: Plant, dice: dict[str, list[Dice]]) -> None:
    for roll in dice["plans"]:
        _plan(plant, roll)
    for item in plant["Item"]:
        if item["type"] == 2 and plant["TaskPlan"] and item["id"] % 2:
            item["task_plan_id"] = plant["TaskPlan"][item["id"] % len(plant["TaskPlan"])]["id"]
    machines = [item for item in plant["Item"] if item["type"] == 2]
    if machines:
        for roll in dice["meters"]:
            _meter(plant, roll, machines)
    if plant["Meter"]:
        for roll in dice["readings"]:
            _reading(plant, roll)
    for meter in plant["Meter"]:
        _newest(plant, meter)
    if plant["Meter"] and plant["PlannedTask"]:
        for roll in dice["passed"]:
            _passed(plant, roll)


def _plan(plant: Plant, roll: Dice) -> None:
    """Draw a plan, of the whole company or of one location. Some tasks have a form."""
    place = maybe(roll, [item for item in plant["Item"] if item["type"] == 1])
    plan = plant.add(
        "TaskPlan", description=f"Plan {len(plant['TaskPlan']) + 1}", location_id=place and place["id"]
    )
    for _ in range(roll.pick(1, 2)):
        task = plant.add(
            "PlannedTask",
            plan_id=plan["id"],
            description=roll.pick("Cambiar aceite", "Revisar", "Mayor"),
            type_id=roll.pick(1, 2, 3),
            priority=roll.pick(3, 1, 5),
            stop_assets=roll.once_in(3),
            note=roll.pick(None, "Con la máquina parada"),
            duration=roll.pick(3600, 600),
            is_active=not roll.once_in(8),
        )
        for question in ("¿Fuga?", "Presión")[: roll.pick(0, 1, 2)]:
            plant.add(
                "FormItem",
                task_id=task["id"],
                type=roll.pick(1, 2, 3),
                description=question,
                is_required=roll.once_in(2),
                order_number=1,
            )
        for _ in range(roll.pick(1, 2, 0)):
            unit, unit_code = roll.of(UNITS)
            kind = roll.pick(3, 1, 2, 4)
            plant.add(
                "TaskTrigger",
                task_id=task["id"],
                type=kind,
                value_main=float(roll.pick(250, 2000, 10, 500)),
                value_end=None,
                fixed=False,
                period=3 if kind == 1 else None,
                unit=unit if kind in {2, 3} else None,
                unit_code=unit_code if kind in {2, 3} else None,
                event="Fuga" if kind == 4 else None,
            )


def _meter(plant: Plant, roll: Dice, machines: list[Row]) -> Row:
    unit, unit_code = roll.of(UNITS)
    number = len(plant["Meter"]) + 1
    counter = not roll.once_in(3)
    return plant.add(
        "Meter",
        item_id=roll.of(machines)["id"],
        description=roll.pick("Horómetro", "Presión"),
        serial=None if roll.once_in(4) else f"M-{number}",
        is_counter=counter,
        active=not roll.once_in(5),
        unit=unit,
        unit_code=unit_code,
        min_value=roll.pick(None, 0.0, 20.0),
        max_value=roll.pick(None, 100.0, 30_000.0),
        counter_offset=float(roll.pick(0, 12_000)) if counter else 0.0,
        counter_value=None,
        last_date=None,
        last_value=None,
        last_accumulated_value=None,
        monthly_average=roll.pick(None, 300.0, 0.0, 30.5, -20.0),
        monthly_average_auto=roll.pick(True, False),
    )


def _reading(plant: Plant, roll: Dice) -> None:
    meter = roll.of(plant["Meter"])
    when = plant.calendar.past(roll)
    if any(row["meter_id"] == meter["id"] and row["date_reading"] == when for row in plant["MeterReading"]):
        return
    value = float(roll.pick(240, 0, 251, 99_000, 12, 1999))
    offset = meter["counter_offset"] if meter["is_counter"] and not roll.once_in(6) else 0.0
    plant.add(
        "MeterReading",
        meter_id=meter["id"],
        date_reading=when,
        date=plant.calendar.after(roll, when),
        value=value,
        accumulated_value=value + offset,
        source=roll.pick("MANUAL", "API", "WORK_ORDER"),
        trigger_run=roll.once_in(5),
    )


def _newest(plant: Plant, meter: Row) -> None:
    readings = [row for row in plant["MeterReading"] if row["meter_id"] == meter["id"]]
    if not readings:
        return
    newest = max(readings, key=lambda row: row["date_reading"])
    meter["last_date"] = newest["date_reading"]
    meter["last_value"] = newest["value"]
    meter["last_accumulated_value"] = newest["accumulated_value"]
    if meter["is_counter"]:
        meter["counter_value"] = newest["accumulated_value"]


def _passed(plant: Plant, roll: Dice) -> None:
    """Draw the value at which a task was last due: on the step, later, or before the dial was replaced."""
    meter, task = roll.of(plant["Meter"]), roll.of(plant["PlannedTask"])
    if plant.passed_last(meter["id"], task["id"]) is None:
        value = float(roll.pick(0, 250, 240, 12_000, 99_000, 100_000))
        done = roll.pick(None, plant.calendar.past(roll))
        plant.add("LastStep", meter_id=meter["id"], task_id=task["id"], value=value, done_at=done)


def pass_the_last_steps(plant: Plant) -> None:
    """Set the last step of each task: the largest multiple of its step that is not above the counter."""
    plant["LastStep"].clear()
    for meter in plant["Meter"]:
        for task in plant["PlannedTask"]:
            steps = [
                trigger["value_main"]
                for trigger in plant["TaskTrigger"]
                if trigger["task_id"] == task["id"]
                and trigger["type"] == 3
                and trigger["unit_code"] == meter["unit_code"]
            ]
            if steps and meter["counter_value"] is not None:
                value = max(meter["counter_value"] // step * step for step in steps)
                plant.add("LastStep", meter_id=meter["id"], task_id=task["id"], value=value)
