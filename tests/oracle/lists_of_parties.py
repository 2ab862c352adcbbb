"""list_people and list_third_parties as compared by the oracle."""

from __future__ import annotations

from tests.oracle.dice import Dice
from tests.oracle.filters import Filter, flag, text
from tests.oracle.listed import Listed, as_written
from tests.oracle.plants import Plant, Row

PARTY_TYPES = {"service_provider": 1, "manufacturer": 2, "supplier": 3, "customer": 4}


def of_type(plant: Plant, roll: Dice) -> Filter:
    """Match a third party of several types; the tables cannot store lists."""
    name = roll.of([*PARTY_TYPES])
    codes = [party["code"] for party in plant["ThirdParty"] if PARTY_TYPES[name] in party["types"]]
    return Filter({"type": name}, " OR ".join(["0", *(f"code = '{code}'" for code in codes)]))


# People may share a name, and may have no code.
PEOPLE = Listed(
    "list_people",
    "people",
    ("name", "code"),
    """
    SELECT trim(first_name || ' ' || last_name) || ' ' || coalesce(code, 'None') AS key, email,
           telephone_1 AS telephone, active, group_1 AS department, group_2 AS role, work_shift,
           (SELECT description FROM Item WHERE id = location_id) AS location,
           EXISTS (SELECT 1 FROM Account WHERE person_id = person.id) AS has_account,
           (SELECT "group" FROM Account WHERE person_id = person.id) AS permission_group
      FROM Personnel AS person WHERE {where} ORDER BY first_name, last_name, code NULLS FIRST, id
    """,
    {
        "active": flag("active", "active"),
        "with_account": flag("with_account", "EXISTS (SELECT 1 FROM Account WHERE person_id = person.id)"),
        "text": text(
            "first_name || ' ' || last_name",
            "code",
            "email",
            "group_1",
            "group_2",
            words=("ana", "Perez", "gómez", "tec-1", "mecanica", "técnico", "planta"),
        ),
    },
)


def coded(plant: Plant, roll: Dice) -> Filter:
    code = roll.of(plant["ThirdParty"])["code"]
    return Filter({"code": code}, f"code = '{code}'")


def _with_types(record: Row) -> Row:
    return {**as_written(record), "types": " ".join(record["types"])}


THIRD_PARTIES = Listed(
    "list_third_parties",
    "third_parties",
    ("code",),
    """
    SELECT code AS key, name, active, email, telephone_1 AS telephone, city, country, address,
           replace(web_page, 'https://', '') AS web_page,  -- nothing that opens by itself
           group_1 AS classification_1, group_2 AS classification_2,
           replace(replace(replace(types, '1', 'service_provider'), '2', 'manufacturer'), '3', 'supplier')
               AS types
      FROM ThirdParty WHERE {where} ORDER BY name, code
    """,
    {
        "active": flag("active", "active"),
        "type": of_type,
        "text": text(
            "code",
            "name",
            "city",
            "group_1",
            "group_2",
            words=("norte", "Metalurgica", "t-ser", "aceite", "medellin", "CRITICOS"),
        ),
        "code": coded,
    },
    record=_with_types,
)
