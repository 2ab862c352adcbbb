"""Texts that people of the demo plants write in work orders."""

from __future__ import annotations

from maintenance.demo.kinds import terms
from maintenance.demo.wording import Text

TASK_NOTES = (
    Text(
        "Se realizó según procedimiento, sin novedad.",
        "Realizado conforme o procedimento, sem novidades.",
        "Done according to the procedure, nothing to report.",
    ),
    Text(
        "Equipo queda operando normal.",
        "Equipamento ficou operando normalmente.",
        "The machine is running normally again.",
    ),
    Text(
        "Se cambió repuesto y se probó con producción.",
        "Peça trocada e testada com a produção.",
        "Part replaced and tested with production.",
    ),
    Text(
        "Pendiente cotizar repuesto, se dejó reparación provisional.",
        "Falta cotar a peça, ficou um reparo provisório.",
        "Part still to be quoted, left with a temporary repair.",
    ),
    Text(
        "Ejecutado conforme al procedimiento. Sin pendientes.",
        "Executado conforme procedimento. Sem pendências.",
        "Carried out as in the procedure. Nothing is pending.",
    ),
    Text(
        "Se cambió el componente y se probó con el operador.",
        "Trocado o componente e testado com o operador.",
        "Component replaced and tested with the operator.",
    ),
    Text(
        "Hecho según el manual del fabricante, sin hallazgos.",
        "Feito conforme o manual do fabricante, nada encontrado.",
        "Done as per OEM manual, no findings.",
    ),
    Text(
        "Se cambió la pieza gastada y funcionó bien durante 30 min.",
        "Trocada a peça gasta, funcionou bem por 30 min.",
        "Replaced worn part, tested OK for 30 min.",
    ),
    Text(
        "Se encontró desgaste leve, programar cambio en próxima parada.",
        "Encontrado desgaste leve, programar a troca para a próxima parada.",
        "Found slight wear, schedule the replacement for the next shutdown.",
    ),
    Text(
        "Falta limpieza en el área, se informó a producción.",
        "Falta limpeza na área, a produção foi avisada.",
        "The area needs cleaning, production was told.",
    ),
)
ORDER_NOTES = (
    Text(
        "Coordinar parada con producción antes de iniciar.",
        "Combinar a parada com a produção antes de começar.",
        "Arrange the stop with production before starting.",
    ),
    Text(
        "Aplicar bloqueo y etiquetado (LOTO).",
        "Aplicar bloqueio e etiquetagem (LOTO).",
        "Apply lockout and tagout (LOTO).",
    ),
    Text(
        "Requiere permiso de trabajo en caliente.",
        "Exige permissão de trabalho a quente.",
        "Needs a hot work permit.",
    ),
    Text(
        "Usar todos los elementos de protección y aislar el área.",
        "Usar EPI completo e isolar a área.",
        "Wear full protective equipment and close off the area.",
    ),
    Text(
        "Revisar los repuestos en el almacén antes de iniciar.",
        "Verificar as peças no almoxarifado antes de começar.",
        "Check spare parts at the warehouse before starting.",
    ),
    Text(
        "Trabajo con contratista, validar ingreso en portería.",
        "Trabalho com empresa contratada, validar a entrada na portaria.",
        "Work with a contractor, confirm the entry at the gate.",
    ),
)
CANCEL_REASONS = (
    Text("Duplicada", "Duplicada", "Duplicate"),
    Text("Equipo fuera de operación", "Equipamento fora de operação", "Asset not in operation"),
    Text("Reprogramada", "Reprogramada", "Postponed"),
    Text("Cancelada por producción", "Cancelada pela produção", "Cancelled by production"),
)
# name, colour
LABELS = (
    (Text("Seguridad", "Segurança", "Safety"), "#d93025"),
    (Text("Parada programada", "Parada programada", "Planned shutdown"), "#1a73e8"),
    (Text("Garantía", "Garantia", "Warranty"), "#188038"),
    (Text("Auditoría ISO", "Auditoria ISO", "ISO audit"), "#f9ab00"),
)
# Work without a plan or a failure: text, type, hours, and the event after which it is due
EXTRA_WORK = (
    (
        Text(
            "Instalar guarda de seguridad adicional",
            "Instalar proteção de segurança adicional",
            "Install an additional safety guard",
        ),
        terms.IMPROVEMENT,
        3.0,
        None,
    ),
    (
        Text(
            "Pintar y demarcar área alrededor del equipo",
            "Pintar e demarcar a área em volta do equipamento",
            "Paint and mark the area around the machine",
        ),
        terms.IMPROVEMENT,
        5.0,
        None,
    ),
    (
        Text(
            "Instalación de sensor de vibración en línea",
            "Instalação de sensor de vibração online",
            "Installation of an online vibration sensor",
        ),
        terms.IMPROVEMENT,
        4.0,
        None,
    ),
    (
        Text(
            "Reubicar la bandeja de cables junto al equipo",
            "Mudar a eletrocalha de lugar ao lado da máquina",
            "Relocate cable tray next to the machine",
        ),
        terms.IMPROVEMENT,
        6.0,
        None,
    ),
    (
        Text(
            "Inspección después de paro de energía",
            "Inspeção após queda de energia",
            "Inspection after a power failure",
        ),
        terms.INSPECTION,
        1.0,
        Text("Paro de energía", "Queda de energia", "Power failure"),
    ),
    (
        Text(
            "Limpieza profunda por cambio de producto",
            "Limpeza pesada por troca de produto",
            "Deep cleaning after a change of product",
        ),
        terms.PREVENTIVE,
        2.0,
        Text("Cambio de producto", "Troca de produto", "Change of product"),
    ),
    (
        Text(
            "Inspección después de lluvia fuerte", "Inspeção pós-chuva forte", "Inspection after heavy rain"
        ),
        terms.INSPECTION,
        1.0,
        Text("Tormenta", "Tempestade", "Storm"),
    ),
)
CLASSIFICATIONS_1 = (
    terms.MECHANICAL,
    terms.ELECTRICAL,
    terms.INSTRUMENTS,
    terms.LUBRICATION,
    Text("Locativa", "Predial", "Premises"),
)
CLASSIFICATIONS_2 = (
    Text("Interno", "Interno", "Internal"),
    Text("Contratista", "Contratada", "Contractor"),
    Text("Garantía", "Garantia", "Warranty"),
)
