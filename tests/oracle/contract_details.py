"""The parts of a record as the REST contract shows them: documents, fields, moves, answers, images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tests.oracle import contract_parties, contract_parts
from tests.oracle.contract_rows import Shown, full_name, iso
from tests.oracle.plants import Plant, Row

OWNERS = {"item_id": "Item", "person_id": "Personnel", "third_party_id": "ThirdParty"}
NAMES: Mapping[str, Callable[[Row], Row]] = {
    "item_id": lambda item: {"item_description": item["description"]},
    "person_id": lambda person: {"personnel_name": full_name(person)},
    "third_party_id": lambda party: {"third_parties_name": party["name"]},
}
SITE = "https://one.example"


def _documents(owner: str, plant: Plant) -> list[Shown]:
    today = plant.calendar.now.astimezone(plant.calendar.tz).date()
    rows: list[Shown] = []
    for paper in plant["Document"]:
        owned = plant.by_id(OWNERS[owner], paper[owner])
        if owned is not None:
            begin, end = paper["valid_from"], paper["valid_through"]
            shown = {
                **{name: paper[name] for name in ("id", "name", "description", "version", "author")},
                "groups_attached_description": paper["group"],
                "code_iso": paper["iso_code"],
                "is_warranty": paper["is_warranty"],
                "valid_from": begin and begin.isoformat(),
                "valid_through": end and end.isoformat(),
                "status": end is None or end >= today,
                "item_code" if owner == "item_id" else "code": owned["code"],
                **NAMES[owner](owned),
            }
            rows.append((shown, {"code": owned["code"]}))
    return rows


of_items = partial(_documents, "item_id")
of_people = partial(_documents, "person_id")
of_parties = partial(_documents, "third_party_id")


def custom_fields(plant: Plant) -> list[Shown]:
    """Return each field of the asset's type, with its value or None."""
    values = {(row["item_id"], row["field_id"]): row["value"] for row in plant["CustomFieldValue"]}
    return [
        (
            {
                "id": field["id"],
                "label_name": field["label"],
                "value": values.get((item["id"], field["id"])),
                "code": item["code"],
                "id_custom_field_type": field["type"],
            },
            {"item_type": item["type"]},
        )
        for item in plant["Item"]
        for field in plant["CustomField"]
        if field["item_type"] == item["type"]
    ]


def moves(plant: Plant) -> list[Shown]:
    """Return the moves, newest first."""

    def name(number: int | None) -> str | None:
        place = plant.by_id("Item", number)
        return None if place is None else str(place["description"])

    return [
        (
            {
                "id": move["id"],
                "code": plant["Item"][move["item_id"] - 1]["code"],
                "source": name(move["source_id"]),
                "destination": name(move["destination_id"]),
                "date": iso(move["date"]),
                "personnel_description": full_name(plant.by_id("Personnel", move["moved_by_id"])),
            },
            {},
        )
        for move in sorted(plant["ItemMove"], key=lambda row: (row["date"], row["id"]), reverse=True)
    ]


def _of_order(plant: Plant, task: Row) -> dict[str, Any]:
    order = plant["WorkOrder"][task["work_order_id"] - 1]
    return {"wo_folio": order["folio"], "id_work_order_task": task["id"]}


def subtasks(plant: Plant) -> list[Shown]:
    """Return the subtasks, those of the newest task first, in the order of the form."""
    rows: list[Shown] = []
    for question in sorted(
        plant["Subtask"], key=lambda row: (-row["task_id"], row["order_number"], row["id"])
    ):
        task = plant["WorkOrderTask"][question["task_id"] - 1]
        meter = plant.by_id("Meter", question["meter_id"])
        shown = {
            "id_work_orders_tasks_form_items": question["id"],
            **_of_order(plant, task),
            **{name: question[name] for name in ("value", "description", "order_number", "is_required")},
            "unit_description": question["unit"],
            "id_task_form_item_type": question["type"],
            "meter_description": meter and meter["description"],
            "last_value": meter and meter["last_value"],
        }
        dates = {name: task[name] for name in ("initial_date", "final_date")}
        rows.append((shown, {"creation_date": task["order_date"], **dates}))
    return rows


def attachments(plant: Plant) -> list[Shown]:
    return [
        (
            {
                **{name: paper[name] for name in ("id", "type", "description", "value")},
                "wo_folio": plant["WorkOrder"][paper["work_order_id"] - 1]["folio"],
            },
            {},
        )
        for paper in plant["Attachment"]
    ]


def shared_urls(plant: Plant) -> list[Shown]:
    return [
        ({"wo_folio": order["folio"], "url": f"{SITE}/order/{order['id']}"}, {})
        for order in plant["WorkOrder"]
    ]


def images(plant: Plant) -> list[Shown]:
    return [
        (
            {
                **{name: image[name] for name in ("id", "description")},
                "id_request": image["request_id"],
                "signed_path_image": SITE + image["path"],
            },
            {},
        )
        for image in plant["RequestAttachment"]
    ]


# These exist in the tables; plants of test_parts.py have rows that are in no table.
OF_TABLES: Mapping[str, Callable[[Plant], list[Shown]]] = {
    "items_custom_fields": custom_fields,
    "items_locations": moves,
    "items_document_management": of_items,
    "personnel_document_management": of_people,
    "third_parties_document_management": of_parties,
    "third_parties_services": contract_parties.services,
    "third_parties_contacts": contract_parties.contacts,
    "work_orders_subtasks": subtasks,
    "work_orders_attachments": attachments,
    "work_requests_attachments": images,
}


def rows(resource: str, plant: Plant) -> list[Shown]:
    return [*OF_TABLES[resource](plant), *contract_parts.parts(resource, plant)]
