"""Machines of the buildings, the warehouse and the workshop."""

from __future__ import annotations

from maintenance.demo.kinds import terms
from maintenance.demo.kinds.machine_kind import (
    HOUR,
    MONTHLY,
    QUARTERLY,
    WEEKLY,
    YEARLY,
    Failure,
    MachineKind,
    Plan,
)
from maintenance.demo.wording import Text

ELEVATOR = MachineKind(
    Text("Ascensor", "Elevador", "Elevator"),
    terms.BUILDING,
    (("Otis", "Gen2"), ("Schindler", "3300"), ("Thyssenkrupp", "Synergy")),
    (
        Plan(
            Text(
                "Mantenimiento mensual de ascensor según norma",
                "Manutenção mensal do elevador conforme norma",
                "Monthly elevator maintenance to the standard",
            ),
            MONTHLY,
            2 * HOUR,
            stops=True,
        ),
        Plan(
            Text(
                "Prueba de freno y paracaídas del ascensor",
                "Teste do freio e do freio de segurança do elevador",
                "Elevator brake and safety gear test",
            ),
            YEARLY,
            4 * HOUR,
            terms.INSPECTION,
            stops=True,
        ),
    ),
    (
        Failure(
            Text(
                "Ascensor detenido entre dos pisos",
                "Elevador parado entre dois andares",
                "Elevator stuck between floors",
            ),
            terms.ELECTRICAL,
            terms.DEFECTIVE_PART,
            3,
        ),
        Failure(
            Text("Puerta de cabina no cierra", "Porta da cabine não fecha", "Car door does not close"),
            terms.MECHANICAL,
            terms.OUT_OF_ADJUSTMENT,
            1.5,
        ),
        Failure(
            Text(
                "El ascensor nivela mal en el piso 3",
                "Elevador nivela mal no 3º andar",
                "Elevator stops out of level at floor 3",
            ),
            terms.INSTRUMENTS,
            terms.OUT_OF_CALIBRATION,
            2,
        ),
    ),
    85,
    (
        Text("Máquina de tracción", "Máquina de tração", "Traction machine"),
        Text("Operador de puertas", "Operador de portas", "Door operator"),
    ),
)
AIR_HANDLER = MachineKind(
    Text("Aire acondicionado", "Ar-condicionado", "Air handler"),
    terms.BUILDING,
    (("Daikin", "FXSQ"), ("LG", "Multi V 5"), ("Trane", "CLCH")),
    (
        Plan(
            Text(
                "Cambio de filtros y limpieza de serpentín",
                "Troca de filtros e limpeza da serpentina",
                "Filter change and coil cleaning",
            ),
            QUARTERLY,
            HOUR,
        ),
    ),
    (
        Failure(
            Text(
                "Unidad no enfría, falta de refrigerante",
                "Unidade não refrigera, falta de gás",
                "Unit does not cool, refrigerant low",
            ),
            terms.MECHANICAL,
            terms.REFRIGERANT_LEAK,
            4,
        ),
        Failure(
            Text(
                "Goteo de agua en el techo de la sala",
                "Gotejamento de água no teto da sala",
                "Water dripping from the ceiling of the room",
            ),
            terms.HYDRAULIC,
            terms.BLOCKED_DRAIN,
            1,
        ),
    ),
    170,
    (Text("Ventilador", "Ventilador", "Fan"),),
)
FORKLIFT = MachineKind(
    Text("Montacargas", "Empilhadeira", "Forklift"),
    terms.LOGISTICS,
    (("Toyota", "8FBE18"), ("Hyster", "H50"), ("Linde", "E25")),
    (
        Plan(
            Text(
                "Servicio de 250 horas del montacargas",
                "Revisão de 250 horas da empilhadeira",
                "250-hour service of the forklift",
            ),
            QUARTERLY,
            3 * HOUR,
            reading_hours=250,
            stops=True,
        ),
        Plan(
            Text(
                "Inspección de seguridad del montacargas",
                "Inspeção de segurança da empilhadeira",
                "Forklift safety inspection",
            ),
            MONTHLY,
            HOUR // 2,
            terms.INSPECTION,
        ),
    ),
    (
        Failure(
            Text(
                "Fuga de aceite en cilindro de elevación",
                "Vazamento de óleo no cilindro de elevação",
                "Oil leak at the lift cylinder",
            ),
            terms.HYDRAULIC,
            terms.DAMAGED_SEAL,
            4,
        ),
        Failure(
            Text(
                "La batería del montacargas no retiene carga",
                "Bateria da empilhadeira não segura carga",
                "Battery of the forklift does not hold its charge",
            ),
            terms.ELECTRICAL,
            terms.FLAT_BATTERY,
            3,
        ),
        Failure(
            Text("Neumático dañado", "Pneu danificado", "Tyre damaged"),
            terms.MECHANICAL,
            terms.WRONG_OPERATION,
            2,
        ),
    ),
    90,
    (Text("Batería de tracción", "Bateria tracionária", "Traction battery"),),
)
FIRE_SYSTEM = MachineKind(
    Text("Sistema contra incendio", "Sistema contra incêndio", "Fire system"),
    terms.SAFETY,
    (("Notifier", "NFS2-3030"), ("Kidde", "VS4")),
    (
        Plan(
            Text(
                "Prueba semanal de bomba contra incendio",
                "Teste semanal da bomba de incêndio",
                "Weekly test of the fire pump",
            ),
            WEEKLY,
            HOUR // 2,
            terms.INSPECTION,
        ),
        Plan(
            Text(
                "Inspección mensual de extintores y gabinetes",
                "Inspeção mensal de extintores e abrigos",
                "Monthly inspection of extinguishers and cabinets",
            ),
            MONTHLY,
            2 * HOUR,
            terms.INSPECTION,
        ),
    ),
    (
        Failure(
            Text(
                "Falla de lazo en panel de incendio",
                "Falha de laço no painel de incêndio",
                "Loop fault at the fire panel",
            ),
            terms.ELECTRICAL,
            terms.MOISTURE,
            2,
        ),
    ),
    280,
)
TOOL = MachineKind(
    Text("Instrumento", "Instrumento", "Instrument"),
    terms.WORKSHOP,
    (("Fluke", "Ti480"), ("SKF", "TKSA 71"), ("Snap-on", "TechAngle"), ("Bosch", "GSB 18V")),
    (
        Plan(
            Text(
                "Calibración y certificado del instrumento",
                "Calibração e certificado do instrumento",
                "Calibration and certificate of the instrument",
            ),
            YEARLY,
            2 * HOUR,
            terms.CALIBRATION,
        ),
    ),
    (),
    0,
)
