"""The asset tree of a demo plant, made level by level so that each knows its ancestors."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from accounts.models import Company
from maintenance.demo.machine_catalogue import MachineKind
from maintenance.demo.plants import DIGITAL_ASSETS, SPARE_PARTS, Location, Machines
from maintenance.models import Item, ItemType, Priority

CRITICALITY = ("A - Crítico", "B - Importante", "C - General")
PRIORITIES = (Priority.VERY_HIGH, Priority.HIGH, Priority.MEDIUM)


@dataclass(slots=True)
class Machine:
    """One machine of the plant and its kind."""

    item: Item
    kind: MachineKind


@dataclass(slots=True)
class Tree:
    locations: list[Item] = field(default_factory=list)
    machines: list[Machine] = field(default_factory=list)


@dataclass(slots=True)
class _Branch:
    """An item to be saved, and what goes below it."""

    item: Item
    location: Location | None = None
    kind: MachineKind | None = None


def add_assets(company: Company, sites: list[Location], rng: random.Random) -> Tree:
    tree = Tree()
    level = [_Branch(_location(company, site, None), site) for site in sites]
    while level:
        Item.objects.bulk_create([branch.item for branch in level])
        below: list[_Branch] = []
        for branch in level:
            if branch.location is not None:
                tree.locations.append(branch.item)
                below += _below_location(company, branch.item, branch.location, rng)
            if branch.kind is not None:
                tree.machines.append(Machine(branch.item, branch.kind))
                below += [
                    _Branch(_part(company, branch.item, number, name))
                    for number, name in enumerate(branch.kind.parts, 1)
                ]
        level = below
    Item.objects.bulk_create(_loose_items(company))
    return tree


def _below_location(company: Company, parent: Item, location: Location, rng: random.Random) -> list[_Branch]:
    return [
        *(_Branch(_location(company, inner, parent), inner) for inner in location.locations),
        *(
            _Branch(_machine(company, parent, machines, n, location.cost_center, rng), kind=machines.kind)
            for machines in location.machines
            for n in range(machines.first, machines.first + machines.count)
        ),
    ]


def _finished(item: Item) -> Item:
    if item.parent is not None:
        item.ancestors = item.parent.subtree
        item.parent_description = item.parent.subtree_description
    item.description = item.composed_description()
    return item


def _location(company: Company, location: Location, parent: Item | None) -> Item:
    return _finished(
        Item(
            company=company,
            type=ItemType.FACILITIES,
            code=location.code,
            parent=parent,
            field_1=location.name,
            field_6="Brasil" if company.slug == "other" else "Colombia",
            group="Ubicación",
            cost_center=location.cost_center,
        )
    )


def _machine(
    company: Company, parent: Item, machines: Machines, n: int, cost_center: str, rng: random.Random
) -> Item:
    kind = machines.kind
    maker, model = rng.choice(kind.makes)
    rank = rng.choices((0, 1, 2), (25, 45, 30))[0]
    is_tool = kind.group == "Instrumento"
    fields = (maker, model, f"{maker[:3].upper()}{rng.randint(100000, 999999)}")
    if is_tool:
        fields = (f"{model}-{n}", maker, model)
    return _finished(
        Item(
            company=company,
            type=ItemType.TOOLS if is_tool else ItemType.EQUIPMENTS,
            code=machines.code.format(n=n),
            parent=parent,
            field_1=machines.name.format(n=n),
            field_2=fields[0],
            field_3=fields[1],
            field_4=fields[2],
            field_5=f"Año {rng.randint(2006, 2023)}",
            active=rng.random() > 0.03,
            barcode=f"77{rng.randint(10**9, 10**10 - 1)}",
            notes=rng.choice(
                (None, None, None, "Repuestos críticos en almacén central.", "See OEM manual rev. C")
            ),
            group=kind.group,
            group_1=kind.group_1,
            group_2=CRITICALITY[rank],
            # Few plants fill it in: most assets have no priority.
            priority=PRIORITIES[rank] if rng.random() < 0.3 else None,
            cost_center=cost_center,
            unit="Unidad" if is_tool else None,
        )
    )


def _part(company: Company, machine: Item, number: int, name: str) -> Item:
    return _finished(
        Item(
            company=company,
            type=ItemType.EQUIPMENTS,
            code=f"{machine.code}-{number:02d}",
            parent=machine,
            field_1=f"{name} {machine.field_1}",
            field_2=machine.field_2,
            active=machine.active,
            group="Componente",
            group_1=machine.group_1,
            group_2=machine.group_2,
            cost_center=machine.cost_center,
        )
    )


def _loose_items(company: Company) -> list[Item]:
    """Spare parts and digital assets stand outside of the tree."""
    parts = [
        _finished(
            Item(
                company=company,
                type=ItemType.SPARE_PARTS,
                code=f"REP-{number:04d}",
                field_1=name,
                field_2=part_number,
                field_3=maker,
                unit=unit,
                group="Repuesto",
                group_1="Inventario",
            )
        )
        for number, (name, part_number, maker, unit) in enumerate(SPARE_PARTS, 1)
    ]
    digital = [
        _finished(
            Item(
                company=company,
                type=ItemType.DIGITAL,
                code=f"DIG-{number:02d}",
                field_1=name,
                field_2=maker,
                field_3=serial,
                field_4=version,
                group="Software",
            )
        )
        for number, (name, maker, serial, version) in enumerate(DIGITAL_ASSETS, 1)
    ]
    return parts + digital
