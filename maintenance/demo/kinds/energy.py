"""Machines that make, change and share out electricity."""

from __future__ import annotations

from maintenance.demo.kinds import terms
from maintenance.demo.kinds.machine_kind import (
    HALF_YEARLY,
    HOUR,
    WEEKLY,
    YEARLY,
    Failure,
    MachineKind,
    Plan,
)
from maintenance.demo.wording import Text

GENSET = MachineKind(
    Text("Grupo electrógeno", "Grupo gerador", "Generator set"),
    terms.ENERGY,
    (("Caterpillar", "C18 600 kVA"), ("Cummins", "C550 D5")),
    (
        Plan(
            Text(
                "Prueba semanal en vacío del grupo electrógeno",
                "Teste semanal em vazio do grupo gerador",
                "Weekly no-load test of the genset",
            ),
            WEEKLY,
            HOUR // 2,
            terms.INSPECTION,
        ),
        Plan(
            Text(
                "Cambio de aceite, filtros y refrigerante",
                "Troca de óleo, filtros e líquido de arrefecimento",
                "Change of oil, filters and coolant",
            ),
            HALF_YEARLY,
            4 * HOUR,
            reading_hours=250,
            stops=True,
        ),
    ),
    (
        Failure(
            Text(
                "El grupo electrógeno no arrancó en la prueba de transferencia",
                "O gerador não partiu no teste de transferência",
                "Genset failed to start on transfer test",
            ),
            terms.ELECTRICAL,
            terms.FLAT_BATTERY,
            3,
        ),
        Failure(
            Text(
                "Fuga de combustible en la línea de retorno",
                "Vazamento de combustível na linha de retorno",
                "Fuel leak on the return line",
            ),
            terms.MECHANICAL,
            terms.VIBRATION,
            4,
        ),
        Failure(
            Text(
                "Alarma por baja presión de aceite",
                "Alarme de baixa pressão de óleo",
                "Alarm for low oil pressure",
            ),
            terms.INSTRUMENTS,
            terms.DIRTY_SENSOR,
            2,
        ),
    ),
    160,
    (
        Text("Alternador", "Alternador", "Alternator"),
        Text("Banco de baterías", "Banco de baterias", "Battery bank"),
    ),
)
TRANSFORMER = MachineKind(
    Text("Transformador", "Transformador", "Transformer"),
    terms.ENERGY,
    (("Siemens", "GEAFOL 1000"), ("WEG", "TFO 1500")),
    (
        Plan(
            Text(
                "Termografía de conexiones del transformador",
                "Termografia das conexões do transformador",
                "Thermography of the transformer's connections",
            ),
            HALF_YEARLY,
            HOUR,
            terms.PREDICTIVE,
        ),
        Plan(
            Text(
                "Análisis cromatográfico de aceite dieléctrico",
                "Análise cromatográfica do óleo dielétrico",
                "Chromatographic analysis of the insulating oil",
            ),
            YEARLY,
            2 * HOUR,
            terms.PREDICTIVE,
        ),
    ),
    (
        Failure(
            Text(
                "Alarma por temperatura de devanados",
                "Alarme de temperatura dos enrolamentos",
                "Alarm for winding temperature",
            ),
            terms.ELECTRICAL,
            terms.OVERLOAD,
            4,
        ),
    ),
    500,
)
SWITCHBOARD = MachineKind(
    Text("Tablero eléctrico", "Painel elétrico", "Switchboard"),
    terms.ENERGY,
    (("Schneider", "Prisma iPM"), ("Siemens", "SIVACON S8"), ("ABB", "MNS")),
    (
        Plan(
            Text(
                "Termografía y reapriete de bornes del tablero",
                "Termografia e reaperto dos bornes do painel",
                "Thermography and retightening of the terminals",
            ),
            HALF_YEARLY,
            2 * HOUR,
            terms.PREDICTIVE,
        ),
    ),
    (
        Failure(
            Text(
                "Disparo de interruptor principal del tablero",
                "Desarme do disjuntor geral do painel",
                "Main breaker of the switchboard tripped",
            ),
            terms.ELECTRICAL,
            terms.OVERLOAD,
            2,
        ),
        Failure(
            Text(
                "Contactor quemado al arrancar el motor",
                "Contator queimado na partida do motor",
                "Contactor burnt when the motor started",
            ),
            terms.ELECTRICAL,
            terms.WEAR,
            2.5,
        ),
    ),
    330,
)
