"""The catalogue entries of a new company, in its language. Failure terms follow ISO 14224, annex B."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.models import Language


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms in one language. `events` maps each event to the task that it triggers."""

    task_types: tuple[str, ...]
    cancel_reasons: tuple[str, ...]
    failure_types: tuple[str, ...]
    failure_causes: tuple[str, ...]
    detection_methods: tuple[str, ...]
    inspection: str  # one of `task_types`
    monthly_plan: str
    monthly_task: str
    event_plan: str
    events: Mapping[str, str]


ENGLISH = Vocabulary(
    task_types=(
        "Preventive", "Corrective", "Predictive", "Inspection", "Lubrication", "Calibration", "Cleaning",
        "Improvement",
    ),
    cancel_reasons=(
        "Duplicate", "No longer needed", "Entered by mistake", "Postponed", "Asset not available",
        "Parts not available",
    ),
    failure_types=(
        "Mechanical", "Electrical", "Instrumentation", "Hydraulic", "Pneumatic", "Structural", "Software",
        "External influence",
    ),
    failure_causes=(
        "Normal wear", "Lack of lubrication", "Misalignment", "Vibration", "Overload", "Overheating",
        "Corrosion", "Contamination", "Loose connection", "Defective part", "Incorrect installation",
        "Incorrect operation", "Incorrect maintenance", "Design", "Unknown",
    ),
    detection_methods=(
        "Preventive maintenance", "Inspection", "Functional test", "Condition monitoring", "Alarm",
        "Observed by the operator", "Production stopped",
    ),
    inspection="Inspection",
    monthly_plan="Monthly inspection",
    monthly_task="General inspection: condition, noise, leaks and fastenings",
    event_plan="Plant events",
    events={
        "Power failure": "Inspection after a power failure",
        "Storm or flood": "Inspection after a storm or flood",
        "Long standstill": "Inspection before start-up after a long standstill",
    },
)  # fmt: skip
SPANISH = Vocabulary(
    task_types=(
        "Preventiva", "Correctiva", "Predictiva", "Inspección", "Lubricación", "Calibración", "Limpieza",
        "Mejora",
    ),
    cancel_reasons=(
        "Duplicada", "Ya no es necesaria", "Creada por error", "Reprogramada", "Equipo no disponible",
        "Repuestos no disponibles",
    ),
    failure_types=(
        "Mecánica", "Eléctrica", "Instrumentación", "Hidráulica", "Neumática", "Estructural", "Software",
        "Influencia externa",
    ),
    failure_causes=(
        "Desgaste normal", "Falta de lubricación", "Desalineación", "Vibración", "Sobrecarga",
        "Sobrecalentamiento", "Corrosión", "Contaminación", "Conexión floja", "Componente defectuoso",
        "Instalación incorrecta", "Operación incorrecta", "Mantenimiento incorrecto", "Diseño", "Desconocida",
    ),
    detection_methods=(
        "Mantenimiento preventivo", "Inspección", "Prueba funcional", "Monitoreo de condición", "Alarma",
        "Observada por el operador", "Parada de producción",
    ),
    inspection="Inspección",
    monthly_plan="Inspección mensual",
    monthly_task="Inspección general: estado, ruidos, fugas y fijaciones",
    event_plan="Eventos de la planta",
    events={
        "Corte de energía": "Inspección después de un corte de energía",
        "Tormenta o inundación": "Inspección después de una tormenta o inundación",
        "Parada prolongada": "Inspección antes del arranque tras una parada prolongada",
    },
)  # fmt: skip
PORTUGUESE = Vocabulary(
    task_types=(
        "Preventiva", "Corretiva", "Preditiva", "Inspeção", "Lubrificação", "Calibração", "Limpeza",
        "Melhoria",
    ),
    cancel_reasons=(
        "Duplicada", "Não é mais necessária", "Criada por engano", "Reprogramada", "Equipamento indisponível",
        "Peças indisponíveis",
    ),
    failure_types=(
        "Mecânica", "Elétrica", "Instrumentação", "Hidráulica", "Pneumática", "Estrutural", "Software",
        "Influência externa",
    ),
    failure_causes=(
        "Desgaste normal", "Falta de lubrificação", "Desalinhamento", "Vibração", "Sobrecarga",
        "Superaquecimento", "Corrosão", "Contaminação", "Conexão frouxa", "Componente defeituoso",
        "Instalação incorreta", "Operação incorreta", "Manutenção incorreta", "Projeto", "Desconhecida",
    ),
    detection_methods=(
        "Manutenção preventiva", "Inspeção", "Teste funcional", "Monitoramento de condição", "Alarme",
        "Observada pelo operador", "Parada de produção",
    ),
    inspection="Inspeção",
    monthly_plan="Inspeção mensal",
    monthly_task="Inspeção geral: estado, ruídos, vazamentos e fixações",
    event_plan="Eventos da planta",
    events={
        "Queda de energia": "Inspeção após queda de energia",
        "Tempestade ou inundação": "Inspeção após tempestade ou inundação",
        "Parada prolongada": "Inspeção antes da partida após parada prolongada",
    },
)  # fmt: skip

VOCABULARIES: Mapping[str, Vocabulary] = {
    Language.EN: ENGLISH,
    Language.ES: SPANISH,
    Language.PT_BR: PORTUGUESE,
}
