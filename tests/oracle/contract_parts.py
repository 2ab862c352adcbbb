"""Parts of a record that are in no list: fields, moves, documents, services, contacts, subtasks.

Such a row is in no table. It is generated from its number, and says which record it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.contract_rows import Shown
from tests.oracle.plants import Plant, Row

TABLE = "Belonging"


@dataclass(frozen=True)
class Form:
    """`owner` and `word` are fields of the row: its owner, and its text.

    Requests name the owner by the parameter `asked_by`, or in the path.
    """

    owner: str
    word: str
    number: str = "id"
    asked_by: str = "code"
    in_path: bool = False
    is_paged: bool = True
    fixed: Mapping[str, Any] = field(default_factory=dict)


FORMS: Mapping[str, Form] = {
    "items_custom_fields": Form(
        "code", "label_name", in_path=True, fixed={"value": "12", "id_custom_field_type": 1}
    ),
    "items_locations": Form("code", "source", fixed={"date": "2026-01-05T00:00:00Z"}),
    "items_document_management": Form("item_code", "name", fixed={"is_warranty": True}),
    "personnel_document_management": Form("code", "name", fixed={"status": True}),
    "third_parties_document_management": Form("code", "name", fixed={"valid_from": "2026-01-05"}),
    "third_parties_services": Form("third_parties_code", "description", fixed={"cost": 12.5}),
    "third_parties_contacts": Form("third_parties_code", "contact_name", in_path=True),
    "work_orders_subtasks": Form(
        "wo_folio",
        "description",
        "id_work_orders_tasks_form_items",
        asked_by="folio",
        fixed={"is_required": True, "id_task_form_item_type": 1},
    ),
    "work_orders_attachments": Form(
        "wo_folio", "value", asked_by="folio", in_path=True, fixed={"type": 3}, is_paged=False
    ),
    "work_requests_attachments": Form(
        "id_request", "description", asked_by="code", in_path=True, is_paged=False
    ),
}


# The parts that exist in the tables; test_belongings.py compares them field by field.
TABLES = (
    *("CustomField", "ItemMove", "Document", "ThirdPartyService", "ThirdPartyContact"),
    *("Subtask", "Attachment", "RequestAttachment"),
)


def without_tables(plant: Plant) -> None:
    for name in TABLES:
        plant[name].clear()
    for order in plant["WorkOrder"]:
        order["contact_id"] = None


def add_part(plant: Plant, resource: str, owner: Any) -> Row:
    return plant.add(TABLE, resource=resource, owner=owner, number=len(plant[TABLE]) + 1)


def word_of(part: Row) -> str:
    return f"Parte {part['number']}"


def parts(resource: str, plant: Plant) -> list[Shown]:
    form = FORMS[resource]
    return [
        (
            {
                **form.fixed,
                form.number: part["number"],
                form.owner: part["owner"],
                form.word: word_of(part),
            },
            {"number": part["number"], "creation_date": plant.calendar.now},
        )
        for part in plant[TABLE]
        if part["resource"] == resource
    ]
