"""What people of the demo plants write while a request goes from step to step."""

from __future__ import annotations

from collections.abc import Mapping

from maintenance.demo.wording import Text

GUEST = Text("Visitante portería", "Visitante da portaria", "Visitor at the gate")
STATUS_NOTES: Mapping[int, Text] = {
    2: Text(
        "Se asigna a mantenimiento para revisión.",
        "Encaminhada à manutenção para verificação.",
        "Passed to maintenance for a check.",
    ),
    4: Text(
        "Se resolvió en sitio, no requiere orden de trabajo.",
        "Resolvida no local, não precisa de ordem de serviço.",
        "Solved on the spot, no work order needed.",
    ),
    5: Text(
        "El solicitante confirma que ya no se necesita.",
        "O solicitante confirma que não é mais necessária.",
        "The requester confirms that it is no longer needed.",
    ),
    7: Text("Queda en tareas pendientes.", "Fica nas tarefas pendentes.", "Kept with the pending tasks."),
    9: Text(
        "Planeación canceló la orden de trabajo.",
        "Ordem de serviço cancelada pelo planejamento.",
        "Work order cancelled by planning.",
    ),
    10: Text(
        "La orden se canceló, vuelve a pendientes.",
        "A ordem foi cancelada, volta às pendências.",
        "The order was cancelled, back to the pending tasks.",
    ),
    11: Text(
        "Se elimina de pendientes por duplicada.",
        "Retirada das pendências por ser duplicada.",
        "Removed from the pending tasks as a duplicate.",
    ),
    12: Text(
        "No corresponde a mantenimiento.",
        "Não cabe à manutenção.",
        "This is not for maintenance.",
    ),
}
RATING_NOTES = (
    Text("Muy buena atención", "Muito bom atendimento", "Very good service"),
    Text("Demoró más de lo esperado", "Demorou mais que o esperado", "It took longer than expected"),
    Text("Excelente servicio", "Ótimo serviço", "Excellent work"),
    Text("Trabajo rápido y limpio", "Trabalho rápido e limpo", "Quick and clean work"),
    None,
)
