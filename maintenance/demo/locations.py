"""The locations of the two demo plants and the machines in each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from maintenance.demo import machine_catalogue
from maintenance.demo.machine_catalogue import MachineKind


@dataclass(frozen=True, slots=True)
class Machines:
    """A number of machines of one kind. `{n}` in name and code counts up from `first`."""

    kind: MachineKind
    name: str
    code: str
    count: int = 1
    first: int = 1


@dataclass(frozen=True, slots=True)
class Location:
    code: str
    name: str
    machines: tuple[Machines, ...] = ()
    locations: tuple[Location, ...] = ()
    cost_center: str = "CC-100 General"


def further_site(plant: Location, number: int) -> Location:
    """Returns a copy of the plant with other codes."""
    return replace(
        plant,
        code=f"S{number}-{plant.code}",
        name=f"{plant.name} {number}",
        machines=tuple(replace(machines, code=f"S{number}-{machines.code}") for machines in plant.machines),
        locations=tuple(further_site(location, number) for location in plant.locations),
    )


def _line(number: int, name: str) -> Location:
    line = f"L{number}"
    return Location(
        f"LÍNEA {number}",
        name,
        (
            Machines(machine_catalogue.FILLER, f"Llenadora línea {number}", f"{line}-LLE-01"),
            Machines(machine_catalogue.CAPPER, f"Tapadora línea {number}", f"{line}-TAP-01"),
            Machines(machine_catalogue.LABELLER, f"Etiquetadora línea {number}", f"{line}-ETI-01"),
            Machines(machine_catalogue.PACKER, f"Empacadora línea {number}", f"{line}-EMP-01"),
            Machines(machine_catalogue.PALLETISER, f"Paletizador línea {number}", f"{line}-PAL-01"),
            Machines(
                machine_catalogue.CONVEYOR, f"Transportador {{n}} línea {number}", f"{line}/TRA-0{{n}}", 5
            ),
            Machines(machine_catalogue.SWITCHBOARD, f"Tablero de control línea {number}", f"{line}-TAB-01"),
        ),
        cost_center=f"CC-2{number}0 Línea {number}",
    )


DEMO_PLANT = Location(
    "PLANTA",
    "Planta Demo",
    locations=(
        Location(
            "PRODUCCIÓN",
            "Producción",
            locations=(
                _line(1, "Línea 1 - Agua"),
                _line(2, "Línea 2 - Gaseosas"),
                _line(3, "Línea 3 - Jugos"),
                _line(4, "Line 4 - Export"),
                Location(
                    "JARABES",
                    "Sala de jarabes",
                    (
                        Machines(machine_catalogue.TANK, "Tanque de jarabe {n}", "TQ-10{n}", 8),
                        Machines(machine_catalogue.PUMP, "Bomba de jarabe P-20{n}", "P-20{n}", 6),
                    ),
                    cost_center="CC-250 Jarabes",
                ),
            ),
        ),
        Location(
            "SERVICIOS",
            "Servicios industriales",
            locations=(
                Location(
                    "SALA COMPRESORES",
                    "Sala de compresores",
                    (
                        Machines(machine_catalogue.COMPRESSOR, "Compresor de tornillo {n}", "CMP-0{n}", 4),
                        Machines(machine_catalogue.DRYER, "Secador de aire {n}", "SEC-0{n}", 3),
                    ),
                    cost_center="CC-310 Aire",
                ),
                Location(
                    "SALA CALDERAS",
                    "Sala de calderas",
                    (
                        Machines(machine_catalogue.BOILER, "Caldera 0{n}", "CALDERA 0{n}", 3),
                        Machines(machine_catalogue.PUMP, "Bomba de condensado {n}", "P-30{n}", 4),
                    ),
                    cost_center="CC-320 Vapor",
                ),
                Location(
                    "CASA DE BOMBAS",
                    "Casa de bombas",
                    (
                        Machines(machine_catalogue.PUMP, "Bomba de proceso P-10{n}", "P-10{n}", 9),
                        Machines(machine_catalogue.PUMP, "Bomba de pozo P-10{n}/A", "P-10{n}/A", 2),
                    ),
                    cost_center="CC-330 Agua",
                ),
                Location(
                    "FRÍO",
                    "Central de frío",
                    (
                        Machines(machine_catalogue.CHILLER, "Chiller {n}", "CHI-0{n}", 3),
                        Machines(machine_catalogue.COOLING_TOWER, "Torre de enfriamiento {n}", "TOR-0{n}", 3),
                        Machines(machine_catalogue.PUMP, "Bomba de agua helada {n}", "P-40{n}", 6),
                    ),
                    cost_center="CC-340 Frío",
                ),
                Location(
                    "SUBESTACIÓN",
                    "Subestación eléctrica",
                    (
                        Machines(machine_catalogue.TRANSFORMER, "Transformador Nº {n}", "TRF Nº {n}", 3),
                        Machines(machine_catalogue.SWITCHBOARD, "Tablero general {n}", "TGD-0{n}", 6),
                        Machines(machine_catalogue.GENSET, "Genset {n}", "GENSET {n}", 3),
                    ),
                    cost_center="CC-350 Energía",
                ),
                Location(
                    "PTAR",
                    "Planta de tratamiento de aguas",
                    (
                        Machines(
                            machine_catalogue.WATER_TREATMENT, "Módulo de tratamiento {n}", "PTAR-0{n}", 4
                        ),
                        Machines(machine_catalogue.PUMP, "Bomba de lodos {n}", "P-50{n}", 4),
                    ),
                    cost_center="CC-360 PTAR",
                ),
            ),
        ),
        Location(
            "EDIFICIO ADM",
            "Edificio administrativo",
            (
                Machines(machine_catalogue.ELEVATOR, "Ascensor {n}", "ASC-0{n}", 4),
                Machines(machine_catalogue.AIR_HANDLER, "Aire acondicionado piso {n}", "AA/P{n}", 9),
                Machines(machine_catalogue.FIRE_SYSTEM, "Panel contra incendio {n}", "INC-0{n}", 2),
            ),
            cost_center="CC-400 Edificio",
        ),
        Location(
            "BODEGA",
            "Warehouse and docks",
            (
                Machines(machine_catalogue.FORKLIFT, "Montacargas {n}", "MTC-0{n}", 9),
                Machines(machine_catalogue.AIR_HANDLER, "Dock air curtain {n}", "DOCK/AC-{n}", 4),
            ),
            cost_center="CC-500 Logística",
        ),
        Location(
            "TALLER",
            "Taller de mantenimiento",
            (Machines(machine_catalogue.TOOL, "Instrumento de medición {n}", "INS-{n}", 14, first=11),),
            cost_center="CC-600 Mantenimiento",
        ),
    ),
)

OTHER_PLANT = Location(
    "UNIDADE SP",
    "Laticínios Serra Azul",
    locations=(
        Location(
            "PASTEURIZAÇÃO",
            "Pasteurização",
            (
                Machines(machine_catalogue.TANK, "Tanque de leite {n}", "TQL-0{n}", 6),
                Machines(machine_catalogue.PUMP, "Bomba sanitária {n}", "BS/0{n}", 5),
                Machines(machine_catalogue.FILLER, "Envasadora {n}", "ENV-0{n}", 2),
            ),
            cost_center="CC-10 Produção",
        ),
        Location(
            "UTILIDADES",
            "Utilidades",
            (
                Machines(machine_catalogue.BOILER, "Caldeira {n}", "CALDEIRA {n}", 1),
                Machines(machine_catalogue.COMPRESSOR, "Compressor de ar {n}", "CMP-0{n}", 2),
                Machines(machine_catalogue.CHILLER, "Chiller {n}", "CHI-0{n}", 1),
                Machines(machine_catalogue.GENSET, "Gerador {n}", "GER-0{n}", 1),
            ),
            cost_center="CC-20 Utilidades",
        ),
        Location(
            "EXPEDIÇÃO",
            "Expedição",
            (
                Machines(machine_catalogue.FORKLIFT, "Empilhadeira {n}", "EMP-0{n}", 3),
                Machines(machine_catalogue.AIR_HANDLER, "Câmara fria {n}", "CF/0{n}", 2),
            ),
            cost_center="CC-30 Logística",
        ),
    ),
)
