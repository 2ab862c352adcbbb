"""Warehouses, their stock and requisitions, what tasks used and will need, and pending tasks."""

from __future__ import annotations

from tests.oracle.dice import Dice
from tests.oracle.plants import Plant, Row, maybe


def add_to(plant: Plant, dice: dict[str, list[Dice]]) -> None:
    goods = [item for item in plant["Item"] if item["type"] in {3, 4}]
    if goods:
        for name in ("Central", "Norte"):
            plant.add("Warehouse", code=f"W-{name}", description=f"Almacén {name}", active=True)
        for roll in dice["levels"]:
            _level(plant, roll, goods)
        for roll in dice["movements"]:
            _movement(plant, roll)
        if plant["Movement"]:
            for roll in dice["lines"]:
                _line(plant, roll, goods)
    if plant["WorkOrderTask"]:
        for roll in dice["resources"]:
            _resource(plant, roll, goods)
    if plant["PlannedTask"]:
        for roll in dice["lines"]:
            _planned(plant, roll, goods)
    machines = [item for item in plant["Item"] if item["type"] == 2]
    if plant["PlannedTask"] and machines:
        for roll in dice["pending"]:
            _pending(plant, roll, machines)


def _level(plant: Plant, roll: Dice, goods: list[Row]) -> None:
    item, warehouse = roll.of(goods)["id"], roll.of(plant["Warehouse"])["id"]
    if any(row["item_id"] == item and row["warehouse_id"] == warehouse for row in plant["StockLevel"]):
        return
    plant.add(
        "StockLevel",
        warehouse_id=warehouse,
        item_id=item,
        stock=float(roll.pick(5, 0, 1, 10, -2)),
        unit_cost=roll.pick(13.93, 0.0, 100.0),
        min_level=roll.pick(None, 5.0, 0.0, 12.5),
        max_level=roll.pick(None, 20.0),
        reorder_level=None,
        order_quantity=None,
        shelf=roll.pick(None, "A1"),
    )


def _movement(plant: Plant, roll: Dice) -> Row:
    """Draw a requisition, sometimes a purchase order or a material request."""
    kind = roll.pick(12, 12, 12, 10, 16)
    order = maybe(roll, plant["WorkOrder"]) if kind == 12 else None
    made = plant.calendar.past(roll, 250)
    return plant.add(
        "Movement",
        warehouse_id=roll.of(plant["Warehouse"])["id"],
        type=kind,
        state=roll.pick(1, 2, 3, 4),
        folio=f"MOV-{len(plant['Movement']) + 1}",
        document=order["folio"] if order else roll.pick(None, "X-1"),
        date=made,
        date_create=made,
        work_order_id=order and order["id"],
        third_party_id=None,
    )


def _line(plant: Plant, roll: Dice, goods: list[Row]) -> Row:
    """Draw a line. A document may name an item twice."""
    quantity = float(roll.pick(1, 4, 10))
    return plant.add(
        "MovementLine",
        movement_id=roll.of(plant["Movement"])["id"],
        item_id=roll.of(goods)["id"],
        qty=quantity,
        qty_pending=min(quantity, float(roll.pick(1, 0, 10))),
        unit_cost=roll.pick(0.0, 13.93, 20.0),
    )


def _resource(plant: Plant, roll: Dice, goods: list[Row]) -> None:
    task = roll.of(plant["WorkOrderTask"])
    kind = roll.pick(3, 1, 3, 2)
    party = maybe(roll, plant["ThirdParty"]) if kind == 3 else None
    item = maybe(roll, goods) if kind == 1 else None
    quantity, cost = float(roll.pick(1, 3, 2)), roll.pick(25.5, 0.0, 100.0)
    lines = [row for row in plant["MovementLine"] if item and row["item_id"] == item["id"]]
    line = maybe(roll, lines)
    plant.add(
        "TaskResource",
        task_id=task["id"],
        type=kind,
        item_id=item and item["id"],
        third_party_id=party and party["id"],
        line_id=line and line["id"],
        description=item["field_1"] if item else roll.pick("Soldadura", "Servicio"),
        source=party["name"] if party else roll.pick(None, "Taller de la esquina") if kind == 3 else None,
        source_code=party["code"] if party else None,
        qty=quantity,
        qty_used=roll.pick(None, 0.0, quantity),
        unit_cost=cost,
        total_cost=quantity * cost,
        date_create=plant.calendar.after(roll, task["order_date"]),
    )


def _planned(plant: Plant, roll: Dice, goods: list[Row]) -> Row:
    """Draw a planned resource: parts, hours of a trade, or a service."""
    task, kind = roll.of(plant["PlannedTask"]), roll.pick(1, 1, 2, 3) if goods else roll.pick(2, 3)
    item = roll.of(goods) if kind == 1 else None
    return plant.add(
        "PlannedResource",
        task_id=task["id"],
        type=kind,
        item_id=item and item["id"],
        service_id=None,
        description=item["field_1"] if item else "Mecánico" if kind == 2 else "Servicio externo",
        qty=float(roll.pick(1, 2, 5)),
        unit_cost=roll.pick(0.0, 9.5),
    )


def _pending(plant: Plant, roll: Dice, machines: list[Row]) -> Row:
    task = roll.of(plant["PlannedTask"])
    due = plant.calendar.moment(roll, days_ahead=100)
    return plant.add(
        "PendingTask",
        item_id=roll.of(machines)["id"],
        task_id=task["id"],
        request_id=None,
        order_task_id=None,
        description=task["description"],
        type="Preventiva",
        priority=roll.pick(3, 1, 5),
        duration=task["duration"],
        trigger="DATE$EVERY$1$MONTHS",
        note=roll.pick(None, "Con cuidado"),
        date_maintenance=due,
        cal_date_maintenance=due,
        is_removed=roll.once_in(8),
        date_create=plant.calendar.past(roll),
    )
