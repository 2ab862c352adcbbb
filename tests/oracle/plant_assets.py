"""Locations within locations, machines, components, spare parts, people, and stops of the assets."""

from __future__ import annotations

from tests.oracle.dice import Dice
from tests.oracle.plants import Plant, Row, maybe

NAMES = ("Bomba", "Compresor", "bomba", "Línea 1", "Motor", "12")
MAKERS = (None, "Grundfos", "GRUNDFOS", "Atlas  Copco")
FAMILIES = (None, "Bombas", "Compresores", "bombas", "Válvulas  de paso", "valvulas de paso")


def add_to(plant: Plant, dice: dict[str, list[Dice]]) -> None:
    for roll in dice["people"]:
        _person(plant, roll)
    for name, types, contact in (
        ("Servicios del Norte", [1], "Rosa Norte"),
        ("Metalúrgica", [1, 3], "Taller Central"),
    ):
        party = plant.add("ThirdParty", code=f"T-{name[:3]}", name=name, active=True, types=types)
        plant.add("ThirdPartyContact", third_party_id=party["id"], name=contact)
    plant.add("ThirdParty", code="T-Ace", name="Aceros del Sur", active=False, types=[2])
    for roll in dice["places"]:
        _item(plant, roll, 1, [place for place in plant["Item"] if place["type"] == 1])
    for roll in dice["equipment"]:
        _item(plant, roll, roll.pick(2, 2, 2, 2, 2, 2, 3, 5), plant["Item"])
    for roll in dice["supply"]:
        _item(plant, roll, roll.pick(4, 4, 4, 3), [place for place in plant["Item"] if place["type"] == 1])
    if plant["Item"]:
        for roll in dice["stops"]:
            _stop(plant, roll)


def _item(plant: Plant, roll: Dice, kind: int, parents: list[Row]) -> Row:
    """Draw an asset. One inside equipment is a component. Sometimes two have the same name."""
    number = len(plant["Item"]) + 1
    parent = maybe(roll, parents)
    name = roll.pick(f"{roll.of(NAMES)} {number}", roll.of(NAMES))
    available = not roll.once_in(5)
    out_since = None if available or roll.once_in(4) else plant.calendar.past(roll, 300)
    return plant.add(
        "Item",
        type=kind,
        code=f"{roll.pick('P', 'L', 'EQ')}-{number}",
        description=f"{name} {{ {number} }}",
        parent_id=parent and parent["id"],
        ancestors=f"{parent['ancestors']}{parent['id']}/" if parent else "/",
        parent_description=f"{parent['parent_description']}{parent['field_1']}/ " if parent else "// ",
        field_1=name,
        field_2=roll.of(MAKERS),
        field_3=roll.pick(None, "CR-10", "cr-10"),
        field_4=roll.pick(None, f"SN{number}"),
        active=not roll.once_in(5),
        available=available,
        group=roll.of(FAMILIES),
        priority=roll.pick(None, 3, 1, 5),
        unit=roll.pick(None, "unit"),
        task_plan_id=None,
        initial_date_out_of_service=out_since,
    )


def _person(plant: Plant, roll: Dice) -> Row:
    """Draw a person. Two may share a name; a person without a code has only a name."""
    number = len(plant["Personnel"]) + 1
    return plant.add(
        "Personnel",
        code=None if roll.once_in(4) else f"TEC-{number}",
        first_name=roll.pick("Ana", "Luis"),
        last_name=roll.pick("Pérez", "", "Gómez"),
        active=not roll.once_in(5),
        only_request=roll.once_in(6),
    )


def _stop(plant: Plant, roll: Dice) -> Row:
    """Draw a stop. Stops overlap and nest, never end, begin long before, or end before they begin."""
    begin = plant.calendar.past(roll, 300)
    end = None if roll.once_in(4) else plant.calendar.after(roll, begin)
    if end is not None and roll.once_in(20):
        begin, end = end, begin
    return plant.add(
        "OutOfService",
        item_id=roll.of(plant["Item"])["id"],
        creation_date=plant.calendar.after(roll, begin),
        initial_date=begin,
        final_date=end,
    )
