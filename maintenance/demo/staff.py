"""Who works in the two demo plants, and who of them signs in."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.standard_groups import StandardGroup
from maintenance.demo.wording import Text


@dataclass(frozen=True, slots=True)
class Role:
    """A role in the plant. Personnel codes begin with `prefix`."""

    prefix: str
    group_1: Text
    group_2: Text
    hourly_rate: int

    @property
    def rate(self) -> Text:
        """Returns the name of the rate."""
        return self.group_1 if self.prefix == "PLA" else self.group_2


@dataclass(frozen=True, slots=True)
class Account:
    """The account of a person who can sign in to the demo."""

    email: str
    group: StandardGroup


@dataclass(frozen=True, slots=True)
class Person:
    role: Role
    first_name: str
    last_name: str
    account: Account | None = None


PLANNING = Text("Planeación", "Planejamento", "Planning")
MAINTENANCE = Text("Mantenimiento", "Manutenção", "Maintenance")
PLANNER = Role("PLA", PLANNING, Text("Programador", "Programador", "Scheduler"), 18)
TECHNICIAN = Role(
    "TEC", MAINTENANCE, Text("Técnico mecánico", "Técnico mecânico", "Mechanical technician"), 12
)
ELECTRICIAN = Role(
    "ELE", MAINTENANCE, Text("Técnico electricista", "Técnico eletricista", "Electrical technician"), 13
)
OPERATOR = Role(
    "OPE", Text("Producción", "Produção", "Production"), Text("Operador", "Operador", "Operator"), 8
)
MANAGER = Role(
    "ADM",
    Text("Administración", "Administração", "Administration"),
    Text("Jefatura", "Gerência", "Management"),
    25,
)

DEMO_PEOPLE = (
    Person(MANAGER, "Ana María", "Torres Gil", Account("admin@demo.example", StandardGroup.ADMINISTRATORS)),
    Person(PLANNER, "Luis", "Herrera Pardo", Account("planner@demo.example", StandardGroup.PLANNERS)),
    Person(
        TECHNICIAN, "Carlos", "Rojas Medina", Account("technician@demo.example", StandardGroup.TECHNICIANS)
    ),
    Person(MANAGER, "Patricia", "Salazar"),
    Person(PLANNER, "Gabriela", "Nogueira"),
    Person(TECHNICIAN, "Jorge", "Castaño"),
    Person(TECHNICIAN, "Miguel Ángel", "Peña"),
    Person(TECHNICIAN, "João", "Ferreira da Silva"),
    Person(TECHNICIAN, "Andrés", "Quintero"),
    Person(TECHNICIAN, "Wilson", "Ñustes"),
    Person(TECHNICIAN, "Kevin", "O'Neill"),
    Person(ELECTRICIAN, "Sandra", "Muñoz"),
    Person(ELECTRICIAN, "Felipe", "Araújo"),
    Person(ELECTRICIAN, "Diego", "Restrepo"),
    Person(ELECTRICIAN, "Óscar", "Zapata"),
    Person(ELECTRICIAN, "Grace", "Walker"),
    Person(OPERATOR, "Luz Dary", "Gómez"),
    Person(OPERATOR, "Hernán", "Valencia"),
    Person(OPERATOR, "Paola", "Rincón"),
    Person(OPERATOR, "Marcelo", "Conceição"),
    Person(OPERATOR, "Edwin", "Cárdenas"),
    Person(OPERATOR, "Yolanda", "Acevedo"),
    Person(OPERATOR, "Thiago", "Menezes"),
    Person(OPERATOR, "Nelson", "Bermúdez"),
    Person(OPERATOR, "Rosa", "Ibáñez"),
    Person(OPERATOR, "Emily", "Carter"),
    Person(OPERATOR, "Fabián", "Lozano"),
    Person(OPERATOR, "Claudia", "Vélez"),
)
OTHER_PEOPLE = (
    Person(MANAGER, "Beatriz", "Almeida", Account("admin@other.example", StandardGroup.ADMINISTRATORS)),
    Person(PLANNER, "Rafael", "Cordeiro"),
    Person(TECHNICIAN, "Antônio", "Gonçalves"),
    Person(TECHNICIAN, "Sérgio", "Barros"),
    Person(ELECTRICIAN, "Vitória", "Lima"),
    Person(OPERATOR, "Cláudio", "Assunção"),
    Person(OPERATOR, "Débora", "Reis"),
    Person(OPERATOR, "Ian", "Campbell"),
)
