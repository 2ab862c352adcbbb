"""Spare parts of the demo plants: single ones, and families that come in sizes."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Language
from maintenance.demo.plant import Plant
from maintenance.demo.wording import Text
from maintenance.models import Item, ItemType

SPARE = Text("Repuesto", "Peça de reposição", "Spare part")
INVENTORY = Text("Inventario", "Estoque", "Inventory")
CLASS = Text("Clase", "Classe", "Class")
UNIT = Text("Unidad", "Unidade", "Unit")
GALLON = Text("Galón", "Galão", "Gallon")
METRE = Text("Metro", "Metro", "Metre")
KIT = Text("Kit", "Kit", "Kit")
KILOGRAM = Text("Kilogramo", "Quilograma", "Kilogram")


@dataclass(frozen=True, slots=True)
class SparePart:
    """A part, or a family with `{}` for the size. Its record is in `language` where people write in that."""

    name: Text
    part_number: str
    maker: str
    unit: Text = UNIT
    language: Language = Language.ES

    def item(self, plant: Plant, code: str, size: str = "", rank: str = "") -> Item:
        language = plant.spoken(self.language)
        return Item(
            company=plant.company,
            type=ItemType.SPARE_PARTS,
            code=code,
            field_1=self.name.said_in(language).format(size),
            field_2=self.part_number.format(size),
            field_3=self.maker,
            unit=self.unit.said_in(language),
            group=plant.term(SPARE),
            group_1=plant.term(INVENTORY),
            group_2=f"{plant.term(CLASS)} {rank}" if rank else None,
        )


@dataclass(frozen=True, slots=True)
class Family:
    part: SparePart
    sizes: tuple[str, ...]
    cost: float


ES, PT, EN = Language.ES, Language.PT_BR, Language.EN
SPARE_PARTS = (
    SparePart(Text("Rodamiento 6205-2RS", "Rolamento 6205-2RS", "Bearing 6205-2RS"), "6205-2RSH/C3", "SKF"),
    SparePart(Text("Rodamiento 6312", "Rolamento 6312", "Bearing 6312"), "6312/C3", "SKF"),
    SparePart(
        Text("Sello mecánico 45 mm", "Selo mecânico 45 mm", "Mechanical seal 45 mm"), "MG1-45", "Burgmann"
    ),
    SparePart(Text("Correa en V SPB 2500", "Correia em V SPB 2500", "V-belt SPB 2500"), "SPB 2500", "Gates"),
    SparePart(
        Text("Filtro de aceite compresor", "Filtro de óleo compressor", "Oil filter of compressor"),
        "1625752501",
        "Atlas Copco",
    ),
    SparePart(
        Text("Filtro de aire del compresor", "Filtro de ar do compressor", "Air filter of the compressor"),
        "1630390412",
        "Atlas Copco",
        UNIT,
        PT,
    ),
    SparePart(
        Text("Aceite sintético Roto 20 L", "Óleo sintético Roto 20 L", "Synthetic oil Roto 20 L"),
        "2908850101",
        "Atlas Copco",
        GALLON,
    ),
    SparePart(Text("Grasa EP2 400 g", "Graxa EP2 400 g", "Grease EP2 400 g"), "LGEP 2/0.4", "SKF"),
    SparePart(Text("Contactor 32 A", "Contator 32 A", "Contactor 32 A"), "LC1D32M7", "Schneider"),
    SparePart(Text("Fotocelda retro 4 m", "Fotocélula retro 4 m", "Retro photocell 4 m"), "E3Z-R61", "Omron"),
    SparePart(Text("Sensor inductivo M12", "Sensor indutivo M12", "Inductive sensor M12"), "IFS204", "ifm"),
    SparePart(
        Text("Sensor PT100 6x150", "Sensor PT100 6x150", "PT100 sensor 6x150"), "TR10-C", "Wika", UNIT, EN
    ),
    SparePart(
        Text('Electroválvula 5/2 1/4"', 'Eletroválvula 5/2 1/4"', 'Solenoid valve 5/2 1/4"'),
        "VUVG-L10",
        "Festo",
    ),
    SparePart(Text("Empaque EPDM DN50", "Junta EPDM DN50", "EPDM gasket DN50"), "EPDM-50", "Alfa Laval"),
    SparePart(Text("Válvula de llenado", "Válvula de enchimento", "Filling valve"), "0-901-47-284", "Krones"),
    SparePart(
        Text("Cadena de tablillas 820", "Corrente de talas 820", "Slat chain 820"),
        "LF820-K325",
        "Rexnord",
        METRE,
    ),
    SparePart(
        Text("Resistencia 1500 W", "Resistência 1500 W", "Heating element 1500 W"), "RES-1500", "Watlow"
    ),
    SparePart(Text("Batería 12 V 150 Ah", "Bateria 12 V 150 Ah", "Battery 12 V 150 Ah"), "MAC-150", "MAC"),
    SparePart(
        Text("Ventosa de vacío 60 mm", "Ventosa de vácuo 60 mm", "Suction cup 60 mm"),
        "VASB-60",
        "Festo",
        UNIT,
        PT,
    ),
    SparePart(
        Text("Llanta de montacargas 18x7-8", "Pneu de empilhadeira 18x7-8", "Forklift tyre 18x7-8"),
        "18X7-8",
        "Continental",
        UNIT,
        EN,
    ),
)
FAMILIES = (
    Family(
        SparePart(Text("Rodamiento {}", "Rolamento {}", "Bearing {}"), "{}-2RS", "SKF"),
        ("6203", "6204", "6206", "6207", "6308", "NU 210"),
        18,
    ),
    Family(
        SparePart(Text("Retenedor {} mm", "Retentor {} mm", "Shaft seal {} mm"), "TC {}", "NOK"),
        ("25x47x7", "30x52x8", "35x62x8", "40x62x8", "50x72x8"),
        6,
    ),
    Family(
        SparePart(
            Text("Sello mecánico {} mm", "Selo mecânico {} mm", "Mechanical seal {} mm"), "MG1-{}", "Burgmann"
        ),
        ("25", "32", "38", "50", "60"),
        145,
    ),
    Family(
        SparePart(Text("Correa en V {}", "Correia em V {}", "V-belt {}"), "{}", "Gates"),
        ("A-45", "A-52", "B-60", "B-75", "SPA 1250", "SPB 2000"),
        14,
    ),
    Family(
        SparePart(
            Text("Filtro hidráulico {} µm", "Filtro hidráulico {} µm", "Hydraulic filter {} µm"),
            "HF-{}",
            "Hydac",
        ),
        ("3", "5", "10", "25"),
        48,
    ),
    Family(
        SparePart(Text("Filtro de aire {}", "Filtro de ar {}", "Air filter {}"), "FA-{}", "Camfil", UNIT, PT),
        ("G4", "F7", "F9", "H13"),
        35,
    ),
    Family(
        SparePart(Text("Aceite ISO VG {}", "Óleo ISO VG {}", "Oil ISO VG {}"), "VG{}", "Mobil", GALLON),
        ("32", "46", "68", "100", "220", "320"),
        32,
    ),
    Family(
        SparePart(Text("Contactor {} A", "Contator {} A", "Contactor {} A"), "LC1D{}", "Schneider"),
        ("9", "12", "18", "25", "40", "65"),
        42,
    ),
    Family(
        SparePart(
            Text("Guardamotor {} A", "Disjuntor-motor {} A", "Motor circuit breaker {} A"),
            "GV2ME-{}",
            "Schneider",
        ),
        ("1-1.6", "2.5-4", "4-6.3", "6-10", "9-14"),
        55,
    ),
    Family(
        SparePart(Text("Fusible NH {} A", "Fusível NH {} A", "Fuse NH {} A"), "NH-{}", "Siemens"),
        ("63", "100", "160", "250"),
        9,
    ),
    Family(
        SparePart(
            Text("Cable encauchetado {}", "Cabo PP {}", "Rubber-sheathed cable {}"),
            "ST-{}",
            "Centelsa",
            METRE,
        ),
        ("3x12", "3x10", "4x10", "4x8"),
        4,
    ),
    Family(
        SparePart(
            Text('Manguera hidráulica {}"', 'Mangueira hidráulica {}"', 'Hydraulic hose {}"'),
            "R2-{}",
            "Parker",
            METRE,
        ),
        ("1/4", "3/8", "1/2", "3/4"),
        12,
    ),
    Family(
        SparePart(Text('Válvula de bola {}"', 'Válvula de esfera {}"', 'Ball valve {}"'), "VB-{}", "Apollo"),
        ("1/2", "3/4", "1", "1 1/2", "2"),
        28,
    ),
    Family(
        SparePart(
            Text("Tornillo hexagonal {}", "Parafuso sextavado {}", "Hex bolt {}"), "HEX-{}", "Genérico"
        ),
        ("M8x25", "M10x30", "M12x40", "M16x60"),
        0.6,
    ),
    Family(
        SparePart(Text("Kit de sellos {}", "Kit de vedação {}", "Oil seal kit {}"), "KIT-{}", "KSB", KIT, EN),
        ("P-101", "P-201", "P-301"),
        210,
    ),
    Family(
        SparePart(
            Text("Sensor de nivel {}", "Sensor de nível {}", "Level sensor {}"), "LVL-{}", "ifm", UNIT, PT
        ),
        ("capacitivo", "ultrassônico", "flutuador"),
        120,
    ),
    Family(
        SparePart(Text("Lámpara LED {} W", "Lâmpada LED {} W", "LED lamp {} W"), "LED-{}", "Philips"),
        ("18", "36", "60", "100"),
        15,
    ),
    Family(
        SparePart(
            Text("Empaque de mirilla {} mm", "Junta do visor {} mm", "Sight glass gasket {} mm"),
            "MIR-{}",
            "Klinger",
        ),
        ("17", "19", "34"),
        22,
    ),
    Family(
        SparePart(Text("Soldadura E{}", "Eletrodo E{}", "Electrode E{}"), "E{}", "Lincoln", KILOGRAM),
        ("6013", "7018", "308L"),
        11,
    ),
    Family(
        SparePart(
            Text("Cadena de rodillos {}", "Corrente de rolos {}", "Chain {}"), "{}", "Tsubaki", METRE, EN
        ),
        ("40-1", "50-1", "60-1", "80-1"),
        26,
    ),
)
