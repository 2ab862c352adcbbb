"""The transaction log: known and unknown modules, people with and without an e-mail."""

from __future__ import annotations

from tests.oracle.dice import Dice
from tests.oracle.plants import Plant

# Module numbers as the contract counts them.
MODULES = (1, 11, 5, 10, 13, 2, 3, 4, 6, 7, 9, 14)
ACTIONS = ("EDIT", "ADD", "DELETE", "CANCELLED", "FINISHED", "LOGIN")

PEOPLE = (("Ana Pérez", "ana@planta.example"), ("Luis Gómez", None), ("Ánade", "x@b.example"))


def add_to(plant: Plant, dice: dict[str, list[Dice]]) -> None:
    for roll in dice["changes_logged"]:
        name, email = roll.of(PEOPLE)
        plant.add(
            "Transaction",
            event_date=plant.calendar.past(roll),
            ip_address=roll.pick(None, "203.0.113.7"),
            name=name,
            email=email,
            module=roll.pick(*MODULES),
            sub_module=roll.pick(None, "REQUESTS", "ITEMS"),
            action=roll.pick(*ACTIONS),
            description=roll.pick("Bomba 1 { P-1 }", "Cambiar aceite { OT-3 }", "Revisión de la línea"),
        )
