"""A demo plant while it is created. Each part finds the records of earlier parts here."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field

from accounts.models import Company
from maintenance.demo.companies import DemoCompany
from maintenance.demo.machine_catalogue import MachineKind
from maintenance.models import Item, Personnel, ThirdParty, Warehouse


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine of the plant and its kind."""

    item: Item
    kind: MachineKind


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

    def rng(self, part: str) -> random.Random:
        """Returns a random generator per part, so that a change to one part leaves the others as they are."""
        return random.Random(f"{self.seed}/{self.company.slug}/{part}")  # noqa: S311 (a demo, not a secret)
