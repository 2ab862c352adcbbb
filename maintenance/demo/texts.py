"""Texts that people of the demo plants write in orders and requests."""

from __future__ import annotations

from collections.abc import Mapping

TASK_NOTES = (
    "Se realizó según procedimiento, sin novedad.",
    "Equipo queda operando normal.",
    "Se cambió repuesto y se probó con producción.",
    "Pendiente cotizar repuesto, se dejó reparación provisional.",
    "Executado conforme procedimento. Sem pendências.",
    "Trocado o componente e testado com o operador.",
    "Done as per OEM manual, no findings.",
    "Replaced worn part, tested OK for 30 min.",
    "Se encontró desgaste leve, programar cambio en próxima parada.",
    "Falta limpieza en el área, se informó a producción.",
)
ORDER_NOTES = (
    "Coordinar parada con producción antes de iniciar.",
    "Aplicar bloqueo y etiquetado (LOTO).",
    "Requiere permiso de trabajo en caliente.",
    "Usar EPI completo e isolar a área.",
    "Check spare parts at the warehouse before starting.",
    "Trabajo con contratista, validar ingreso en portería.",
)
CANCEL_REASONS = ("Duplicada", "Equipo fuera de operación", "Reprogramada", "Cancelled by production")
LABELS = (
    {"description": "Seguridad", "color": "#d93025", "enabled": True},
    {"description": "Parada programada", "color": "#1a73e8", "enabled": True},
    {"description": "Garantía", "color": "#188038", "enabled": True},
    {"description": "Auditoría ISO", "color": "#f9ab00", "enabled": True},
)
# Work without a plan or a failure: text, type, hours, trigger
EXTRA_WORK = (
    ("Instalar guarda de seguridad adicional", "Mejora", 3.0, "NO_SCHEDULE_TASK"),
    ("Pintar y demarcar área alrededor del equipo", "Mejora", 5.0, "NO_SCHEDULE_TASK"),
    ("Instalação de sensor de vibração online", "Mejora", 4.0, "NO_SCHEDULE_TASK"),
    ("Relocate cable tray next to the machine", "Mejora", 6.0, "NO_SCHEDULE_TASK"),
    ("Inspección después de paro de energía", "Inspección", 1.0, "EVENT$Paro de energía"),
    ("Limpieza profunda por cambio de producto", "Preventiva", 2.0, "EVENT$Cambio de producto"),
    ("Inspeção pós-chuva forte", "Inspección", 1.0, "EVENT$Tormenta"),
)
CLASSIFICATIONS_1 = ("Mecánica", "Eléctrica", "Instrumentación", "Lubricación", "Locativa")
CLASSIFICATIONS_2 = ("Interno", "Contratista", "Garantía")

REQUEST_TYPES = ("Mantenimiento", "Locativo", "Seguridad", "Mejora")
REQUEST_CLASSES_1 = ("Mecánico", "Eléctrico", "Civil", "Refrigeración")
REQUEST_CLASSES_2 = ("Producción detenida", "Producción afectada", "Sin afectación")
KEY_WORDS = ("fuga", "ruido", "vibración", "temperatura", "seguridad", "vazamento", "leak", "noise")
# title, observation
REQUESTS = (
    (
        "Luminaria fundida en pasillo de la línea 3",
        "Son dos lámparas, el área queda oscura en turno de noche.",
    ),
    ("Ruido extraño en la bomba P-101", "Se escucha como un golpe cada vuelta."),
    ("Fuga de aire en manguera de la línea 3", "Al lado del tablero, se oye desde el pasillo."),
    ("La caldera 02 tiene una fuga en la mirilla", "Gotea agua caliente, ya se señalizó."),
    ("Aire acondicionado de la sala de juntas no enfría", None),
    ("Elevator 4 doors reopen several times", "It happens on floors 2 and 3, mostly in the morning."),
    ("Genset 2 leaves oil on the floor", "Small puddle under the skid after the weekly test."),
    ("Compressor room door does not close", None),
    ("Vazamento de água no banheiro do vestiário", "O piso fica molhado, risco de queda."),
    ("Empilhadeira com freio baixo", "A número 3. O operador parou de usar."),
    ("Cheiro de queimado no painel da linha 2", "Sem parada por enquanto, mas esquenta."),
    ("Goteira no telhado do almoxarifado", "Pinga sobre o corredor B quando chove forte."),
    ("Banda transportadora desalineada", "Se va hacia el lado izquierdo y roza la guarda."),
    ("Sensor de nivel del tanque de jarabe marca mal", "Marca 100 % con el tanque vacío."),
    ("Cambiar tomacorriente en laboratorio", "Hace chispa al conectar el baño maría."),
    ("Botón de paro de emergencia suelto", "En la entrada de la empacadora."),
    ("Need an extra air drop at packing table", "For the new taping machine, see sketch at the office."),
    ("Please check the cooling tower fan, strong vibration", None),
    ("Silla de operador dañada", None),
    ("Portão da doca 2 não fecha", "Fica aberto à noite, problema de segurança."),
)
STATUS_NOTES: Mapping[int, str] = {
    2: "Se asigna a mantenimiento para revisión.",
    4: "Se resolvió en sitio, no requiere orden de trabajo.",
    5: "El solicitante confirma que ya no se necesita.",
    7: "Queda en tareas pendientes.",
    9: "Work order cancelled by planning.",
    10: "La orden se canceló, vuelve a pendientes.",
    11: "Se elimina de pendientes por duplicada.",
    12: "No corresponde a mantenimiento.",
}
RATING_NOTES = (
    "Muy buena atención",
    "Demoró más de lo esperado",
    "Ótimo serviço",
    "Quick and clean work",
    None,
)
