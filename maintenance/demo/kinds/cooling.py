"""Machines that supply cold water."""

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

CHILLER = MachineKind(
    Text("Chiller", "Chiller", "Chiller"),
    terms.UTILITIES,
    (("Trane", "RTAC 200"), ("Carrier", "30XA 252"), ("York", "YVAA")),
    (
        Plan(
            Text(
                "Limpieza de condensador y registro de presiones",
                "Limpeza do condensador e registro de pressões",
                "Condenser cleaning and pressure log",
            ),
            MONTHLY,
            2 * HOUR,
        ),
        Plan(
            Text(
                "Mantenimiento mayor anual del chiller con el fabricante",
                "Revisão geral anual do chiller com o fabricante",
                "Annual chiller overhaul with OEM",
            ),
            YEARLY,
            12 * HOUR,
            stops=True,
        ),
    ),
    (
        Failure(
            Text(
                "Chiller para por baja presión de succión",
                "Chiller para por baixa pressão de sucção",
                "Chiller stops on low suction pressure",
            ),
            terms.MECHANICAL,
            terms.REFRIGERANT_LEAK,
            8,
        ),
        Failure(
            Text(
                "Falla de comunicación del controlador del chiller",
                "Falha de comunicação do controlador do chiller",
                "Communication failure of the chiller controller",
            ),
            terms.INSTRUMENTS,
            terms.DEFECTIVE_PART,
            3,
        ),
        Failure(
            Text(
                "Rodamiento del motor del ventilador agarrotado",
                "Rolamento do motor do ventilador travado",
                "Fan motor bearing seized",
            ),
            terms.MECHANICAL,
            terms.NO_LUBRICATION,
            6,
        ),
    ),
    110,
    (
        Text("Compresor 1", "Compressor 1", "Compressor 1"),
        Text("Compresor 2", "Compressor 2", "Compressor 2"),
    ),
)
COOLING_TOWER = MachineKind(
    Text("Torre de enfriamiento", "Torre de resfriamento", "Cooling tower"),
    terms.UTILITIES,
    (("Evapco", "AT 19"), ("Alpina", "CPA 120")),
    (
        Plan(
            Text(
                "Limpieza de boquillas y relleno de la torre",
                "Limpeza dos bicos e do enchimento da torre",
                "Cleaning of the tower's nozzles and fill",
            ),
            QUARTERLY,
            3 * HOUR,
            stops=True,
        ),
    ),
    (
        Failure(
            Text(
                "Ventilador de la torre con vibración",
                "Ventilador da torre com vibração",
                "Tower fan vibrates",
            ),
            terms.MECHANICAL,
            terms.IMBALANCE,
            5,
        ),
        Failure(
            Text(
                "Válvula de reposición no cierra",
                "Válvula de reposição não fecha",
                "Make-up valve does not close",
            ),
            terms.HYDRAULIC,
            terms.FOULING,
            2,
        ),
    ),
    190,
)
