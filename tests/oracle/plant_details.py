"""Further data of records: authors and dates, classes, documents, custom fields, moves, answers.

All of it derives from one drawn number, so that a plant with details is no larger to draw than one without.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator

from tests.oracle.dice import Dice
from tests.oracle.plants import Plant, Row, maybe

MANY = 9  # more than a short page holds
CLASSES = (None, "Rotativos", "Críticos / A")
PLACES = ("Cali", None, "Medellín")


def add_to(plant: Plant, dice: dict[str, list[Dice]]) -> None:
    for roll in dice["details"][:1]:
        seed = roll.below(65_536)
        for model, add in ADDED.items():
            for row, own in _each(plant, model, seed):
                add(plant, row, own)


def _each(plant: Plant, model: str, seed: int) -> Iterator[tuple[Row, Dice]]:
    for row in [*plant[model]]:
        yield row, Dice(hashlib.blake2b(f"{seed} {model} {row['id']}".encode()).digest())


def _some(roll: Dice) -> range:
    return range(roll.pick(0, 1, 0, 2, 0, 3) if not roll.once_in(16) else MANY)


def _id(row: Row | None) -> int | None:
    return None if row is None else int(row["id"])


def _person(plant: Plant, person: Row, roll: Dice) -> None:
    place = maybe(roll, [item for item in plant["Item"] if item["type"] == 1])
    person |= {
        "email": roll.pick(f"p{person['id']}@planta.example", None),
        "telephone_1": roll.pick("+57 300 1", None),
        "group_1": roll.pick("Mecánica", None, "Eléctrica"),
        "group_2": roll.pick(None, "Técnico"),
        "work_shift": roll.pick("Mañana", None),
        "location_id": _id(place),
    }
    if roll.once_in(3):
        plant.add("Account", person_id=person["id"], group=roll.pick("Técnicos", "Administrators"))
    _documents(plant, roll, person_id=person["id"])


def _item(plant: Plant, item: Row, roll: Dice) -> None:
    item |= {
        "field_5": roll.pick(None, "Rojo"),
        "field_6": roll.pick("60 Hz", None),
        "barcode": roll.pick(None, f"BC/{item['id']}"),
        "notes": roll.pick(None, "Traer dos juegos.", ""),
        "group_1": roll.of(CLASSES),
        "group_2": roll.of(CLASSES),
        "last_final_date_available": roll.pick(None, plant.calendar.past(roll)),
    }
    _documents(plant, roll, item_id=item["id"])
    for _ in _some(roll):
        ends = [_id(maybe(roll, [place for place in plant["Item"] if place["type"] == 1])) for _ in range(2)]
        moved = plant.calendar.past(roll, 300)
        plant.add(
            "ItemMove",
            item_id=item["id"],
            source_id=ends[0],
            destination_id=ends[1],
            date=moved,
            date_log=moved,
            moved_by_id=_id(maybe(roll, plant["Personnel"])),
        )
    if item["id"] == 1:  # Once per plant.
        for kind in (1, 2, 4):
            for number in _some(roll):
                plant.add("CustomField", item_type=kind, group="Propios", label=f"Campo {number}", type=1)
    for field in plant["CustomField"]:
        if field["item_type"] == item["type"] and not roll.once_in(3):
            value = roll.pick("12.5", "Sí", "", None)
            plant.add("CustomFieldValue", field_id=field["id"], item_id=item["id"], value=value)


def _documents(plant: Plant, roll: Dice, **owner: int) -> None:
    """Add documents that are valid until yesterday, today, tomorrow, or forever."""
    today = plant.calendar.now.astimezone(plant.calendar.tz).date()
    for _ in _some(roll):
        until = roll.pick(None, today, today - dt.timedelta(days=1), today + dt.timedelta(days=1))
        plant.add(
            "Document",
            **dict.fromkeys(("item_id", "person_id", "third_party_id")) | owner,
            name=roll.pick("Manual", "Certificado", "Garantía"),
            description=roll.pick(None, "Vigente mientras opere"),
            group=roll.pick(None, "Legales"),
            version=roll.pick("2.1", None),
            valid_from=roll.pick(None, today - dt.timedelta(days=400)),
            valid_through=until,
            author=roll.pick(None, "Calidad"),
            iso_code=roll.pick(None, "ISO-9001"),
            is_warranty=roll.once_in(3),
        )


def _party(plant: Plant, party: Row, roll: Dice) -> None:
    party |= {
        "email": roll.pick(None, f"t{party['id']}@taller.example"),
        "telephone_1": roll.pick("+57 4 1", None),
        "city": roll.of(PLACES),
        "country": roll.pick("Colombia", None),
        "address": roll.pick("Calle 1 # 2-3", None),
        "web_page": roll.pick(None, "https://taller.example/"),
        "group_1": roll.of(CLASSES),
        "group_2": roll.of(CLASSES),
    }
    _documents(plant, roll, third_party_id=party["id"])
    for number in _some(roll):
        plant.add(
            "ThirdPartyService",
            third_party_id=party["id"],
            description=f"Servicio {number}",
            cost=roll.pick(0.0, 35.5),
            details=roll.pick(None, "Con repuestos", ""),
            unit=roll.pick(None, "Hora"),
        )
    for number in _some(roll):
        plant.add(
            "ThirdPartyContact",
            third_party_id=party["id"],
            name=f"Contacto {number}",
            email=roll.pick(None, "c@taller.example"),
            telephone=roll.pick("1", None),
            mobile=roll.pick(None, "300"),
            role=roll.pick(None, "Ventas"),
            branch_name=roll.pick("Sede 1", None),
        )


def _order(plant: Plant, order: Row, roll: Dice) -> None:
    order |= {
        "custom_status": roll.pick(None, "Espera de repuestos"),
        "created_by_id": _id(maybe(roll, plant["Personnel"])),
        "validated_by_id": _id(maybe(roll, plant["Personnel"])),
        "rating": roll.pick(None, 5, 1),
    }
    if any(task["work_order_id"] == order["id"] for task in plant["WorkOrderTask"]):
        for _ in _some(roll):
            plant.add(
                "Attachment",
                work_order_id=order["id"],
                task_id=None,
                type=roll.pick(1, 2, 3),
                description=roll.pick(None, "Foto"),
                value=roll.pick("https://files.example/1", "Se dejó limpio"),
            )


def _task(plant: Plant, task: Row, roll: Dice) -> None:
    task |= {
        "requested_by": roll.pick(None, "Producción", ""),
        "real_stop_assets_seconds": roll.pick(None, 0, 60, 5400, 7),
        "failure_severity": roll.pick(None, 1, 3, 5),
        "damage_type": roll.pick(None, 1, 2, 6),
    }
    for number in _some(roll):
        kind = roll.pick(1, 2, 3, 4, 5)
        answers = {1: ("Todo bien", ""), 2: ("true", "false", "N/A"), 4: ("1", "2", "3")}
        plant.add(
            "Subtask",
            task_id=task["id"],
            type=kind,
            description=f"¿Pregunta {number}?",
            unit=roll.pick(None, "°C"),
            order_number=roll.pick(1, 2, 3),
            is_required=roll.once_in(2),
            meter_id=_id(maybe(roll, plant["Meter"])) if kind == 5 else None,
            value=None if roll.once_in(4) else roll.of(answers.get(kind, ("12.5", "1500"))),
        )


def _resource(plant: Plant, resource: Row, roll: Dice) -> None:
    resource |= {"unit": roll.pick(None, "Galón"), "note": roll.pick(None, "Del proveedor", "")}


def _request(plant: Plant, request: Row, roll: Dice) -> None:
    request |= {
        "created_by_id": _id(maybe(roll, plant["Personnel"])),
        "status_by_id": _id(maybe(roll, plant["Personnel"])),
        "status_notes": roll.pick(None, "Se pasó a taller", ""),
        "type": roll.pick(None, "Avería"),
        "type_1": roll.of(CLASSES),
        "type_2": roll.of(CLASSES),
        "identifier": roll.pick(None, "QR-7"),
        "rating": roll.pick(None, 4),
        "folio": roll.pick(None, "OT-1", "OT/7"),
    }
    for _ in _some(roll):
        plant.add("RequestAttachment", request_id=request["id"], description="Foto", path="/media/1.jpg")


def _change(plant: Plant, change: Row, roll: Dice) -> None:
    person = maybe(roll, plant["Personnel"])
    change |= {"notes": roll.pick(None, "Sin tiempo", ""), "changed_by_id": _id(person)}


def _warehouse(plant: Plant, warehouse: Row, roll: Dice) -> None:
    warehouse |= {
        "city": roll.of(PLACES),
        "location_id": _id(maybe(roll, [item for item in plant["Item"] if item["type"] == 1])),
        "external_integration": roll.once_in(3),
        "allow_negative_stock": roll.once_in(3),
    }


def _level(plant: Plant, level: Row, roll: Dice) -> None:
    level["reorder_level"] = roll.pick(None, 3.0, 0.0)


def _movement(plant: Plant, movement: Row, roll: Dice) -> None:
    delivery = plant.calendar.past(roll)
    movement |= {
        "note": roll.pick(None, "Urge para el lunes"),
        "date_delivery": roll.pick(None, delivery),
        "third_party_id": _id(maybe(roll, plant["ThirdParty"])),
        "responsible_id": _id(maybe(roll, plant["Personnel"])),
        "created_by_id": _id(maybe(roll, plant["Personnel"])),
    }


def _pending(plant: Plant, pending: Row, roll: Dice) -> None:
    happened = plant.calendar.past(roll)
    pending |= {
        "requested_by": roll.pick(None, "Producción", ""),
        "request_id": _id(maybe(roll, plant["WorkRequest"])),
        "last_date_maintenance": roll.pick(None, plant.calendar.past(roll)),
        "event_date": roll.pick(None, happened),
    }


def _planned(plant: Plant, task: Row, roll: Dice) -> None:
    task |= {"classification_1": roll.of(CLASSES), "classification_2": roll.of(CLASSES)}


def _trigger(plant: Plant, trigger: Row, roll: Dice) -> None:
    trigger |= {"value_end": roll.pick(None, 9000.0), "fixed": roll.once_in(2)}
    if roll.once_in(3):
        plant.add("Operator", trigger_id=trigger["id"], operator=roll.pick(">", "<"))


def _planned_resource(plant: Plant, resource: Row, roll: Dice) -> None:
    """Only parts have a unit."""
    unit = roll.pick(None, "Galón") if resource["type"] == 1 else None
    resource |= {"unit": unit, "note": roll.pick(None, "Del almacén", "")}


# The order matters: a document belongs to owners that exist before it.
ADDED = {
    "Personnel": _person,
    "Item": _item,
    "ThirdParty": _party,
    "WorkOrder": _order,
    "WorkOrderTask": _task,
    "TaskResource": _resource,
    "WorkRequest": _request,
    "RequestStatusChange": _change,
    "Warehouse": _warehouse,
    "StockLevel": _level,
    "Movement": _movement,
    "PendingTask": _pending,
    "PlannedTask": _planned,
    "TaskTrigger": _trigger,
    "PlannedResource": _planned_resource,
}
