"""The rows of a plant as the REST contract shows them (docs/upstream.md)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.oracle.plants import Plant, Row

PRIORITIES = {1: "VERY_HIGH", 2: "HIGH", 3: "MEDIUM", 4: "LOW", 5: "VERY_LOW"}
STATES = {1: "NOT_DELIVERED", 2: "PARTIAL_DELIVERY", 3: "TOTAL_DELIVERY", 4: "DELIVERY_CANCELLED"}
TASK_STATES = {0: "NO_STARTED", 1: "IN_PROGRESS", 2: "PAUSED", 3: "DONE"}
Hidden = dict[str, Any]
# A row as it is shown, and what filters use: locations, dates and numbers that the row need not show.
Shown = tuple[Row, Hidden]


def iso(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _seconds(since: dt.datetime, until: dt.datetime | None) -> int | None:
    return None if until is None else int((until - since).total_seconds())


def full_name(person: Row | None) -> str | None:
    return None if person is None else f"{person['first_name']} {person['last_name']}".strip()


def items(plant: Plant) -> list[Shown]:
    rows: list[Shown] = []
    for item in plant["Item"]:
        parent = plant.by_id("Item", item["parent_id"])
        shown = {
            **{name: item[name] for name in ("id", "code", "description", "active", "available")},
            **{name: item.get(name) for name in (f"field_{n}" for n in range(1, 7))},
            "id_type_item": item["type"],
            **{name: item.get(name) for name in ("barcode", "notes")},
            "groups_description": item["group"],
            "groups_1_description": item.get("group_1"),
            "groups_2_description": item.get("group_2"),
            "last_final_date_available": iso(item.get("last_final_date_available")),
            "priorities_description": PRIORITIES.get(item["priority"] or 0),
            "parent_description": item["parent_description"],
            "location_code": parent and parent["code"],
            "id_group_task": item["task_plan_id"],
            "initial_date_out_of_service": iso(item["initial_date_out_of_service"]),
        }
        rows.append((shown, {"within": item["ancestors"], "field_1": item["field_1"]}))
    return rows


def availability(plant: Plant) -> list[Shown]:
    rows: list[Shown] = []
    for stop in sorted(
        plant["OutOfService"], key=lambda row: (row["creation_date"], row["id"]), reverse=True
    ):
        item = plant["Item"][stop["item_id"] - 1]
        dates = {name: stop[name] for name in ("creation_date", "initial_date", "final_date")}
        shown = {"id": stop["id"], "id_item": item["id"], "code": item["code"]}
        rows.append(({**shown, **{name: iso(value) for name, value in dates.items()}}, dates))
    return rows


def work_orders(plant: Plant) -> list[Shown]:
    rows: list[Shown] = []
    for task in plant["WorkOrderTask"]:
        order = plant["WorkOrder"][task["work_order_id"] - 1]
        item = plant["Item"][task["item_id"] - 1]
        person = plant.by_id("Personnel", order["responsible_id"])
        contact = plant.by_id("ThirdPartyContact", order["contact_id"])
        failure = plant.by_id("FailureTerm", task["failure_type_id"])
        cause = plant.by_id("FailureTerm", task.get("failure_cause_id"))
        detection = plant.by_id("FailureTerm", task.get("failure_detection_id"))
        stop = plant.by_id("OutOfService", task["out_of_service_id"])
        costs = [task["inventory_cost"], task["labour_cost"], task["services_cost"]]
        parts, labour, services = (None if cost is None else float(cost) for cost in costs)
        dates = {
            "creation_date": order["creation_date"],
            "review_date": order["review_date"],
            "wo_final_date": order["final_date"],
            **{
                name: task[name]
                for name in (
                    "date_maintenance",
                    "cal_date_maintenance",
                    "initial_date",
                    "final_date",
                    "event_date",
                )
            },
        }
        shown = {
            "id_work_order": order["id"],
            "id_work_orders_tasks": task["id"],
            "wo_folio": order["folio"],
            "id_status_work_order": order["status"],
            **{name: iso(value) for name, value in dates.items()},
            "tasks_duration": task["duration"],
            "duration": order["duration"],
            "real_duration": task["real_duration"],
            "completed_percentage": order["completed_percentage"],
            "personnel_description": full_name(person) or (contact and contact["name"]),
            "code_responsible": person and person["code"],
            "id_contact": contact and contact["id"],
            "work_orders_status_custom_description": order.get("custom_status"),
            "created_by": full_name(plant.by_id("Personnel", order.get("created_by_id"))),
            "validated_by_description": full_name(plant.by_id("Personnel", order.get("validated_by_id"))),
            "rating": order.get("rating"),
            "requested_by": task.get("requested_by"),
            "id_request": task["request_id"],
            "code": item["code"],
            "id_item": item["id"],
            "items_log_description": task["item_description"],
            "parent_description": item["parent_description"],
            "groups_description": item["group"],
            "description": task["description"],
            "note": order["note"],
            "task_note": task["note"],
            "tasks_log_task_type_main": task["task_type"],
            "id_priorities": task["priority"],
            "trigger_description": task["trigger"],
            "id_group_task": task["task_plan_id"],
            "id_items_availability": task["out_of_service_id"],
            "id_failure_type": task["failure_type_id"],
            "types_description": failure and failure["description"],
            "causes_description": cause and cause["description"],
            "detection_method_description": detection and detection["description"],
            "id_failure_severity": task.get("failure_severity"),
            "id_damage_type": task.get("damage_type"),
            "real_stop_assets_sec": task.get("real_stop_assets_seconds"),
            "out_of_service_sec": stop and _seconds(stop["initial_date"], stop["final_date"]),
            "resources_inventory": parts,
            "resources_human_resources": labour,
            "resources_services": services,
            "total_cost_task": None if None in (parts, labour, services) else sum((parts, labour, services)),  # type: ignore[arg-type]
            "id_status_work_order_task": task["status"],
            "task_status": TASK_STATES[task["status"]],
            "done": task["status"] == 3,
        }
        rows.append((shown, {"within": f"{item['ancestors']}{item['id']}/", **dates}))
    return sorted(
        rows,
        key=lambda row: (row[1]["creation_date"], row[0]["id_work_order"], row[0]["id_work_orders_tasks"]),
        reverse=True,
    )


def resources(plant: Plant) -> list[Shown]:
    rows: list[Shown] = []
    for part in sorted(plant["TaskResource"], key=lambda row: (row["date_create"], row["id"]), reverse=True):
        task = plant["WorkOrderTask"][part["task_id"] - 1]
        order = plant["WorkOrder"][task["work_order_id"] - 1]
        place = plant["Item"][task["item_id"] - 1]
        item = plant.by_id("Item", part["item_id"])
        line = plant.by_id("MovementLine", part["line_id"])
        shown = {
            "id_wo_resource": part["id"],
            "qty_delivered": line and line["qty"] - line["qty_pending"],
            "units_description": part.get("unit"),
            "note": part.get("note"),
            "id_work_orders_tasks": task["id"],
            "type": part["type"],
            "code": item and item["code"],
            "description": part["description"],
            "source_description": part["source"],
            "source_code": part["source_code"],
            "qty": part["qty"],
            "real_qty_used": part["qty_used"],
            "unit_cost": part["unit_cost"],
            "total_cost": part["total_cost"],
            "id_movements_details": part["line_id"],
            "date_create": iso(part["date_create"]),
            "wo_folio": order["folio"],
            "id_status_work_order": order["status"],
        }
        hidden = {"within": f"{place['ancestors']}{place['id']}/", "date_create": part["date_create"]}
        rows.append((shown, hidden))
    return rows


def requests(plant: Plant) -> list[Shown]:
    rows: list[Shown] = []
    for request in sorted(plant["WorkRequest"], key=lambda row: (row["date"], row["id"]), reverse=True):
        item = plant.by_id("Item", request["item_id"])
        dates = {name: request[name] for name in ("date", "date_incident", "date_solution")}
        shown = {
            "id": request["id"],
            **{name: iso(value) for name, value in dates.items()},
            "is_urgent": request["is_urgent"],
            "description": request["description"],
            "observation": request["observation"],
            "items_description": item and item["description"],
            "code_item": item and item["code"],
            "parent_description": item and item["parent_description"],
            "id_status": request["status"],
            "requested_by": request["requested_by"],
            "wo_folio": request["folio"],
            "priorities_description": PRIORITIES.get(request["priority"] or 0),
            "accounts_name": full_name(plant.by_id("Personnel", request.get("created_by_id"))),
            "date_status": iso(request["status_date"]),
            "requests_x_status_accounts_name": full_name(
                plant.by_id("Personnel", request.get("status_by_id"))
            ),
            "requests_x_status_notes": request.get("status_notes"),
            "types_description": request.get("type"),
            "types_1_description": request.get("type_1"),
            "types_2_description": request.get("type_2"),
            **{name: request.get(name) for name in ("identifier", "rating")},
        }
        rows.append((shown, {"code": request["id"], **dates}))
    return rows


def request_changes(plant: Plant) -> list[Shown]:
    changes = sorted(plant["RequestStatusChange"], key=lambda row: (row["date"], row["id"]), reverse=True)
    return [
        (
            {
                "id": change["id"],
                "id_request": change["request_id"],
                "id_status": change["status"],
                "date": iso(change["date"]),
                "notes": change.get("notes"),
                "accounts_name": full_name(plant.by_id("Personnel", change.get("changed_by_id"))),
            },
            {"code": change["request_id"], "date": change["date"]},
        )
        for change in changes
    ]


def pending_tasks(plant: Plant) -> list[Shown]:
    rows: list[Shown] = []
    for pending in sorted(plant["PendingTask"], key=lambda row: (row["cal_date_maintenance"], row["id"])):
        if pending["is_removed"]:
            continue
        item = plant["Item"][pending["item_id"] - 1]
        shown = {
            "id": pending["id"],
            "id_task": pending["task_id"],
            "id_item": item["id"],
            "code": item["code"],
            "item_description": item["description"],
            "parent_description": item["parent_description"],
            "date_maintenance": iso(pending["date_maintenance"]),
            "cal_date_maintenance": iso(pending["cal_date_maintenance"]),
            "trigger_description": pending["trigger"],
            "description": pending["description"],
            "duration": pending["duration"],
            "id_priorities": pending["priority"],
            "task_note": pending["note"],
            "id_request": pending["request_id"],
            "group_task_description": _plan_of(plant, pending),
            "tasks_types_main_description": pending["type"],
            "num_resources": sum(row["task_id"] == pending["task_id"] for row in plant["PlannedResource"]),
            "requested_by": pending.get("requested_by"),
            "last_date_maintenance": iso(pending.get("last_date_maintenance")),
            "event_date": iso(pending.get("event_date")),
        }
        hidden = {
            "within": f"{item['ancestors']}{item['id']}/",
            "cal_date_maintenance": pending["cal_date_maintenance"],
        }
        rows.append((shown, hidden))
    return rows


def _plan_of(plant: Plant, pending: Row) -> Any:
    return plant["TaskPlan"][plant["PlannedTask"][pending["task_id"] - 1]["plan_id"] - 1]["description"]
