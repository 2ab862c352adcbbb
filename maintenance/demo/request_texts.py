"""Texts that people of the demo plants write in requests."""

from __future__ import annotations

from accounts.models import Language
from maintenance.demo.wording import Text

REQUEST_TYPES = (
    Text("Mantenimiento", "Manutenção", "Maintenance"),
    Text("Locativo", "Predial", "Premises"),
    Text("Seguridad", "Segurança", "Safety"),
    Text("Mejora", "Melhoria", "Improvement"),
)
REQUEST_CLASSES_1 = (
    Text("Mecánico", "Mecânico", "Mechanical"),
    Text("Eléctrico", "Elétrico", "Electrical"),
    Text("Civil", "Civil", "Civil"),
    Text("Refrigeración", "Refrigeração", "Refrigeration"),
)
REQUEST_CLASSES_2 = (
    Text("Producción detenida", "Produção parada", "Production stopped"),
    Text("Producción afectada", "Produção afetada", "Production affected"),
    Text("Sin afectación", "Sem impacto", "No effect"),
)
KEY_WORDS = (
    Text("fuga", "vazamento", "leak"),
    Text("ruido", "ruído", "noise"),
    Text("vibración", "vibração", "vibration"),
    Text("temperatura", "temperatura", "temperature"),
    Text("seguridad", "segurança", "safety"),
    Text("goteo", "gotejamento", "dripping"),
    Text("desgaste", "desgaste", "wear"),
    Text("golpe", "batida", "knocking"),
)
ES, PT, EN = Language.ES, Language.PT_BR, Language.EN
# The language of those who ask without naming an asset, the title, the observation
REQUESTS = (
    (
        ES,
        Text(
            "Luminaria fundida en pasillo de la línea 3",
            "Luminária queimada no corredor da linha 3",
            "Lamp burnt out in the corridor of line 3",
        ),
        Text(
            "Son dos lámparas, el área queda oscura en turno de noche.",
            "São duas lâmpadas, a área fica escura no turno da noite.",
            "Two lamps, the area stays dark during the night shift.",
        ),
    ),
    (
        ES,
        Text("Ruido extraño en la bomba P-101", "Ruído estranho na bomba P-101", "Odd noise in pump P-101"),
        Text(
            "Se escucha como un golpe cada vuelta.",
            "Parece uma batida a cada volta.",
            "It sounds like a knock at every turn.",
        ),
    ),
    (
        ES,
        Text(
            "Fuga de aire en manguera de la línea 3",
            "Vazamento de ar na mangueira da linha 3",
            "Air leak in a hose of line 3",
        ),
        Text(
            "Al lado del tablero, se oye desde el pasillo.",
            "Ao lado do painel, dá para ouvir do corredor.",
            "Beside the panel, you can hear it from the corridor.",
        ),
    ),
    (
        ES,
        Text(
            "La caldera 02 tiene una fuga en la mirilla",
            "A caldeira 02 está com vazamento no visor",
            "Boiler 02 leaks at the sight glass",
        ),
        Text(
            "Gotea agua caliente, ya se señalizó.",
            "Pinga água quente, a área já foi sinalizada.",
            "Hot water drips, the area is already marked.",
        ),
    ),
    (
        ES,
        Text(
            "Aire acondicionado de la sala de juntas no enfría",
            "O ar-condicionado da sala de reuniões não gela",
            "Air conditioning of the meeting room does not cool",
        ),
        None,
    ),
    (
        EN,
        Text(
            "Las puertas del ascensor 4 se vuelven a abrir varias veces",
            "As portas do elevador 4 reabrem várias vezes",
            "Elevator 4 doors reopen several times",
        ),
        Text(
            "Pasa en los pisos 2 y 3, sobre todo en la mañana.",
            "Acontece nos andares 2 e 3, mais de manhã.",
            "It happens on floors 2 and 3, mostly in the morning.",
        ),
    ),
    (
        EN,
        Text(
            "El grupo electrógeno 2 deja aceite en el piso",
            "O gerador 2 deixa óleo no piso",
            "Genset 2 leaves oil on the floor",
        ),
        Text(
            "Charco pequeño bajo la base después de la prueba semanal.",
            "Poça pequena embaixo da base depois do teste semanal.",
            "Small puddle under the skid after the weekly test.",
        ),
    ),
    (
        EN,
        Text(
            "La puerta de la sala de compresores no cierra",
            "A porta da sala de compressores não fecha",
            "Compressor room door does not close",
        ),
        None,
    ),
    (
        PT,
        Text(
            "Fuga de agua en el baño de los vestidores",
            "Vazamento de água no banheiro do vestiário",
            "Water leak in the changing room bathroom",
        ),
        Text(
            "El piso queda mojado, riesgo de caída.",
            "O piso fica molhado, risco de queda.",
            "The floor gets wet, somebody may fall.",
        ),
    ),
    (
        PT,
        Text("Montacargas con freno débil", "Empilhadeira com freio baixo", "Forklift with weak brakes"),
        Text(
            "El número 3. El operador dejó de usarlo.",
            "A número 3. O operador parou de usar.",
            "It is number 3. The operator stopped using it.",
        ),
    ),
    (
        PT,
        Text(
            "Olor a quemado en el tablero de la línea 2",
            "Cheiro de queimado no painel da linha 2",
            "Burning smell at the panel of line 2",
        ),
        Text(
            "Sin parada por ahora, pero se calienta.",
            "Sem parada por enquanto, mas esquenta.",
            "No stop so far, but it gets hot.",
        ),
    ),
    (
        PT,
        Text(
            "Gotera en el techo del almacén",
            "Goteira no telhado do almoxarifado",
            "The roof of the warehouse leaks",
        ),
        Text(
            "Cae sobre el pasillo B cuando llueve fuerte.",
            "Pinga sobre o corredor B quando chove forte.",
            "It drips onto aisle B when it rains hard.",
        ),
    ),
    (
        ES,
        Text(
            "Banda transportadora desalineada",
            "Correia transportadora desalinhada",
            "Conveyor belt out of line",
        ),
        Text(
            "Se va hacia el lado izquierdo y roza la guarda.",
            "Vai para o lado esquerdo e raspa na proteção.",
            "It runs to the left and rubs against the guard.",
        ),
    ),
    (
        ES,
        Text(
            "Sensor de nivel del tanque de jarabe marca mal",
            "Sensor de nível do tanque de xarope marca errado",
            "Level sensor of the syrup tank reads wrong",
        ),
        Text(
            "Marca 100 % con el tanque vacío.",
            "Marca 100 % com o tanque vazio.",
            "It shows 100 % with the tank empty.",
        ),
    ),
    (
        ES,
        Text(
            "Cambiar tomacorriente en laboratorio",
            "Trocar a tomada no laboratório",
            "Replace the socket in the laboratory",
        ),
        Text(
            "Hace chispa al conectar el baño maría.",
            "Solta faísca ao ligar o banho-maria.",
            "It sparks when the water bath is plugged in.",
        ),
    ),
    (
        ES,
        Text(
            "Botón de paro de emergencia suelto",
            "Botão de parada de emergência solto",
            "Emergency stop button is loose",
        ),
        Text(
            "En la entrada de la empacadora.",
            "Na entrada da empacotadora.",
            "At the entrance of the packer.",
        ),
    ),
    (
        EN,
        Text(
            "Se necesita otra toma de aire en la mesa de empaque",
            "Precisamos de mais um ponto de ar na mesa de embalagem",
            "Need an extra air drop at packing table",
        ),
        Text(
            "Para la nueva encintadora, ver el dibujo en la oficina.",
            "Para a nova fitadora, ver o desenho no escritório.",
            "For the new taping machine, see sketch at the office.",
        ),
    ),
    (
        EN,
        Text(
            "Por favor revisar el ventilador de la torre, vibra mucho",
            "Favor verificar o ventilador da torre, vibração forte",
            "Please check the cooling tower fan, strong vibration",
        ),
        None,
    ),
    (
        ES,
        Text("Silla de operador dañada", "Cadeira do operador quebrada", "Operator chair damaged"),
        None,
    ),
    (
        PT,
        Text(
            "El portón del muelle 2 no cierra", "Portão da doca 2 não fecha", "Gate of dock 2 does not close"
        ),
        Text(
            "Queda abierto en la noche, problema de seguridad.",
            "Fica aberto à noite, problema de segurança.",
            "It stays open at night, a security problem.",
        ),
    ),
)
