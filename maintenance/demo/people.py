"""The people of the demo plants."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass

from accounts.models import Company
from maintenance.models import Item, Personnel


@dataclass(frozen=True, slots=True)
class Role:
    """`prefix` begins the personnel code; the technicians of a speciality do the work of its groups."""

    prefix: str
    group_1: str
    group_2: str
    hourly_rate: str


PLANNER = Role("PLA", "Planeación", "Programador", "Planeación - 18")
TECHNICIAN = Role("TEC", "Mantenimiento", "Técnico mecánico", "Técnico mecánico - 12")
ELECTRICIAN = Role("ELE", "Mantenimiento", "Técnico electricista", "Técnico electricista - 13")
OPERATOR = Role("OPE", "Producción", "Operador", "Operador - 8")
MANAGER = Role("ADM", "Administración", "Jefatura", "Jefatura - 25")

# role, first name, last name, e-mail of the account
DEMO_PEOPLE = (
    (MANAGER, "Ana María", "Torres Gil", "admin@demo.example"),
    (PLANNER, "Luis", "Herrera Pardo", "planner@demo.example"),
    (TECHNICIAN, "Carlos", "Rojas Medina", "technician@demo.example"),
    (MANAGER, "Patricia", "Salazar", None),
    (PLANNER, "Gabriela", "Nogueira", None),
    (TECHNICIAN, "Jorge", "Castaño", None),
    (TECHNICIAN, "Miguel Ángel", "Peña", None),
    (TECHNICIAN, "João", "Ferreira da Silva", None),
    (TECHNICIAN, "Andrés", "Quintero", None),
    (TECHNICIAN, "Wilson", "Ñustes", None),
    (TECHNICIAN, "Kevin", "O'Neill", None),
    (ELECTRICIAN, "Sandra", "Muñoz", None),
    (ELECTRICIAN, "Felipe", "Araújo", None),
    (ELECTRICIAN, "Diego", "Restrepo", None),
    (ELECTRICIAN, "Óscar", "Zapata", None),
    (ELECTRICIAN, "Grace", "Walker", None),
    (OPERATOR, "Luz Dary", "Gómez", None),
    (OPERATOR, "Hernán", "Valencia", None),
    (OPERATOR, "Paola", "Rincón", None),
    (OPERATOR, "Marcelo", "Conceição", None),
    (OPERATOR, "Edwin", "Cárdenas", None),
    (OPERATOR, "Yolanda", "Acevedo", None),
    (OPERATOR, "Thiago", "Menezes", None),
    (OPERATOR, "Nelson", "Bermúdez", None),
    (OPERATOR, "Rosa", "Ibáñez", None),
    (OPERATOR, "Emily", "Carter", None),
    (OPERATOR, "Fabián", "Lozano", None),
    (OPERATOR, "Claudia", "Vélez", None),
)
OTHER_PEOPLE = (
    (MANAGER, "Beatriz", "Almeida", "admin@other.example"),
    (PLANNER, "Rafael", "Cordeiro", None),
    (TECHNICIAN, "Antônio", "Gonçalves", None),
    (TECHNICIAN, "Sérgio", "Barros", None),
    (ELECTRICIAN, "Vitória", "Lima", None),
    (OPERATOR, "Cláudio", "Assunção", None),
    (OPERATOR, "Débora", "Reis", None),
    (OPERATOR, "Ian", "Campbell", None),
)
DEMO_ADDRESS = ("Calle 13 # 68-40", "Bogotá", "Cundinamarca", "Colombia", "110931")
OTHER_ADDRESS = ("Rodovia SP-354, km 12", "Franco da Rocha", "São Paulo", "Brasil", "07803-500")
SHIFTS = ("Turno A 06-14", "Turno B 14-22", "Turno C 22-06", "Administrativo 08-17")


def add_people(
    company: Company,
    people: tuple[tuple[Role, str, str, str | None], ...],
    address: tuple[str, str, str, str, str],
    locations: list[Item],
    today: datetime.datetime,
    rng: random.Random,
) -> list[Personnel]:
    numbers: dict[str, int] = {}
    records = []
    street, city, state, country, zip_code = address
    for role, first_name, last_name, account_email in people:
        number = numbers[role.prefix] = numbers.get(role.prefix, 0) + 1
        shift = SHIFTS[3] if role in (MANAGER, PLANNER) else rng.choice(SHIFTS[:3])
        records.append(
            Personnel(
                company=company,
                code=f"{role.prefix}-{number:02d}",
                first_name=first_name,
                last_name=last_name,
                email=account_email or f"{role.prefix.lower()}{number:02d}@{company.slug}.example",
                account_email=account_email,
                active=number != 9,
                creation_date=today - datetime.timedelta(days=rng.randint(750, 2500)),
                address=street,
                city=city,
                state=state,
                country=country,
                zip_code=zip_code,
                telephone_1=f"+57 60{rng.randint(1, 8)} {rng.randint(2000000, 7999999)}",
                location=rng.choice(locations),
                work_shift=shift,
                hourly_rate=role.hourly_rate,
                group_1=role.group_1,
                group_2=role.group_2,
            )
        )
    return Personnel.objects.bulk_create(records)
