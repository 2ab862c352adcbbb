"""The rows of a plant as the REST contract shows them (docs/upstream.md)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.oracle.plants import Plant, Row

PRIORITIES = {1: "VERY_HIGH", 2: "HIGH", 3: "MEDIUM", 4: "LOW", 5: "VERY_LOW"}
STATES = {1: "NOT_DELIVERED", 2: "PARTIAL_DELIVERY", 3: "TOTAL_DELIVERY", 4: "DELIVERY_CANCELLED"}
TASK_STATES = {0: "NO_STARTED", 1: "IN_PROGRESS", 2: "PAUSED", 3: "DONE"}
Hidden = dict[str, Any]
# A row as it is shown, and what filters look at: places, dates and numbers that the row need not show.
Shown = tuple[Row, Hidden]


def iso(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


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
            "groups_description": item["group"],
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
            "requested_by": None,
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
        shown = {
            "id_wo_resource": part["id"],
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
        }
        hidden = {
            "within": f"{item['ancestors']}{item['id']}/",
            "cal_date_maintenance": pending["cal_date_maintenance"],
        }
        rows.append((shown, hidden))
    return rows


def personnel(plant: Plant) -> list[Shown]:
    people = sorted(
        plant["Personnel"],
        key=lambda row: (row["first_name"], row["last_name"], row["code"] or "", row["id"]),
    )
    return [
        (
            {
                **{name: person[name] for name in ("code", "first_name", "last_name", "active")},
                "name": full_name(person),
            },
            {"id": person["id"]},
        )
        for person in people
    ]


def third_parties(plant: Plant) -> list[Shown]:
    parties = sorted(plant["ThirdParty"], key=lambda row: (row["name"], row["code"]))
    return [
        (
            {
                **{name: party[name] for name in ("code", "name", "active")},
                "id_third_party_type": party["types"],
            },
            {},
        )
        for party in parties
    ]
