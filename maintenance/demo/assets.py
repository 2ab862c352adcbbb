"""The asset tree of a demo plant, created level by level so that each asset knows its ancestors."""

from __future__ import annotations

import random
from dataclasses import dataclass

from accounts.models import Language
from maintenance.demo.kinds.machine_kind import MachineKind
from maintenance.demo.kinds.site import TOOL
from maintenance.demo.locations import Location, Machines, further_site
from maintenance.demo.plant import Machine, Plant
from maintenance.demo.spare_parts import SPARE_PARTS
from maintenance.demo.wording import Text
from maintenance.models import Item, ItemType, Priority

CRITICALITY = (
    Text("A - Crítico", "A - Crítico", "A - Critical"),
    Text("B - Importante", "B - Importante", "B - Important"),
    Text("C - General", "C - Geral", "C - General"),
)
PRIORITIES = (Priority.VERY_HIGH, Priority.HIGH, Priority.MEDIUM)

LOCATION = Text("Ubicación", "Localização", "Location")
COMPONENT = Text("Componente", "Componente", "Component")
UNIT = Text("Unidad", "Unidade", "Unit")
YEAR = Text("Año", "Ano", "Year")
NOTES = (
    None,
    None,
    None,
    Text(
        "Repuestos críticos en almacén central.",
        "Peças críticas no almoxarifado central.",
        "Critical spare parts at the central warehouse.",
    ),
    Text("Ver manual del fabricante, rev. C", "Ver manual do fabricante, rev. C", "See OEM manual rev. C"),
)
# The language of the first company's record, name, maker, serial number, version
DIGITAL_ASSETS = (
    (
        Language.EN,
        Text("SCADA Ignition", "SCADA Ignition", "SCADA Ignition"),
        "Inductive Automation",
        "IGN-8.1-PLT",
        "8.1",
    ),
    (
        Language.ES,
        Text("Programa PLC línea 3", "Programa do CLP da linha 3", "PLC program of line 3"),
        "Siemens",
        "L3-S71500",
        "2.4.1",
    ),
    (
        Language.PT_BR,
        Text(
            "Licencia supervisorio servicios",
            "Licença supervisório utilidades",
            "Utilities supervisory licence",
        ),
        "Aveva",
        "UTL-2023",
        "2023",
    ),
)


@dataclass(slots=True)
class _Branch:
    """An item to be saved, with the location or machine kind that its children are made from."""

    item: Item
    language: Language
    location: Location | None = None
    kind: MachineKind | None = None


def add_assets(plant: Plant) -> None:
    rng, tree = plant.rng("assets"), plant.spec.plant
    sites = [tree, *(further_site(tree, number) for number in range(2, plant.sites + 1))]
    level = [_site(plant, site, None) for site in sites]
    while level:
        Item.objects.bulk_create([branch.item for branch in level])
        below: list[_Branch] = []
        for branch in level:
            if branch.location is not None:
                plant.locations.append(branch.item)
                below += _below_location(plant, branch.item, branch.language, branch.location, rng)
            if branch.kind is not None:
                machine = Machine(branch.item, branch.kind, branch.language)
                plant.machines.append(machine)
                below += [
                    _Branch(_part(plant, machine, number, name), branch.language)
                    for number, name in enumerate(branch.kind.parts, 1)
                ]
        level = below
    Item.objects.bulk_create(_loose_items(plant))


def _site(plant: Plant, location: Location, parent: Item | None) -> _Branch:
    return _Branch(_location(plant, location, parent), location.language or plant.spec.language, location)


def _below_location(
    plant: Plant, parent: Item, language: Language, location: Location, rng: random.Random
) -> list[_Branch]:
    return [
        *(_site(plant, inner, parent) for inner in location.locations),
        *(
            _Branch(_machine(plant, parent, language, machines, n, rng), language, kind=machines.kind)
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


def _location(plant: Plant, location: Location, parent: Item | None) -> Item:
    return _finished(
        Item(
            company=plant.company,
            type=ItemType.FACILITIES,
            code=location.code,
            parent=parent,
            field_1=location.name,
            field_6=plant.spec.address.country,
            group=plant.term(LOCATION),
            cost_center=location.cost_center,
        )
    )


def _machine(
    plant: Plant, parent: Item, language: Language, machines: Machines, n: int, rng: random.Random
) -> Item:
    kind = machines.kind
    maker, model = rng.choice(kind.makes)
    rank = rng.choices((0, 1, 2), (25, 45, 30))[0]
    is_tool = kind is TOOL
    fields = (maker, model, f"{maker[:3].upper()}{rng.randint(100000, 999999)}")
    if is_tool:
        fields = (f"{model}-{n}", maker, model)
    return _finished(
        Item(
            company=parent.company,
            type=ItemType.TOOLS if is_tool else ItemType.EQUIPMENTS,
            code=machines.code.format(n=n),
            parent=parent,
            field_1=machines.name.format(n=n),
            field_2=fields[0],
            field_3=fields[1],
            field_4=fields[2],
            field_5=f"{YEAR.said_in(language)} {rng.randint(2006, 2023)}",
            active=rng.random() > 0.03,
            barcode=f"77{rng.randint(10**9, 10**10 - 1)}",
            notes=note.said_in(language) if (note := rng.choice(NOTES)) else None,
            group=plant.term(kind.group),
            group_1=plant.term(kind.group_1),
            group_2=plant.term(CRITICALITY[rank]),
            # Few plants enter priorities: most assets have none.
            priority=PRIORITIES[rank] if rng.random() < 0.3 else None,
            cost_center=parent.cost_center,
            unit=UNIT.said_in(language) if is_tool else None,
        )
    )


def _part(plant: Plant, whole: Machine, number: int, name: Text) -> Item:
    machine = whole.item
    return _finished(
        Item(
            company=machine.company,
            type=ItemType.EQUIPMENTS,
            code=f"{machine.code}-{number:02d}",
            parent=machine,
            field_1=f"{whole.said(name)} {machine.field_1}",
            field_2=machine.field_2,
            active=machine.active,
            group=plant.term(COMPONENT),
            group_1=machine.group_1,
            group_2=machine.group_2,
            cost_center=machine.cost_center,
        )
    )


def _loose_items(plant: Plant) -> list[Item]:
    """Returns spare parts and digital assets, which are outside of the tree."""
    parts = [_finished(part.item(plant, f"REP-{number:04d}")) for number, part in enumerate(SPARE_PARTS, 1)]
    digital = [
        _finished(
            Item(
                company=plant.company,
                type=ItemType.DIGITAL,
                code=f"DIG-{number:02d}",
                field_1=name.said_in(plant.spoken(language)),
                field_2=maker,
                field_3=serial,
                field_4=version,
                group="Software",
            )
        )
        for number, (language, name, maker, serial, version) in enumerate(DIGITAL_ASSETS, 1)
    ]
    return parts + digital
