"""Custom fields of the demo plants' assets, and their earlier locations."""

from __future__ import annotations

import datetime
import itertools

from maintenance.demo.kinds import site
from maintenance.demo.plant import Plant
from maintenance.demo.wording import Text
from maintenance.models import (
    CustomField,
    CustomFieldValue,
    Item,
    ItemMove,
    ItemType,
)

FIELDS = (
    (Text("Potencia (kW)", "Potência (kW)", "Power (kW)"), 3),
    (Text("Año de fabricación", "Ano de fabricação", "Year of manufacture"), 3),
    (Text("Tag de seguridad", "Tag de segurança", "Safety tag"), 1),
    (Text("Fecha de última auditoría", "Data da última auditoria", "Date of the last audit"), 6),
)
TECHNICAL_DATA = Text("Datos técnicos", "Dados técnicos", "Technical data")


def add_custom_fields(plant: Plant) -> None:
    company, rng = plant.company, plant.rng("own fields")
    fields = CustomField.objects.bulk_create(
        CustomField(
            company=company,
            item_type=ItemType.EQUIPMENTS,
            group=plant.term(TECHNICAL_DATA),
            label=plant.term(label),
            type=kind,
        )
        for label, kind in FIELDS
    )
    values = []
    for machine in plant.machines:
        if machine.item.type != ItemType.EQUIPMENTS:
            continue
        given = (str(rng.randint(1, 250)), str(rng.randint(2005, 2023)), f"SEG-{rng.randint(100, 999)}")
        for field, value in zip(fields, given, strict=False):
            if rng.random() < 0.8:
                values.append(CustomFieldValue(company=company, field=field, item=machine.item, value=value))
    CustomFieldValue.objects.bulk_create(values)


def add_moves(plant: Plant) -> None:
    """Adds moves of tools and forklifts. The last move of each leads to its present location."""
    company, rng = plant.company, plant.rng("moves")
    moving = [machine.item for machine in plant.machines if machine.kind in (site.TOOL, site.FORKLIFT)]
    moving = moving or [machine.item for machine in plant.machines[:6]]
    locations = list(Item.objects.filter(company=company, type=ItemType.FACILITIES).order_by("id"))
    moves = []
    for item in moving:
        path = [
            *rng.sample([location for location in locations if location.pk != item.parent_id], 2),
            item.parent,
        ]
        for number, (source, destination) in enumerate(itertools.pairwise(path)):
            date = plant.today - datetime.timedelta(days=300 - 140 * number + rng.randint(0, 60))
            moves.append(
                ItemMove(
                    company=company,
                    item=item,
                    source=source,
                    destination=destination,
                    date=date,
                    date_log=date,
                    moved_by=rng.choice(plant.staff),
                )
            )
    ItemMove.objects.bulk_create(moves)
