"""The third parties of the demo plants, with their services and contacts."""

from __future__ import annotations

from accounts.models import Language
from maintenance.demo.companies import DEMO
from maintenance.demo.plant import Plant
from maintenance.demo.wording import Text
from maintenance.models import ThirdParty, ThirdPartyContact, ThirdPartyService, ThirdPartyType

PROVIDER, MAKER, SUPPLIER, CUSTOMER = ThirdPartyType
ES, PT, EN = Language.ES, Language.PT_BR, Language.EN
CONTRACTOR = Text("Contratista", "Contratada", "Contractor")
MANUFACTURER = Text("Fabricante", "Fabricante", "Manufacturer")
VENDOR = Text("Proveedor", "Fornecedor", "Supplier")
CLIENT = Text("Cliente", "Cliente", "Customer")
LABORATORY = Text("Laboratorio", "Laboratório", "Laboratory")
# language, code, name, types, city, class
PARTIES = (
    (ES, "900.123.456-7", "Ascensores Andinos S.A.S.", (PROVIDER,), "Bogotá", CONTRACTOR),
    (ES, "800.555.111-2", "Refrigeración Industrial del Valle", (PROVIDER, SUPPLIER), "Cali", CONTRACTOR),
    (ES, "PRV-003", "Calderas y Vapor Ltda.", (PROVIDER,), "Medellín", CONTRACTOR),
    (PT, "12.345.678/0001-90", "Compressores do Sul Ltda", (PROVIDER, MAKER), "São Paulo", MANUFACTURER),
    (ES, "PRV-005", "Metrología y Calibración S.A.", (PROVIDER,), "Bogotá", LABORATORY),
    (ES, "PRV-006", "SKF Latin Trade", (MAKER, SUPPLIER), "Bogotá", MANUFACTURER),
    (ES, "PRV-007", "Ferretería Industrial La 13", (SUPPLIER,), "Bogotá", VENDOR),
    (ES, "PRV-008", "Rodamientos & Sellos", (SUPPLIER,), "Cali", VENDOR),
    (EN, "PRV-009", "Northern Genset Services", (PROVIDER,), "Houston", CONTRACTOR),
    (ES, "PRV-010", "Krones Andina", (MAKER, PROVIDER), "Medellín", MANUFACTURER),
    (PT, "PRV-011", "Óleos e Lubrificantes Ipiranga", (SUPPLIER,), "Campinas", VENDOR),
    (ES, "CLI-001", "Supermercados del Centro", (CUSTOMER,), "Bogotá", CLIENT),
    (EN, "CLI-002", "Bebidas Export Inc.", (CUSTOMER,), "Miami", CLIENT),
)
VISIT = Text("Visita", "Visita", "Visit")
HOUR = Text("Hora", "Hora", "Hour")
# service, unit, code, cost
SERVICES = (
    (
        Text(
            "Mantenimiento mensual de ascensores",
            "Manutenção mensal de elevadores",
            "Monthly maintenance of elevators",
        ),
        VISIT,
        "VIS",
        420.0,
    ),
    (
        Text("Calibración de instrumentos", "Calibração de instrumentos", "Calibration of instruments"),
        Text("Instrumento", "Instrumento", "Instrument"),
        "INS",
        65.0,
    ),
    (Text("Inspección de calderas", "Inspeção de caldeiras", "Inspection of boilers"), VISIT, "VIS", 900.0),
    (
        Text("Mantenimiento mayor de compresor", "Revisão geral de compressor", "Overhaul of compressor"),
        HOUR,
        "HRS",
        75.0,
    ),
    (
        Text(
            "Limpieza química de intercambiador",
            "Limpeza química de trocador",
            "Chemical cleaning of a heat exchanger",
        ),
        HOUR,
        "HRS",
        48.0,
    ),
    (Text("Análisis de vibraciones", "Análise de vibrações", "Vibration analysis"), HOUR, "HRS", 85.0),
    (
        Text("Prueba con banco de carga", "Teste com banco de carga", "Load bank test"),
        VISIT,
        "VIS",
        1300.0,
    ),
    (
        Text("Alquiler de montacargas", "Aluguel de empilhadeira", "Rental of a forklift"),
        Text("Día", "Dia", "Day"),
        "DIA",
        180.0,
    ),
)
DETAILS = (
    None,
    Text("Incluye informe", "Inclui relatório", "Report included"),
    Text("Repuestos no incluidos", "Peças não incluídas", "Parts not included"),
)
NAMES = ("Laura Prieto", "Marcos Teixeira", "John Baker", "Andrea Solano", "Felipe Duarte", "Inés Ocampo")
ROLES = (
    Text("Gerente de cuenta", "Gerente de conta", "Account manager"),
    Text("Técnico de servicio", "Técnico de serviço", "Service technician"),
    Text("Ventas", "Vendas", "Sales"),
    Text("Jefe de servicio", "Chefe de serviço", "Service manager"),
)
ZONE = Text("Zona industrial, bodega", "Zona industrial, galpão", "Industrial estate, unit")
HEAD_OFFICE = Text("Principal", "Matriz", "Head office")


def add_third_parties(plant: Plant) -> None:
    company, rng, is_first = plant.company, plant.rng("third parties"), plant.spec is DEMO
    own = PARTIES if is_first else PARTIES[3:9]
    languages = [plant.spoken(language) for language, *_ in own]
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
            address=f"{ZONE.said_in(language)} {number}",
            group_1=plant.term(group),
            location=plant.locations[0],
            active=number != 8,
        )
        for number, (language, (_, code, name, types, city, group)) in enumerate(
            zip(languages, own, strict=True), 1
        )
    )
    plant.parties.extend(made)
    services: list[ThirdPartyService] = []
    contacts: list[ThirdPartyContact] = []
    for language, party in zip(languages, made, strict=True):
        if PROVIDER in party.types:
            for description, unit, unit_code, cost in rng.sample(SERVICES, 3):
                price, details = round(cost * rng.uniform(0.9, 1.2), 2), rng.choice(DETAILS)
                services.append(
                    ThirdPartyService(
                        company=company,
                        third_party=party,
                        description=description.said_in(language),
                        cost=price,
                        details=details.said_in(language) if details else None,
                        unit=unit.said_in(language),
                        unit_code=unit_code,
                    )
                )
        contacts.extend(
            ThirdPartyContact(
                company=company,
                third_party=party,
                name=person,
                email=f"{person.split()[0].lower()}@proveedor.example",
                branch_name=HEAD_OFFICE.said_in(language),
                role=rng.choice(ROLES).said_in(language),
                telephone=party.telephone_1,
                mobile=f"+57 31{rng.randint(10000000, 99999999)}",
            )
            for person in rng.sample(NAMES, rng.randint(1, 2))
        )
    ThirdPartyService.objects.bulk_create(services)
    ThirdPartyContact.objects.bulk_create(contacts)
