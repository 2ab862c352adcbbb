"""list_people and list_third_parties, as they are compared."""

from __future__ import annotations

from tests.oracle.dice import Dice
from tests.oracle.filters import Filter, flag, text
from tests.oracle.listed import Listed
from tests.oracle.plants import Plant

PARTY_TYPES = {"service_provider": 1, "manufacturer": 2, "supplier": 3, "customer": 4}


def of_type(plant: Plant, roll: Dice) -> Filter:
    """A third party may be of several; the tables keep no lists."""
    name = roll.of([*PARTY_TYPES])
    codes = [party["code"] for party in plant["ThirdParty"] if PARTY_TYPES[name] in party["types"]]
    return Filter({"type": name}, " OR ".join(["0", *(f"code = '{code}'" for code in codes)]))


# People may have one name, and no code. No plant has accounts beside its people.
PEOPLE = Listed(
    "list_people",
    "people",
    ("name", "code"),
    """
    SELECT trim(first_name || ' ' || last_name) || ' ' || coalesce(code, 'None') AS key
      FROM Personnel AS person WHERE {where} ORDER BY first_name, last_name, code NULLS FIRST, id
    """,
    {
        "active": flag("active", "active"),
        "with_account": flag("with_account", "0"),
        "text": text("first_name || ' ' || last_name", "code", words=("ana", "Perez", "gómez", "tec-1")),
    },
)

THIRD_PARTIES = Listed(
    "list_third_parties",
    "third_parties",
    ("code",),
    "SELECT code AS key, name, active FROM ThirdParty WHERE {where} ORDER BY name, code",
    {
        "active": flag("active", "active"),
        "type": of_type,
        "text": text("code", "name", words=("norte", "Metalurgica", "t-ser", "aceite")),
    },
)
