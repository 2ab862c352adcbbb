"""Machines of a packaging line."""

from __future__ import annotations

from maintenance.demo.kinds import terms
from maintenance.demo.kinds.machine_kind import (
    HALF_YEARLY,
    HOUR,
    MONTHLY,
    WEEKLY,
    Failure,
    MachineKind,
    Plan,
)
from maintenance.demo.wording import Text

FILLER = MachineKind(
    Text("Llenadora", "Enchedora", "Filler"),
    terms.PRODUCTION,
    (("Krones", "Modulfill"), ("Sidel", "EvoFILL"), ("KHS", "Innofill")),
    (
        Plan(
            Text(
                "Inspección de válvulas de llenado y sellos",
                "Inspeção das válvulas de enchimento e vedações",
                "Inspection of the filling valves and seals",
            ),
            MONTHLY,
            2 * HOUR,
            terms.INSPECTION,
        ),
        Plan(
            Text(
                "Lubricación general de la llenadora",
                "Lubrificação geral da enchedora",
                "General lubrication of the filler",
            ),
            MONTHLY,
            HOUR,
            terms.LUBRICATION,
        ),
        Plan(
            Text(
                "Mantenimiento mayor semestral de la llenadora",
                "Revisão geral semestral da enchedora",
                "Half-yearly overhaul of the filler",
            ),
            HALF_YEARLY,
            10 * HOUR,
            stops=True,
        ),
    ),
    (
        Failure(
            Text(
                "Válvula de llenado 14 no abre, botellas con bajo nivel",
                "Válvula de enchimento 14 não abre, garrafas com nível baixo",
                "Filling valve 14 does not open, bottles underfilled",
            ),
            terms.PNEUMATIC,
            terms.WEAR,
            2.5,
        ),
        Failure(
            Text(
                "Estrella de la llenadora trabada por botella caída",
                "Estrela da enchedora travada por garrafa caída",
                "Filler star wheel jammed by fallen bottle",
            ),
            terms.MECHANICAL,
            terms.WRONG_OPERATION,
            1,
        ),
        Failure(
            Text(
                "Servo de carrusel en falla F07452",
                "Servo do carrossel em falha F07452",
                "Carousel servo in fault F07452",
            ),
            terms.ELECTRICAL,
            terms.DEFECTIVE_PART,
            4,
        ),
        Failure(
            Text(
                "Fuga de producto en la junta rotativa",
                "Vazamento de produto na junta rotativa",
                "Product leak at the rotary joint",
            ),
            terms.HYDRAULIC,
            terms.DAMAGED_SEAL,
            3,
        ),
    ),
    38,
    (
        Text("Carrusel", "Carrossel", "Carousel"),
        Text("Motor de carrusel", "Motor do carrossel", "Carousel motor"),
    ),
)
CAPPER = MachineKind(
    Text("Tapadora", "Tampadora", "Capper"),
    terms.PRODUCTION,
    (("Arol", "Euro PK"), ("Zalkin", "CA 8")),
    (
        Plan(
            Text(
                "Calibración de torque de cabezales de tapado",
                "Calibração de torque dos cabeçotes de tampamento",
                "Torque calibration of the capping heads",
            ),
            MONTHLY,
            HOUR,
            terms.CALIBRATION,
        ),
    ),
    (
        Failure(
            Text(
                "Tapas mal roscadas en cabezal 6",
                "Tampas mal rosqueadas no cabeçote 6",
                "Caps badly threaded at head 6",
            ),
            terms.MECHANICAL,
            terms.OUT_OF_ADJUSTMENT,
            1.5,
        ),
        Failure(
            Text("Alimentador de tapas atascado", "Alimentador de tampas entupido", "Cap feeder blocked"),
            terms.MECHANICAL,
            terms.CONTAMINATION,
            0.7,
        ),
    ),
    75,
    (Text("Cabezal de tapado", "Cabeçote de tampamento", "Capping head"),),
)
LABELLER = MachineKind(
    Text("Etiquetadora", "Rotuladora", "Labeller"),
    terms.PRODUCTION,
    (("Sacmi", "Opera 400"), ("P.E. Labellers", "Modular SL")),
    (
        Plan(
            Text(
                "Limpieza de rodillos y estación de cola",
                "Limpeza dos rolos e da estação de cola",
                "Cleaning of the rollers and the glue station",
            ),
            WEEKLY * 4 + 2,
            HOUR,
        ),
    ),
    (
        Failure(
            Text(
                "Etiqueta desalineada, sensor de marca no lee",
                "Rótulo desalinhado, sensor de marca não lê",
                "Label misaligned, mark sensor does not read",
            ),
            terms.INSTRUMENTS,
            terms.DIRTY_SENSOR,
            1,
        ),
        Failure(
            Text(
                "Cola fría: resistencia quemada",
                "Cola fria: resistência queimada",
                "Glue too cold: heating element burnt",
            ),
            terms.ELECTRICAL,
            terms.WEAR,
            2,
        ),
    ),
    80,
    (Text("Estación de cola", "Estação de cola", "Glue station"),),
)
