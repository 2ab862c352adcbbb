"""Documents of the assets, people and third parties of the demo plants."""

from __future__ import annotations

import datetime

from maintenance.demo.plant import Plant
from maintenance.models import (
    Document,
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


def add_documents(plant: Plant) -> None:
    company, rng, day = plant.company, plant.rng("documents"), plant.today.date()
    documents = []
    for machine in plant.machines:
        for name, group, description in rng.sample(PROCEDURES, 2):
            documents.append(
                Document(
                    company=company,
                    item=machine.item,
                    name=f"{name} {machine.item.code}",
                    group=group,
                    description=description,
                    version=f"{rng.randint(1, 4)}.0",
                    author="Ingeniería",
                    iso_code=f"MTO-{rng.randint(100, 999)}",
                )
            )
        if rng.random() < 0.3:
            begin = day - datetime.timedelta(days=rng.randint(30, 900))
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
    for person in plant.staff:
        begin = day - datetime.timedelta(days=rng.randint(10, 500))
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
            valid_through=day + datetime.timedelta(days=rng.randint(-30, 300)),
        )
        for party in plant.parties
    )
    Document.objects.bulk_create(documents)
