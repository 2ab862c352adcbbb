"""Documents, own fields and moves of the demo plants, and what their log holds."""

from __future__ import annotations

import datetime
import itertools
import random

from accounts.models import Company, Membership
from maintenance.demo.assets import Machine
from maintenance.models import (
    Action,
    CustomField,
    CustomFieldValue,
    Document,
    Item,
    ItemMove,
    ItemType,
    Module,
    Personnel,
    ThirdParty,
    Transaction,
    WorkRequest,
)

# name, group, description
PROCEDURES = (
    (
        "Procedimiento de bloqueo y etiquetado (LOTO)",
        "Procedimientos",
        "Corte, bloqueo, prueba de energía cero y etiqueta.",
    ),
    ("Manual del fabricante", "Manuales", "OEM manual, spare parts list included."),
    ("Plano eléctrico", "Planos", "Diagrama unifilar y de control."),
    ("Instrução de lubrificação", "Procedimentos", "Pontos, quantidades e frequência."),
)  # fmt: skip
FIELDS = (
    ("Potencia (kW)", 3),
    ("Año de fabricación", 3),
    ("Tag de seguridad", 1),
    ("Fecha de última auditoría", 6),
)
LOG_PARTS = (
    (Module.ASSETS, "ASSETS", Action.EDIT),
    (Module.ASSETS, "ASSETS", Action.ADD),
    (Module.TASKS, "WORK_ORDERS", Action.FINISHED),
    (Module.TASKS, "WORK_ORDERS", Action.EDIT),
    (Module.WAREHOUSES, "ADJUSTMENTS", Action.EDIT),
    (Module.HUMAN_RESOURCES, "PERSONNEL", Action.EDIT),
    (Module.CONFIGURATION, "SECURITY", Action.LOGIN),
    (Module.CONFIGURATION, "SECURITY", Action.LOGOUT),
)


def add_documents(
    company: Company,
    machines: list[Machine],
    staff: list[Personnel],
    parties: list[ThirdParty],
    today: datetime.datetime,
    dice: random.Random,
) -> None:
    day = today.date()
    documents = []
    for machine in machines:
        for name, group, description in dice.sample(PROCEDURES, 2):
            documents.append(
                Document(
                    company=company,
                    item=machine.item,
                    name=f"{name} {machine.item.code}",
                    group=group,
                    description=description,
                    version=f"{dice.randint(1, 4)}.0",
                    author="Ingeniería",
                    iso_code=f"MTO-{dice.randint(100, 999)}",
                )
            )
        if dice.random() < 0.3:
            begin = day - datetime.timedelta(days=dice.randint(30, 900))
            documents.append(
                Document(
                    company=company,
                    item=machine.item,
                    name="Garantía del fabricante",
                    group="Garantías",
                    valid_from=begin,
                    valid_through=begin + datetime.timedelta(days=730),
                    is_warranty=True,
                )
            )
    for person in staff:
        begin = day - datetime.timedelta(days=dice.randint(10, 500))
        documents.append(
            Document(
                company=company,
                person=person,
                name="Certificado de trabajo en alturas",
                group="Certificados",
                valid_from=begin,
                valid_through=begin + datetime.timedelta(days=365),
            )
        )
    documents.extend(
        Document(
            company=company,
            third_party=party,
            name="Contrato marco",
            group="Contratos",
            valid_from=day - datetime.timedelta(days=200),
            valid_through=day + datetime.timedelta(days=dice.randint(-30, 300)),
        )
        for party in parties
    )
    Document.objects.bulk_create(documents)


def add_own_fields(company: Company, machines: list[Machine], dice: random.Random) -> None:
    fields = CustomField.objects.bulk_create(
        CustomField(
            company=company, item_type=ItemType.EQUIPMENTS, group="Datos técnicos", label=label, type=kind
        )
        for label, kind in FIELDS
    )
    values = []
    for machine in machines:
        if machine.item.type != ItemType.EQUIPMENTS:
            continue
        given = (str(dice.randint(1, 250)), str(dice.randint(2005, 2023)), f"SEG-{dice.randint(100, 999)}")
        for field, value in zip(fields, given, strict=False):
            if dice.random() < 0.8:
                values.append(CustomFieldValue(company=company, field=field, item=machine.item, value=value))
    CustomFieldValue.objects.bulk_create(values)


def add_moves(
    company: Company,
    machines: list[Machine],
    staff: list[Personnel],
    today: datetime.datetime,
    dice: random.Random,
) -> None:
    """Tools and forklifts went about; the last move is to where they stand now."""
    moving = [machine.item for machine in machines if machine.item.group in ("Instrumento", "Montacargas")]
    moving = moving or [machine.item for machine in machines[:6]]
    places = list(Item.objects.filter(company=company, type=ItemType.FACILITIES).order_by("id"))
    moves = []
    for item in moving:
        path = [*dice.sample([place for place in places if place.pk != item.parent_id], 2), item.parent]
        for number, (source, destination) in enumerate(itertools.pairwise(path)):
            date = today - datetime.timedelta(days=300 - 140 * number + dice.randint(0, 60))
            moves.append(
                ItemMove(
                    company=company,
                    item=item,
                    source=source,
                    destination=destination,
                    date=date,
                    date_log=date,
                    moved_by=dice.choice(staff),
                )
            )
    ItemMove.objects.bulk_create(moves)


def add_log(company: Company, machines: list[Machine], today: datetime.datetime, dice: random.Random) -> None:
    users = [
        membership.user
        for membership in Membership.objects.filter(company=company).select_related("user").order_by("id")
    ]
    rows = []
    for _ in range(400):
        module, part, action = dice.choice(LOG_PARTS)
        user = dice.choice(users)
        rows.append(
            Transaction(
                company=company,
                user=user,
                event_date=today - datetime.timedelta(minutes=dice.randint(1, 60 * 24 * 45)),
                ip_address=f"10.20.{dice.randint(0, 9)}.{dice.randint(2, 250)}",
                name=user.name or user.email,
                email=user.email,
                module=module,
                sub_module=part,
                action=action,
                description=user.email if part == "SECURITY" else dice.choice(machines).item.description,
            )
        )
    newest = WorkRequest.objects.filter(company=company).select_related("created_by").order_by("-date")[:60]
    rows += [
        Transaction(
            company=company,
            event_date=request.date,
            name=request.requested_by or "",
            email=request.email_requested_by,
            module=Module.WORK_REQUESTS,
            sub_module="REQUESTS",
            action=Action.ADD,
            description=f"{request.pk} {request.description}",
        )
        for request in newest
    ]
    Transaction.objects.bulk_create(rows)
