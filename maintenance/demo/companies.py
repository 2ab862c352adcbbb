"""The two companies of the demo. Never use them in production: their passwords are public."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Company, Language
from accounts.standard_groups import NAMES
from maintenance.demo.locations import DEMO_PLANT, OTHER_PLANT, Location
from maintenance.demo.staff import DEMO_PEOPLE, OTHER_PEOPLE, Person

PASSWORD = "demo-only-password"  # noqa: S105 (public on purpose: printed by `make run`)


@dataclass(frozen=True, slots=True)
class Address:
    street: str
    city: str
    state: str
    country: str
    zip_code: str


@dataclass(frozen=True, slots=True)
class Store:
    """A warehouse and the code of its location. If it is `integrated`, an ERP manages its stock."""

    code: str
    description: str
    location: str
    integrated: bool = False


@dataclass(frozen=True, slots=True)
class SignIn:
    email: str
    group: str


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """A demo company. `folio` is the format of work order numbers, with `n` as the number.

    Its catalogues are in `language`, and its people write in `spoken`.
    """

    slug: str
    name: str
    language: Language
    time_zone: str
    plant: Location
    people: tuple[Person, ...]
    address: Address
    stores: tuple[Store, ...]
    folio: str
    spoken: tuple[Language, ...]

    @property
    def sign_ins(self) -> list[SignIn]:
        """Returns the people who can sign in, with the name of their permission group."""
        names = NAMES[self.language]
        return [
            SignIn(person.account.email, names[person.account.group])
            for person in self.people
            if person.account is not None
        ]

    def create(self) -> Company:
        return Company.objects.create(
            slug=self.slug, name=self.name, language=self.language, time_zone=self.time_zone, currency="USD"
        )


DEMO = DemoCompany(
    slug="demo",
    name="Planta Demo",
    language=Language.ES,
    time_zone="America/Bogota",
    plant=DEMO_PLANT,
    people=DEMO_PEOPLE,
    address=Address("Calle 13 # 68-40", "Bogotá", "Cundinamarca", "Colombia", "110931"),
    stores=(
        Store("ALM-CENTRAL", "Almacén central", "BODEGA"),
        Store("ALM/TALLER", "Almacén del taller", "TALLER"),
        Store("ERP-01", "Materiales ERP", "BODEGA", integrated=True),
    ),
    folio="OT-{n}",
    spoken=(Language.ES, Language.PT_BR, Language.EN),
)
OTHER = DemoCompany(
    slug="other",
    name="Laticínios Serra Azul",
    language=Language.PT_BR,
    time_zone="America/Sao_Paulo",
    plant=OTHER_PLANT,
    people=OTHER_PEOPLE,
    address=Address("Rodovia SP-354, km 12", "Franco da Rocha", "São Paulo", "Brasil", "07803-500"),
    stores=(Store("ALMOX-01", "Almoxarifado principal", "EXPEDIÇÃO"),),
    folio="OS - {n}",
    spoken=(Language.PT_BR,),
)
COMPANIES = (DEMO, OTHER)
