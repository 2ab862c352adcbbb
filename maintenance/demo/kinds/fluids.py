"""Machines that move, keep and treat water and products."""

from __future__ import annotations

from maintenance.demo.kinds import terms
from maintenance.demo.kinds.machine_kind import (
    HOUR,
    MONTHLY,
    QUARTERLY,
    YEARLY,
    Failure,
    MachineKind,
    Plan,
)
from maintenance.demo.wording import Text

PUMP = MachineKind(
    Text("Bomba", "Bomba", "Pump"),
    terms.UTILITIES,
    (("KSB", "Etanorm 80-200"), ("Grundfos", "NB 65-160"), ("Sulzer", "AHLSTAR A22")),
    (
        Plan(
            Text(
                "Lubricación de rodamientos de la bomba",
                "Lubrificação dos rolamentos da bomba",
                "Lubrication of the pump bearings",
            ),
            QUARTERLY,
            HOUR // 2,
            terms.LUBRICATION,
        ),
        Plan(
            Text(
                "Alineación láser bomba-motor",
                "Alinhamento a laser bomba-motor",
                "Laser alignment of pump and motor",
            ),
            YEARLY,
            3 * HOUR,
            stops=True,
        ),
    ),
    (
        Failure(
            Text("Fuga por sello mecánico", "Vazamento pelo selo mecânico", "Leak at the mechanical seal"),
            terms.MECHANICAL,
            terms.WEAR,
            4,
        ),
        Failure(
            Text(
                "Bomba con vibración alta y ruido en rodamientos",
                "Bomba com vibração alta e ruído nos rolamentos",
                "Pump with high vibration and bearing noise",
            ),
            terms.MECHANICAL,
            terms.MISALIGNMENT,
            6,
        ),
        Failure(
            Text("Bomba disparó por sobrecarga", "Bomba desarmou por sobrecarga", "Pump tripped on overload"),
            terms.ELECTRICAL,
            terms.OVERLOAD,
            2,
        ),
        Failure(
            Text("La bomba perdió el cebado", "Bomba perdeu a escorva", "Pump lost its prime"),
            terms.HYDRAULIC,
            terms.CAVITATION,
            1.5,
        ),
    ),
    150,
    (Text("Motor eléctrico", "Motor elétrico", "Electric motor"),),
)
TANK = MachineKind(
    Text("Tanque", "Tanque", "Tank"),
    terms.PROCESS,
    (("Feldmeier", "SS 20k"), ("Inoxpa", "TM 10")),
    (
        Plan(
            Text(
                "Inspección de soldaduras y espesor del tanque",
                "Inspeção de soldas e espessura do tanque",
                "Inspection of the tank's welds and thickness",
            ),
            YEARLY,
            4 * HOUR,
            terms.INSPECTION,
        ),
    ),
    (
        Failure(
            Text(
                "Transmisor de nivel con lectura congelada",
                "Transmissor de nível com leitura congelada",
                "Level transmitter reading frozen",
            ),
            terms.INSTRUMENTS,
            terms.DEFECTIVE_PART,
            2,
        ),
    ),
    300,
    (Text("Agitador", "Agitador", "Agitator"),),
)
WATER_TREATMENT = MachineKind(
    Text("Tratamiento de agua", "Tratamento de água", "Water treatment"),
    terms.UTILITIES,
    (("Veolia", "Actiflo"), ("Pentair", "X-Flow")),
    (
        Plan(
            Text(
                "Calibración de sondas de pH y cloro",
                "Calibração das sondas de pH e cloro",
                "Calibration of the pH and chlorine probes",
            ),
            MONTHLY,
            HOUR,
            terms.CALIBRATION,
        ),
        Plan(
            Text(
                "Lavado químico de membranas",
                "Limpeza química das membranas",
                "Chemical cleaning of the membranes",
            ),
            QUARTERLY,
            6 * HOUR,
            stops=True,
        ),
    ),
    (
        Failure(
            Text(
                "Soplador de la PTAR con ruido anormal",
                "Soprador da ETE com ruído anormal",
                "Blower of the treatment plant with abnormal noise",
            ),
            terms.MECHANICAL,
            terms.NO_LUBRICATION,
            5,
        ),
        Failure(
            Text(
                "Membrana saturada, caudal bajo",
                "Membrana saturada, vazão baixa",
                "Membrane saturated, low flow",
            ),
            terms.HYDRAULIC,
            terms.FOULING,
            6,
        ),
        Failure(
            Text(
                "La bomba dosificadora perdió el cebado",
                "Bomba dosadora perdeu a escorva",
                "Dosing pump lost prime",
            ),
            terms.HYDRAULIC,
            terms.CONTAMINATION,
            1,
        ),
    ),
    100,
)
