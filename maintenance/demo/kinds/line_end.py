"""Machines at the end of a packaging line."""

from __future__ import annotations

from maintenance.demo.kinds import terms
from maintenance.demo.kinds.machine_kind import (
    HOUR,
    QUARTERLY,
    Failure,
    MachineKind,
    Plan,
)
from maintenance.demo.wording import Text

PACKER = MachineKind(
    Text("Empacadora", "Empacotadora", "Packer"),
    terms.PRODUCTION,
    (("Smipack", "BP 1102"), ("Ocme", "Vega HT")),
    (
        Plan(
            Text(
                "Revisión de túnel de retráctil y resistencias",
                "Revisão do túnel de encolhimento e das resistências",
                "Check of the shrink tunnel and its heaters",
            ),
            QUARTERLY,
            2 * HOUR,
        ),
        Plan(
            Text(
                "Cambio de cuchillas de corte de la película",
                "Troca de lâminas de corte do filme",
                "Replacement of the film cutting blades",
            ),
            QUARTERLY,
            HOUR,
        ),
    ),
    (
        Failure(
            Text(
                "Película se corta mal en la barra de sellado",
                "Filme cortado errado na barra de selagem",
                "Film is badly cut at the sealing bar",
            ),
            terms.MECHANICAL,
            terms.WEAR,
            1.5,
        ),
        Failure(
            Text(
                "Túnel de retráctil no alcanza temperatura",
                "Túnel de encolhimento não atinge a temperatura",
                "Shrink tunnel does not reach temperature",
            ),
            terms.ELECTRICAL,
            terms.DEFECTIVE_PART,
            3,
        ),
    ),
    90,
    (Text("Túnel de retráctil", "Túnel de encolhimento", "Shrink tunnel"),),
)
PALLETISER = MachineKind(
    Text("Paletizador", "Paletizador", "Palletiser"),
    terms.PRODUCTION,
    (("ABB", "IRB 460"), ("KUKA", "KR 180 PA")),
    (
        Plan(
            Text(
                "Revisión de robot: reductores, cables y pinza",
                "Revisão do robô: redutores, cabos e garra",
                "Robot check: gearboxes, cables and gripper",
            ),
            QUARTERLY,
            3 * HOUR,
            stops=True,
        ),
    ),
    (
        Failure(
            Text(
                "Robot pierde referencia de eje 3",
                "Robô perde a referência do eixo 3",
                "Robot loses the reference of axis 3",
            ),
            terms.INSTRUMENTS,
            terms.FLAT_BATTERY,
            3,
        ),
        Failure(
            Text(
                "Pinza sin vacío, ventosas gastadas",
                "Garra sem vácuo, ventosas gastas",
                "Gripper vacuum lost, cups worn",
            ),
            terms.PNEUMATIC,
            terms.WEAR,
            1.5,
        ),
    ),
    95,
    (Text("Pinza de vacío", "Garra a vácuo", "Vacuum gripper"),),
)
CONVEYOR = MachineKind(
    Text("Transportador", "Transportador", "Conveyor"),
    terms.PRODUCTION,
    (("Rexnord", "7500"), ("Regina", "MatTop")),
    (
        Plan(
            Text(
                "Inspección de cadena, guías y tensores",
                "Inspeção de corrente, guias e tensores",
                "Inspection of chain, guides and tensioners",
            ),
            QUARTERLY,
            HOUR,
            terms.INSPECTION,
        ),
    ),
    (
        Failure(
            Text("Cadena de tablillas rota", "Corrente de talas quebrada", "Slat chain broken"),
            terms.MECHANICAL,
            terms.WEAR,
            1.5,
        ),
        Failure(
            Text(
                "Motorreductor del transportador recalentado",
                "Motorredutor do transportador sobreaquecido",
                "Gearmotor of the conveyor overheated",
            ),
            terms.MECHANICAL,
            terms.NO_LUBRICATION,
            3,
        ),
        Failure(
            Text(
                "Fotocelda de acumulación sin señal",
                "Fotocélula de acúmulo sem sinal",
                "Accumulation photocell without signal",
            ),
            terms.INSTRUMENTS,
            terms.DIRTY_PHOTOCELL,
            0.6,
        ),
    ),
    130,
)
