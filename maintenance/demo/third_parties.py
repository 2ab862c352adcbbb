"""The third parties of the demo plants, with their services and contacts."""

from __future__ import annotations

from maintenance.demo.companies import DEMO
from maintenance.demo.plant import Plant
from maintenance.models import ThirdParty, ThirdPartyContact, ThirdPartyService, ThirdPartyType

PROVIDER, MAKER, SUPPLIER, CUSTOMER = ThirdPartyType
# code, name, types, city, class
PARTIES = (
    ("900.123.456-7", "Ascensores Andinos S.A.S.", (PROVIDER,), "Bogotá", "Contratista"),
    ("800.555.111-2", "Refrigeración Industrial del Valle", (PROVIDER, SUPPLIER), "Cali", "Contratista"),
    ("PRV-003", "Calderas y Vapor Ltda.", (PROVIDER,), "Medellín", "Contratista"),
    ("12.345.678/0001-90", "Compressores do Sul Ltda", (PROVIDER, MAKER), "São Paulo", "Fabricante"),
    ("PRV-005", "Metrología y Calibración S.A.", (PROVIDER,), "Bogotá", "Laboratorio"),
    ("PRV-006", "SKF Latin Trade", (MAKER, SUPPLIER), "Bogotá", "Fabricante"),
    ("PRV-007", "Ferretería Industrial La 13", (SUPPLIER,), "Bogotá", "Proveedor"),
    ("PRV-008", "Rodamientos & Sellos", (SUPPLIER,), "Cali", "Proveedor"),
    ("PRV-009", "Northern Genset Services", (PROVIDER,), "Houston", "Contractor"),
    ("PRV-010", "Krones Andina", (MAKER, PROVIDER), "Medellín", "Fabricante"),
    ("PRV-011", "Óleos e Lubrificantes Ipiranga", (SUPPLIER,), "Campinas", "Fornecedor"),
    ("CLI-001", "Supermercados del Centro", (CUSTOMER,), "Bogotá", "Cliente"),
    ("CLI-002", "Bebidas Export Inc.", (CUSTOMER,), "Miami", "Customer"),
)
# service, unit, code, cost
SERVICES = (
    ("Mantenimiento mensual de ascensores", "Visita", "VIS", 420.0),
    ("Calibración de instrumentos", "Instrumento", "INS", 65.0),
    ("Inspección de calderas", "Visita", "VIS", 900.0),
    ("Overhaul of compressor", "Hour", "HRS", 75.0),
    ("Limpeza química de trocador", "Hora", "HRS", 48.0),
    ("Análisis de vibraciones", "Hora", "HRS", 85.0),
    ("Load bank test", "Visit", "VIS", 1300.0),
    ("Alquiler de montacargas", "Día", "DIA", 180.0),
)
NAMES = ("Laura Prieto", "Marcos Teixeira", "John Baker", "Andrea Solano", "Felipe Duarte", "Inés Ocampo")
ROLES = ("Gerente de cuenta", "Técnico de servicio", "Vendas", "Service manager")


def add_third_parties(plant: Plant) -> None:
    company, rng, is_first = plant.company, plant.rng("third parties"), plant.spec is DEMO
    own = PARTIES if is_first else PARTIES[3:9]
    made = ThirdParty.objects.bulk_create(
        ThirdParty(
            company=company,
            code=code if is_first else f"F-{number:03d}",
            name=name,
            types=[int(kind) for kind in types],
            city=city,
            country="Brasil" if city in ("São Paulo", "Campinas") else "Colombia",
            email=f"contacto{number}@proveedor.example",
            telephone_1=f"+57 1 {rng.randint(2000000, 7999999)}",
            web_page=f"https://proveedor{number}.example",
            address=f"Zona industrial, bodega {number}",
            group_1=group,
            location=plant.locations[0],
            active=number != 8,
        )
        for number, (code, name, types, city, group) in enumerate(own, 1)
    )
    plant.parties.extend(made)
    services: list[ThirdPartyService] = []
    contacts: list[ThirdPartyContact] = []
    for party in plant.parties:
        if PROVIDER in party.types:
            for description, unit, unit_code, cost in rng.sample(SERVICES, 3):
                services.append(
                    ThirdPartyService(
                        company=company,
                        third_party=party,
                        description=description,
                        cost=round(cost * rng.uniform(0.9, 1.2), 2),
                        details=rng.choice((None, "Incluye informe", "Peças não incluídas")),
                        unit=unit,
                        unit_code=unit_code,
                    )
                )
        contacts.extend(
            ThirdPartyContact(
                company=company,
                third_party=party,
                name=person,
                email=f"{person.split()[0].lower()}@proveedor.example",
                branch_name="Principal",
                role=rng.choice(ROLES),
                telephone=party.telephone_1,
                mobile=f"+57 31{rng.randint(10000000, 99999999)}",
            )
            for person in rng.sample(NAMES, rng.randint(1, 2))
        )
    ThirdPartyService.objects.bulk_create(services)
    ThirdPartyContact.objects.bulk_create(contacts)
