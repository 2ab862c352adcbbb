"""Work orders with several tasks, and work requests with the history of their status."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from tests.oracle.dice import Dice
from tests.oracle.plants import Plant, Row, maybe

TRIGGERS = (
    "NO_SCHEDULE_TASK",
    "DATE$EVERY$1$MONTHS",
    "READING$EACH$250$Hours [HRS] ( x )",
    "EVENT$Fuga",
)
TASK_TYPES = ("Preventiva", "Correctiva", "CORRETIVA", "Correção", "Inspección")
TEXTS = ("Cambiar aceite", "cambiar  Aceite", "Fuga", "Revisar")
# What failed, why, and how that was noticed. Catalogues grow: two spellings of one word.
TERMS = (
    ("type", "Fuga"), ("type", "Eléctrica"), ("type", "electrica"),
    ("cause", "Desgaste"), ("cause", "DESGASTE"), ("cause", "Mala  lubricación"),
    ("detection", "Ruido"), ("detection", "Inspección"),
)  # fmt: skip


def add_to(plant: Plant, dice: dict[str, list[Dice]]) -> None:
    for kind, text in TERMS:
        plant.add("FailureTerm", kind=kind, description=text)
    for text in ("Preventiva", "Inspección", "Correctiva"):
        plant.add("TaskType", description=text)
    for roll in dice["requests"]:
        _request(plant, roll)
    if plant["WorkRequest"]:
        for roll in dice["changes"]:
            _change(plant, roll)
    for roll in dice["orders"]:
        _order(plant, roll)
    machines = [item for item in plant["Item"] if item["type"] != 4]
    if plant["WorkOrder"] and machines:
        for roll in dice["tasks"]:
            _task(plant, roll, machines)
    _percentages(plant)


def _order(plant: Plant, roll: Dice) -> Row:
    """Draw an order: in process, in review for months, completed or cancelled.

    A reopened one keeps its dates.

    A third party may be responsible; its contact has only a name.
    """
    created = plant.calendar.past(roll)
    status = roll.pick(1, 3, 2, 4, 1, 3)
    person = maybe(roll, plant["Personnel"])
    ended = plant.calendar.after(roll, created)
    contact = roll.of(plant["ThirdPartyContact"]) if person is None and roll.once_in(2) else None
    return plant.add(
        "WorkOrder",
        folio=f"OT-{len(plant['WorkOrder']) + 1}",
        status=status,
        creation_date=created,
        review_date=ended if status == 2 or roll.once_in(3) else None,
        final_date=ended if status >= 3 or roll.once_in(6) else None,
        responsible_id=person and person["id"],
        contact_id=contact and contact["id"],
        note=roll.pick(None, "Falta el repuesto", ""),
        duration=0,
        completed_percentage=0,
    )


def _task(plant: Plant, roll: Dice, machines: list[Row]) -> Row:
    """Draw a task: finished, partly reported (dates, yet not done), done without a date, or not started."""
    calendar, order, item = plant.calendar, roll.of(plant["WorkOrder"]), roll.of(machines)
    status = roll.pick(0, 3, 3, 3, 1, 2)
    scheduled = calendar.moment(roll, days_ahead=60) if roll.once_in(3) else order["creation_date"]
    begun = None if status == 0 and not roll.once_in(8) else calendar.after(roll, order["creation_date"])
    over = begun and (status == 3 or roll.once_in(2)) and not roll.once_in(10)
    stops = [stop for stop in plant["OutOfService"] if stop["item_id"] == item["id"]]
    stop = maybe(roll, stops)
    broken = roll.once_in(3)
    request = maybe(roll, plant["WorkRequest"]) if roll.once_in(4) else None
    return plant.add(
        "WorkOrderTask",
        work_order_id=order["id"],
        order_date=order["creation_date"],
        item_id=item["id"],
        request_id=request and request["id"],
        # The name of the asset when the task was created; it may have been renamed since.
        item_description=roll.pick(item["description"], f"Antes {item['code']} {{ {item['code']} }}"),
        description=roll.of(TEXTS),
        note=roll.pick(None, "Vibra mucho"),
        status=status,
        task_type=roll.of(TASK_TYPES),
        priority=roll.pick(3, 1, 2, 4, 5),
        trigger=roll.of(TRIGGERS),
        task_plan_id=None,
        date_maintenance=scheduled,
        cal_date_maintenance=scheduled,
        event_date=calendar.past(roll) if broken and not roll.once_in(3) else None,
        initial_date=begun,
        final_date=calendar.after(roll, begun) if begun and over else None,
        duration=roll.pick(3600, 0, 600, 36_000, None),
        real_duration=roll.pick(None, 3600, 0, 5400, 7) if begun else None,
        stop_assets_seconds=0,
        out_of_service_id=stop and stop["id"],
        failure_type_id=roll.pick(1, 2, 3) if broken else None,
        # A failure may have a cause but no type.
        failure_cause_id=roll.pick(None, 4, 5, 6) if broken or roll.once_in(4) else None,
        failure_detection_id=roll.pick(None, 7, 8) if broken or roll.once_in(4) else None,
        hours=Decimal(0),
        inventory_cost=_money(roll),
        labour_cost=_money(roll),
        services_cost=_money(roll),
    )


def _money(roll: Dice) -> Decimal | None:
    """Draw a cost. It may be unknown, which is not zero."""
    if roll.once_in(6):
        return None
    return Decimal(roll.pick(0, 1, 100, 12_345, 99)) / 100 * roll.pick(1, 0, 7)


def know_costs_and_estimates(plant: Plant) -> None:
    for task in plant["WorkOrderTask"]:
        task["duration"] = task["duration"] or 0
        for cost in ("inventory_cost", "labour_cost", "services_cost"):
            task[cost] = task[cost] or Decimal(0)


def _percentages(plant: Plant) -> None:
    of_order: dict[int, list[Row]] = defaultdict(list)
    for task in plant["WorkOrderTask"]:
        of_order[task["work_order_id"]].append(task)
    for order in plant["WorkOrder"]:
        tasks = of_order[order["id"]]
        done = sum(task["status"] == 3 for task in tasks)
        order["completed_percentage"] = 100 * done // len(tasks) if tasks else 0
        order["duration"] = sum(task["duration"] or 0 for task in tasks)


def _request(plant: Plant, roll: Dice) -> Row:
    made = plant.calendar.past(roll)
    item = maybe(roll, plant["Item"])
    status = roll.pick(1, 4, 6, 2, 3, 5, 7, 12, 13, 9, 8, 10, 11)
    solved = plant.calendar.after(roll, made)
    if roll.once_in(12):
        solved = made - (solved - made)
    return plant.add(
        "WorkRequest",
        item_id=item and item["id"],
        description=roll.of(TEXTS),
        observation=roll.pick(None, "Urge"),
        requested_by=roll.pick("Ana Pérez", "Portería"),
        is_urgent=roll.once_in(3),
        priority=roll.pick(None, 1, 3),
        date=made,
        date_incident=made,
        date_solution=solved if (status in {4, 6} and not roll.once_in(6)) or roll.once_in(8) else None,
        status=status,
        status_date=made,
        folio=None,
    )


def _change(plant: Plant, roll: Dice) -> Row:
    request = roll.of(plant["WorkRequest"])
    when = plant.calendar.after(roll, request["date"])
    if roll.once_in(15):
        when = request["date"] - (when - request["date"])
    status = roll.pick(2, 1, 3, 6, 13, 12, 4)
    return plant.add("RequestStatusChange", request_id=request["id"], status=status, date=when)
