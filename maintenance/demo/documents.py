"""Documents of the assets, people and third parties of the demo plants."""

from __future__ import annotations

import datetime

from maintenance.demo.plant import Plant
from maintenance.demo.wording import Text
from maintenance.models import (
    Document,
)

PROCEDURE_GROUP = Text("Procedimientos", "Procedimentos", "Procedures")
# name, group, description
PROCEDURES = (
    (
        Text(
            "Procedimiento de bloqueo y etiquetado (LOTO)",
            "Procedimento de bloqueio e etiquetagem (LOTO)",
            "Lockout and tagout procedure (LOTO)",
        ),
        PROCEDURE_GROUP,
        Text(
            "Corte, bloqueo, prueba de energía cero y etiqueta.",
            "Corte, bloqueio, teste de energia zero e etiqueta.",
            "Isolation, lock, test for zero energy and tag.",
        ),
    ),
    (
        Text("Manual del fabricante", "Manual do fabricante", "Manual of the manufacturer"),
        Text("Manuales", "Manuais", "Manuals"),
        Text(
            "Manual del fabricante, incluye la lista de repuestos.",
            "Manual do fabricante, com a lista de peças.",
            "OEM manual, spare parts list included.",
        ),
    ),
    (
        Text("Plano eléctrico", "Diagrama elétrico", "Electrical drawing"),
        Text("Planos", "Desenhos", "Drawings"),
        Text(
            "Diagrama unifilar y de control.",
            "Diagrama unifilar e de comando.",
            "Single-line and control diagram.",
        ),
    ),
    (
        Text("Instrucción de lubricación", "Instrução de lubrificação", "Lubrication instruction"),
        PROCEDURE_GROUP,
        Text(
            "Puntos, cantidades y frecuencia.",
            "Pontos, quantidades e frequência.",
            "Points, quantities and frequency.",
        ),
    ),
)
ENGINEERING = Text("Ingeniería", "Engenharia", "Engineering")
WARRANTY = Text("Garantía del fabricante", "Garantia do fabricante", "Warranty of the manufacturer")
WARRANTIES = Text("Garantías", "Garantias", "Warranties")
WORK_AT_HEIGHT = Text(
    "Certificado de trabajo en alturas", "Certificado de trabalho em altura", "Certificate for work at height"
)
CERTIFICATES = Text("Certificados", "Certificados", "Certificates")
FRAMEWORK_CONTRACT = Text("Contrato marco", "Contrato guarda-chuva", "Framework contract")
CONTRACTS = Text("Contratos", "Contratos", "Contracts")


def add_documents(plant: Plant) -> None:
    company, rng, day = plant.company, plant.rng("documents"), plant.today.date()
    documents = []
    for machine in plant.machines:
        for name, group, description in rng.sample(PROCEDURES, 2):
            documents.append(
                Document(
                    company=company,
                    item=machine.item,
                    name=f"{machine.said(name)} {machine.item.code}",
                    group=plant.term(group),
                    description=machine.said(description),
                    version=f"{rng.randint(1, 4)}.0",
                    author=machine.said(ENGINEERING),
                    iso_code=f"MTO-{rng.randint(100, 999)}",
                )
            )
        if rng.random() < 0.3:
            begin = day - datetime.timedelta(days=rng.randint(30, 900))
            documents.append(
                Document(
                    company=company,
                    item=machine.item,
                    name=machine.said(WARRANTY),
                    group=plant.term(WARRANTIES),
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
                name=plant.term(WORK_AT_HEIGHT),
                group=plant.term(CERTIFICATES),
                valid_from=begin,
                valid_through=begin + datetime.timedelta(days=365),
            )
        )
    documents.extend(
        Document(
            company=company,
            third_party=party,
            name=plant.term(FRAMEWORK_CONTRACT),
            group=plant.term(CONTRACTS),
            valid_from=day - datetime.timedelta(days=200),
            valid_through=day + datetime.timedelta(days=rng.randint(-30, 300)),
        )
        for party in plant.parties
    )
    Document.objects.bulk_create(documents)
