"""People and third parties as the REST contract shows them."""

from __future__ import annotations

from tests.oracle.contract_rows import Shown, full_name
from tests.oracle.plants import Plant


def personnel(plant: Plant) -> list[Shown]:
    groups = {row["person_id"]: row["group"] for row in plant["Account"]}
    places = {row["id"]: row["description"] for row in plant["Item"]}
    people = sorted(
        plant["Personnel"],
        key=lambda row: (row["first_name"], row["last_name"], row["code"] or "", row["id"]),
    )
    return [
        (
            {
                **{
                    name: person[name]
                    for name in ("code", "first_name", "last_name", "active", "only_request")
                },
                "name": full_name(person),
                "email": person.get("email"),
                "telephone": person.get("telephone_1"),
                "groups_1_description": person.get("group_1"),
                "groups_2_description": person.get("group_2"),
                "description_work_shifts": person.get("work_shift"),
                "asset_location_description": places.get(person.get("location_id")),
                "account_active": person["id"] in groups,
                "groups_permissions_description": groups.get(person["id"]),
            },
            {"id": person["id"]},
        )
        for person in people
    ]


def third_parties(plant: Plant) -> list[Shown]:
    parties = sorted(plant["ThirdParty"], key=lambda row: (row["name"], row["code"]))
    return [
        (
            {
                **{name: party[name] for name in ("code", "name", "active")},
                "id_third_party_type": party["types"],
                **{name: party.get(name) for name in ("email", "telephone_1", "city", "country", "address")},
                "web_page": party.get("web_page"),
                "groups_1_desc": party.get("group_1"),
                "groups_2_desc": party.get("group_2"),
            },
            {},
        )
        for party in parties
    ]


def services(plant: Plant) -> list[Shown]:
    return [
        (
            {
                **{name: service[name] for name in ("id", "description", "cost", "details")},
                "third_parties_code": plant["ThirdParty"][service["third_party_id"] - 1]["code"],
                "units_description": service["unit"],
            },
            {},
        )
        for service in plant["ThirdPartyService"]
    ]


def contacts(plant: Plant) -> list[Shown]:
    return [
        (
            {
                "id": contact["id"],
                "third_parties_code": plant["ThirdParty"][contact["third_party_id"] - 1]["code"],
                "contact_name": contact["name"],
                "contact_email": contact.get("email"),
                "movil": contact.get("mobile"),
                **{name: contact.get(name) for name in ("telephone", "role", "branch_name")},
            },
            {},
        )
        for contact in plant["ThirdPartyContact"]
    ]
