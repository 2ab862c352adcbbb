"""The locations of the two demo plants and the machines in each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from accounts.models import Language
from maintenance.demo.kinds import cooling, energy, fluids, line_end, production, site, utilities
from maintenance.demo.kinds.machine_kind import MachineKind
from maintenance.demo.wording import Text


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
    """A place and what is in it. Its people write in `language`, or else in that of the company."""

    code: str
    name: str
    machines: tuple[Machines, ...] = ()
    locations: tuple[Location, ...] = ()
    cost_center: str = "CC-100 General"
    language: Language | None = None


def further_site(plant: Location, number: int) -> Location:
    """Returns a copy of the plant with other codes."""
    return replace(
        plant,
        code=f"S{number}-{plant.code}",
        name=f"{plant.name} {number}",
        machines=tuple(replace(machines, code=f"S{number}-{machines.code}") for machines in plant.machines),
        locations=tuple(further_site(location, number) for location in plant.locations),
    )


LINE_MACHINES = (
    (production.FILLER, Text("Llenadora línea", "Enchedora linha", "Filler line"), "-LLE-01", 1),
    (production.CAPPER, Text("Tapadora línea", "Tampadora linha", "Capper line"), "-TAP-01", 1),
    (production.LABELLER, Text("Etiquetadora línea", "Rotuladora linha", "Labeller line"), "-ETI-01", 1),
    (line_end.PACKER, Text("Empacadora línea", "Empacotadora linha", "Packer line"), "-EMP-01", 1),
    (line_end.PALLETISER, Text("Paletizador línea", "Paletizador linha", "Palletiser line"), "-PAL-01", 1),
    (
        line_end.CONVEYOR,
        Text("Transportador {n} línea", "Transportador {n} linha", "Conveyor {n} line"),
        "/TRA-0{n}",
        5,
    ),
    (
        energy.SWITCHBOARD,
        Text("Tablero de control línea", "Painel de controle linha", "Control panel line"),
        "-TAB-01",
        1,
    ),
)


def _line(number: int, name: str, language: Language = Language.ES) -> Location:
    return Location(
        f"LÍNEA {number}",
        name,
        tuple(
            Machines(kind, f"{text.said_in(language)} {number}", f"L{number}{code}", count)
            for kind, text, code, count in LINE_MACHINES
        ),
        cost_center=f"CC-2{number}0 Línea {number}",
        language=language,
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
                _line(4, "Line 4 - Export", Language.EN),
                Location(
                    "JARABES",
                    "Sala de jarabes",
                    (
                        Machines(fluids.TANK, "Tanque de jarabe {n}", "TQ-10{n}", 8),
                        Machines(fluids.PUMP, "Bomba de jarabe P-20{n}", "P-20{n}", 6),
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
                        Machines(utilities.COMPRESSOR, "Compresor de tornillo {n}", "CMP-0{n}", 4),
                        Machines(utilities.DRYER, "Secador de aire {n}", "SEC-0{n}", 3),
                    ),
                    cost_center="CC-310 Aire",
                ),
                Location(
                    "SALA CALDERAS",
                    "Sala de calderas",
                    (
                        Machines(utilities.BOILER, "Caldera 0{n}", "CALDERA 0{n}", 3),
                        Machines(fluids.PUMP, "Bomba de condensado {n}", "P-30{n}", 4),
                    ),
                    cost_center="CC-320 Vapor",
                ),
                Location(
                    "CASA DE BOMBAS",
                    "Casa de bombas",
                    (
                        Machines(fluids.PUMP, "Bomba de proceso P-10{n}", "P-10{n}", 9),
                        Machines(fluids.PUMP, "Bomba de pozo P-10{n}/A", "P-10{n}/A", 2),
                    ),
                    cost_center="CC-330 Agua",
                ),
                Location(
                    "FRÍO",
                    "Central de frío",
                    (
                        Machines(cooling.CHILLER, "Chiller {n}", "CHI-0{n}", 3),
                        Machines(cooling.COOLING_TOWER, "Torre de enfriamiento {n}", "TOR-0{n}", 3),
                        Machines(fluids.PUMP, "Bomba de agua helada {n}", "P-40{n}", 6),
                    ),
                    cost_center="CC-340 Frío",
                ),
                Location(
                    "SUBESTACIÓN",
                    "Electrical substation",
                    (
                        Machines(energy.TRANSFORMER, "Transformer no. {n}", "TRF Nº {n}", 3),
                        Machines(energy.SWITCHBOARD, "Main switchboard {n}", "TGD-0{n}", 6),
                        Machines(energy.GENSET, "Genset {n}", "GENSET {n}", 3),
                    ),
                    cost_center="CC-350 Energía",
                    language=Language.EN,
                ),
                Location(
                    "PTAR",
                    "Estação de tratamento de efluentes",
                    (
                        Machines(fluids.WATER_TREATMENT, "Módulo de tratamento {n}", "PTAR-0{n}", 4),
                        Machines(fluids.PUMP, "Bomba de lodo {n}", "P-50{n}", 4),
                    ),
                    cost_center="CC-360 PTAR",
                    language=Language.PT_BR,
                ),
            ),
        ),
        Location(
            "EDIFICIO ADM",
            "Edificio administrativo",
            (
                Machines(site.ELEVATOR, "Ascensor {n}", "ASC-0{n}", 4),
                Machines(site.AIR_HANDLER, "Aire acondicionado piso {n}", "AA/P{n}", 9),
                Machines(site.FIRE_SYSTEM, "Panel contra incendio {n}", "INC-0{n}", 2),
            ),
            cost_center="CC-400 Edificio",
        ),
        Location(
            "BODEGA",
            "Armazém e docas",
            (
                Machines(site.FORKLIFT, "Empilhadeira {n}", "MTC-0{n}", 9),
                Machines(site.AIR_HANDLER, "Cortina de ar da doca {n}", "DOCK/AC-{n}", 4),
            ),
            cost_center="CC-500 Logística",
            language=Language.PT_BR,
        ),
        Location(
            "TALLER",
            "Taller de mantenimiento",
            (Machines(site.TOOL, "Instrumento de medición {n}", "INS-{n}", 14, first=11),),
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
                Machines(fluids.TANK, "Tanque de leite {n}", "TQL-0{n}", 6),
                Machines(fluids.PUMP, "Bomba sanitária {n}", "BS/0{n}", 5),
                Machines(production.FILLER, "Envasadora {n}", "ENV-0{n}", 2),
            ),
            cost_center="CC-10 Produção",
        ),
        Location(
            "UTILIDADES",
            "Utilidades",
            (
                Machines(utilities.BOILER, "Caldeira {n}", "CALDEIRA {n}", 1),
                Machines(utilities.COMPRESSOR, "Compressor de ar {n}", "CMP-0{n}", 2),
                Machines(cooling.CHILLER, "Chiller {n}", "CHI-0{n}", 1),
                Machines(energy.GENSET, "Gerador {n}", "GER-0{n}", 1),
            ),
            cost_center="CC-20 Utilidades",
        ),
        Location(
            "EXPEDIÇÃO",
            "Expedição",
            (
                Machines(site.FORKLIFT, "Empilhadeira {n}", "EMP-0{n}", 3),
                Machines(site.AIR_HANDLER, "Câmara fria {n}", "CF/0{n}", 2),
            ),
            cost_center="CC-30 Logística",
        ),
    ),
)
