"""Rows that violate the contract: the odd field, and the record of the tables behind the row.

Every resource that the gateway reads has a row here; `test_every_resource_has_an_odd_row` checks it.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from tests.oracle.contract_rows import Shown
from tests.oracle.plants import Plant


@dataclass(frozen=True)
class Odd:
    """A row is unreadable if its `field` has `value`.

    `table` contains the record; `number` is the field of the row, possibly a hidden one, that identifies it.
    Without a table the row is not the record of a single table. `lists` are those of lists.py that show such
    records.
    """

    field: str
    value: Any
    table: str = ""
    number: str = "id"
    lists: tuple[str, ...] = ()


ODD: dict[str, Odd] = {
    "items": Odd("id_group_task", "several", "Item", lists=("list_assets assets",)),
    "items_availability": Odd("initial_date", "at night", "OutOfService"),
    "items_custom_fields": Odd("id_custom_field_type", "first", "Belonging", "number"),
    "items_document_management": Odd("is_warranty", "perhaps", "Belonging", "number"),
    "items_locations": Odd("date", "then", "Belonging", "number"),
    "meters": Odd("last_data", "never", "Meter", lists=("list_meters meters",)),
    "meters_advanced": Odd("id_task_trigger_type", "steps", lists=("list_meters meters True",)),
    "meters_reading": Odd("date_reading", "then", "MeterReading", lists=("list_meter_readings readings",)),
    "personnel": Odd("active", "perhaps", "Personnel", lists=("list_people people",)),
    "personnel_document_management": Odd("status", "perhaps", "Belonging", "number"),
    "groups_tasks_details": Odd(
        "tasks_duration", "an hour", "PlannedTask", "id_task", ("list_task_plans entries plans",)
    ),
    "tasks": Odd("duration", "an hour", "PlannedTask", lists=("list_task_plans entries tasks",)),
    "tasks/types": Odd(
        "tasks_types_main_description",
        ["Preventiva"],
        "TaskType",
        "id_task_type_main",
        ("list_task_plans entries task_types",),
    ),
    "tasks_triggers": Odd("value_main", "many", "TaskTrigger", lists=("list_task_plans entries triggers",)),
    "tasks_resources_hourly_rates": Odd(
        "qty", "some", "PlannedResource", lists=("list_task_plans entries resources labour",)
    ),
    "tasks_resources_items": Odd(
        "unit_cost", "dear", "PlannedResource", lists=("list_task_plans entries resources parts",)
    ),
    "tasks_resources_services": Odd(
        "total_cost", "dear", "PlannedResource", lists=("list_task_plans entries resources services",)
    ),
    "tasks_todo": Odd(
        "cal_date_maintenance", "soon", "PendingTask", lists=("list_pending_tasks pending_tasks",)
    ),
    "third_parties": Odd("active", "perhaps", "ThirdParty", "code", ("list_third_parties third_parties",)),
    "third_parties_contacts": Odd("telephone", {"home": 1}, "Belonging", "number"),
    "third_parties_document_management": Odd("valid_from", {"year": 2026}, "Belonging", "number"),
    "third_parties_services": Odd("cost", "dear", "Belonging", "number"),
    "transactions_log": Odd(
        "event_date", "long ago", "Transaction", lists=("list_transactions transactions",)
    ),
    "warehouses": Odd("active", "perhaps", "Warehouse", lists=("list_stock warehouses", "list_stock stock")),
    "warehouses_items": Odd("stock", "plenty", "StockLevel", "number", ("list_stock stock",)),
    "inventories": Odd("active", "perhaps", "Item", lists=("list_stock stock of an item",)),
    "warehouse_purchase_orders": Odd(
        "date_create",
        "then",
        "Movement",
        "id_movement",
        ("list_warehouse_documents documents purchase_orders",),
    ),
    "material_requests": Odd(
        "date_create", "then", "Movement", lists=("list_warehouse_documents documents material_requests",)
    ),
    "work_orders_movements": Odd(
        "date_create", "then", "Movement", lists=("list_warehouse_documents documents requisitions",)
    ),
    "wo_resources": Odd("real_qty_used", "some", "TaskResource", "id_wo_resource"),
    "work_orders": Odd(
        "date_maintenance",
        "soon",
        "WorkOrderTask",
        "id_work_orders_tasks",
        ("list_work_orders work_orders", "list_work_orders work_orders True with details"),
    ),
    "work_orders_attachments": Odd("value", ["https://"], "Belonging", "number"),
    "work_orders_subtasks": Odd("is_required", "perhaps", "Belonging", "number"),
    "work_requests": Odd("date", "yesterday", "WorkRequest", lists=("list_work_requests work_requests",)),
    "work_requests_attachments": Odd("description", ["photo"], "Belonging", "number"),
    "work_requests_status": Odd("date", "yesterday", "RequestStatusChange"),
}


def unreadable(resource: str, row: Shown) -> Shown:
    odd = ODD[resource]
    return {**row[0], odd.field: odd.value}, row[1]


def without(plant: Plant, resource: str, row: Shown) -> Plant:
    """Return the plant without the record of the row."""
    odd = ODD[resource]
    shown, hidden = row
    number = shown[odd.number] if odd.number in shown else hidden[odd.number]
    column = "code" if odd.number == "code" else "id"
    rest = replace(plant, rows=copy(plant.rows))
    rest.rows[odd.table] = [each for each in plant[odd.table] if each[column] != number]
    return rest
