"""list_transactions as compared by the oracle."""

from __future__ import annotations

from tests.oracle.dice import Dice
from tests.oracle.filters import Filter, exactly, period, text
from tests.oracle.listed import Listed
from tests.oracle.plants import Plant

MODULES = {
    "assets": 1,
    "people": 2,
    "third_parties": 3,
    "warehouses": 4,
    "tasks": 5,
    "monitoring": 6,
    "automator": 7,
    "virtual_disk": 9,
    "configuration": 10,
    "work_requests": 11,
    "material_requests": 13,
    "teams": 14,
}
WORDS = " ".join(f"WHEN {number} THEN '{word}'" for word, number in MODULES.items())
ACTIONS = ("add", "edit", "delete", "cancelled", "finished", "login", "logout")

_any_period = period({"logged": "event_date"})


def _action(plant: Plant, roll: Dice) -> Filter:
    action = roll.of(ACTIONS)
    return Filter({"action": action}, f"action = '{action.upper()}'")


def _by(plant: Plant, roll: Dice) -> Filter:
    words = roll.pick("ana", "Perez", "gómez", "planta.example", "Ánade", "nobody")
    return Filter({"by": words}, f"instr(folded(name || ' ' || coalesce(email, '')), folded('{words}')) > 0")


def _logged(plant: Plant, roll: Dice) -> Filter:
    """Draw a period without its kind of date, since there is only one."""
    made = _any_period(plant, roll)
    assert made is not None
    arguments = {name: value for name, value in made.arguments.items() if name != "date_kind"}
    return Filter(arguments, made.condition)


TRANSACTIONS = Listed(
    "list_transactions",
    "transactions",
    ("id",),
    f"""
    SELECT id AS key, event_date AS at, lower(action) AS action, lower(sub_module) AS part,
           CASE module {WORDS} END AS module,
           description AS what, name AS "by", email, ip_address
      FROM "Transaction" WHERE {{where}} ORDER BY event_date DESC, id DESC
    """,
    {
        "action": _action,
        "module": exactly("module", "module", MODULES),
        "by": _by,
        "text": text("description", words=("bomba", "OT-3", "revision", "aceite", "Cambiar")),
        "period": _logged,
    },
)
