"""A demo plant while it is created. Each part finds the records of earlier parts here."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field

from accounts.models import Company, Language
from maintenance.demo.companies import DemoCompany
from maintenance.demo.kinds.machine_kind import MachineKind
from maintenance.demo.wording import Text
from maintenance.models import Item, Personnel, ThirdParty, Warehouse


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine of the plant, its kind, and the language in which people write about it."""

    item: Item
    kind: MachineKind
    language: Language

    def said(self, text: Text) -> str:
        return text.said_in(self.language)


@dataclass(frozen=True, slots=True)
class Plant:
    """A plant in the making. All dates are relative to `today`, the start of a day (UTC).

    `sites` says how many copies of the plant the company has.
    """

    spec: DemoCompany
    company: Company
    today: datetime.datetime
    seed: int
    sites: int = 1
    locations: list[Item] = field(default_factory=list)
    machines: list[Machine] = field(default_factory=list)
    staff: list[Personnel] = field(default_factory=list)
    parties: list[ThirdParty] = field(default_factory=list)
    warehouses: list[Warehouse] = field(default_factory=list)

    def term(self, text: Text) -> str:
        """Returns a term of the company's catalogues, which are in its language."""
        return text.said_in(self.spec.language)

    def spoken(self, language: Language) -> Language:
        """Returns the language if people of the company write in it, otherwise that of the company."""
        return language if language in self.spec.spoken else self.spec.language

    def languages(self) -> dict[int, Language]:
        """Returns the language of each machine by the number of its item."""
        return {machine.item.pk: machine.language for machine in self.machines}

    def rng(self, part: str) -> random.Random:
        """Returns a random generator per part, so that a change to one part leaves the others as they are."""
        return random.Random(f"{self.seed}/{self.company.slug}/{part}")  # noqa: S311 (a demo, not a secret)
