"""The asset tree of a demo plant, created level by level so that each asset knows its ancestors."""

from __future__ import annotations

import random
from dataclasses import dataclass

from accounts.models import Company
from maintenance.demo.locations import Location, Machines, further_site
from maintenance.demo.machine_catalogue import MachineKind
from maintenance.demo.plant import Machine, Plant
from maintenance.models import Item, ItemType, Priority

CRITICALITY = ("A - Crítico", "B - Importante", "C - General")
PRIORITIES = (Priority.VERY_HIGH, Priority.HIGH, Priority.MEDIUM)


# name, part number, maker, unit
SPARE_PARTS = (
    ("Rodamiento 6205-2RS", "6205-2RSH/C3", "SKF", "Unidad"),
    ("Rodamiento 6312", "6312/C3", "SKF", "Unidad"),
    ("Sello mecánico 45 mm", "MG1-45", "Burgmann", "Unidad"),
    ("Correa en V SPB 2500", "SPB 2500", "Gates", "Unidad"),
    ("Filtro de aceite compresor", "1625752501", "Atlas Copco", "Unidad"),
    ("Filtro de ar do compressor", "1630390412", "Atlas Copco", "Unidade"),
    ("Aceite sintético Roto 20 L", "2908850101", "Atlas Copco", "Galón"),
    ("Grasa EP2 400 g", "LGEP 2/0.4", "SKF", "Unidad"),
    ("Contactor 32 A", "LC1D32M7", "Schneider", "Unidad"),
    ("Fotocelda retro 4 m", "E3Z-R61", "Omron", "Unidad"),
    ("Sensor inductivo M12", "IFS204", "ifm", "Unidad"),
    ("PT100 sensor 6x150", "TR10-C", "Wika", "Unit"),
    ('Electroválvula 5/2 1/4"', "VUVG-L10", "Festo", "Unidad"),
    ("Empaque EPDM DN50", "EPDM-50", "Alfa Laval", "Unidad"),
    ("Válvula de llenado", "0-901-47-284", "Krones", "Unidad"),
    ("Cadena de tablillas 820", "LF820-K325", "Rexnord", "Metro"),
    ("Resistencia 1500 W", "RES-1500", "Watlow", "Unidad"),
    ("Batería 12 V 150 Ah", "MAC-150", "MAC", "Unidad"),
    ("Ventosa de vácuo 60 mm", "VASB-60", "Festo", "Unidade"),
    ("Forklift tyre 18x7-8", "18X7-8", "Continental", "Unit"),
)
DIGITAL_ASSETS = (
    ("SCADA Ignition", "Inductive Automation", "IGN-8.1-PLT", "8.1"),
    ("Programa PLC línea 3", "Siemens", "L3-S71500", "2.4.1"),
    ("Licença supervisório utilidades", "Aveva", "UTL-2023", "2023"),
)


@dataclass(slots=True)
class _Branch:
    """An item to be saved, with the location or machine kind that its children are made from."""

    item: Item
    location: Location | None = None
    kind: MachineKind | None = None


def add_assets(plant: Plant) -> None:
    rng, tree = plant.rng("assets"), plant.spec.plant
    sites = [tree, *(further_site(tree, number) for number in range(2, plant.sites + 1))]
    level = [_Branch(_location(plant, site, None), site) for site in sites]
    while level:
        Item.objects.bulk_create([branch.item for branch in level])
        below: list[_Branch] = []
        for branch in level:
            if branch.location is not None:
                plant.locations.append(branch.item)
                below += _below_location(plant, branch.item, branch.location, rng)
            if branch.kind is not None:
                plant.machines.append(Machine(branch.item, branch.kind))
                below += [
                    _Branch(_part(branch.item, number, name))
                    for number, name in enumerate(branch.kind.parts, 1)
                ]
        level = below
    Item.objects.bulk_create(_loose_items(plant.company))


def _below_location(plant: Plant, parent: Item, location: Location, rng: random.Random) -> list[_Branch]:
    return [
        *(_Branch(_location(plant, inner, parent), inner) for inner in location.locations),
        *(
            _Branch(_machine(parent, machines, n, rng), kind=machines.kind)
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
            group="Ubicación",
            cost_center=location.cost_center,
        )
    )


def _machine(parent: Item, machines: Machines, n: int, rng: random.Random) -> Item:
    kind = machines.kind
    maker, model = rng.choice(kind.makes)
    rank = rng.choices((0, 1, 2), (25, 45, 30))[0]
    is_tool = kind.group == "Instrumento"
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
            field_5=f"Año {rng.randint(2006, 2023)}",
            active=rng.random() > 0.03,
            barcode=f"77{rng.randint(10**9, 10**10 - 1)}",
            notes=rng.choice(
                (None, None, None, "Repuestos críticos en almacén central.", "See OEM manual rev. C")
            ),
            group=kind.group,
            group_1=kind.group_1,
            group_2=CRITICALITY[rank],
            # Few plants enter priorities: most assets have none.
            priority=PRIORITIES[rank] if rng.random() < 0.3 else None,
            cost_center=parent.cost_center,
            unit="Unidad" if is_tool else None,
        )
    )


def _part(machine: Item, number: int, name: str) -> Item:
    return _finished(
        Item(
            company=machine.company,
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
    """Returns spare parts and digital assets, which are outside of the tree."""
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
