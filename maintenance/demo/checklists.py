"""What people fill in while they do a task, by the type of the task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from maintenance.demo.kinds import terms
from maintenance.demo.wording import Text
from maintenance.models import FormItemType

CHECKLIST = Text("Lista de chequeo", "Lista de verificação", "Checklist")
# description, type, unit, unit code, required
QUESTIONS: Mapping[Text, Sequence[tuple[Text, FormItemType, Text | None, str | None, bool]]] = {
    terms.INSPECTION: (
        (
            Text(
                "¿Guardas y protecciones en su lugar?", "Proteções no lugar?", "Guards and covers in place?"
            ),
            FormItemType.YES_NO,
            None,
            None,
            True,
        ),
        (
            Text("Estado general", "Estado geral", "General condition"),
            FormItemType.VERIFICATION,
            None,
            None,
            True,
        ),
        (Text("Observaciones", "Observações", "Remarks"), FormItemType.TEXT, None, None, False),
    ),
    terms.PREDICTIVE: (
        (
            Text("Temperatura máxima", "Temperatura máxima", "Highest temperature"),
            FormItemType.NUMBER,
            Text("Grados Celsius", "Graus Celsius", "Degrees Celsius"),
            "°C",
            True,
        ),
        (
            Text("¿Requiere acción?", "Requer ação?", "Is action needed?"),
            FormItemType.YES_NO,
            None,
            None,
            True,
        ),
    ),
    terms.CALIBRATION: (
        (Text("Valor patrón", "Valor padrão", "Reference value"), FormItemType.NUMBER, None, None, True),
        (
            Text("Lectura después del ajuste", "Leitura após o ajuste", "Reading after adjustment"),
            FormItemType.NUMBER,
            None,
            None,
            True,
        ),
        (Text("Resultado", "Resultado", "Result"), FormItemType.VERIFICATION, None, None, True),
    ),
    terms.LUBRICATION: (
        (
            Text("Gramos de grasa aplicados", "Gramas de graxa aplicados", "Grams of grease applied"),
            FormItemType.NUMBER,
            Text("Gramo", "Grama", "Gram"),
            "g",
            True,
        ),
    ),
}
