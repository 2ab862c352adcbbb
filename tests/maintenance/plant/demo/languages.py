"""Which language a text is in, told by its letters, its endings and its words.

It knows nothing of how the demo plant makes its texts: a word stands here because one of the three languages
has it and the other two have not.
"""

from __future__ import annotations

import re

LETTERS = {"es": "ñ¿¡", "pt": "ãõçâêôà", "en": ""}
ENDINGS = {
    "es": ("ción", "ciones", "miento", "mientos", "dad"),
    "pt": ("ção", "ções", "são", "sões", "dade", "agem"),
    "en": ("ing", "ings", "tion", "tions", "ness", "ed"),
}
WORDS = {
    "es": """
        abierta abierto aceite agua aire aislar al alcanza almacén alquiler alturas ascensor ascensores
        atascado banda batería baterías botella cabezal cadena cae caldera calderas calienta caliente
        cambiar cambio cambió carrusel chequeo cierra compresor compresores con correa cuando cuchillas
        cuenta del demoró desalineada desde disparó día edificio eje el electricista electroválvula
        eléctrica eléctrico empacadora empaque en encauchetado energía enfría equipo espesor
        etiquetadora fotocelda frecuencia fría frío fuerte fuga fugas fusible galón garantía golpe gotea
        goteo grados gramo gramos grasa guardamotor hacia helada horómetro incluye inductivo
        industriales informe ingeniería interruptor jarabe jarabes jefe jugos kilogramo kilovatio la las
        lectura limpieza limpio llanta llenado llenadora llueve lodos los lámpara línea manguera marco
        mecánico mensual montacargas más neumático nivel paro patrón pendiente pendientes perdió pieza
        pinza porcentaje portería pozo presión proceso prueba puerta puertas quemador recalentado
        repuesto repuestos requiere resistencia resistencias retenedor revisar rodamiento rodamientos
        rodillos ruido ruta se según sello sellos serpentín servicio señal silla sin sitio soldadura
        soldaduras soplador su tablero tablillas tapadora tiene tornillo trabajo una vacío ventas vuelta
        y ya
    """,
    "pt": """
        alinhamento almoxarifado altura andar andares ano ao ar atendimento banheiro bateria batida cabo
        caldeira caldeiras certo com comando conta contator correia corrente câmara da desarma desarmou
        desenhos detectado dia disjuntor do doca docas eletricista eletrodo eletroválvula elevador
        elevadores elétrica elétrico em empacotadora empilhadeira enchedora enchimento energia
        engenharia envasadora escorva fica ficou foi fotocélula freio fria fusível galão garantia
        gerador geral goteira gotejamento grama gramas graus graxa horímetro incluídas indutivo isolar
        já laticínios leite limpeza limpo lodo luminária lâmpada mais mangueira manhã manutenção mensal
        muito na nas nível o ordem os padrão painel parafuso pela pelo pendências peça peças pneu porta
        portaria portas portão poço precisa pressão proteções pós quebrada quente quilograma quilowatt
        relatorio relatório requer retentor retirada rolamento rolamentos rolos ruído sanitária
        segurança selo sem serpentina serviço serviços talas tampadora telhado teste teto tracionária
        tratamento troca trocada trocado trocar tudo vazamento vazio vazão vedação vendas vezes
        vibrações vácuo xarope água óleo
    """,
    "en": """
        account again air alternator and are at bank battery bearing bearings belt boiler bottle breaker
        broken burnt capper card carousel chain change check checklist cleaning condition conveyor cups
        customer day degrees does door doors drain drawing drop electrical elevator failure fan fault
        filler film filter filters floor forklift from fuel generator genset glue good gram grams
        gripper highest hour hours into is it knocking labeller leak leaks level licence line machine
        manager mechanical meter metre metres month needs noise not of office oil onto order overhaul
        packer palletiser part parts per power procedure pump reference refrigerant remarks report
        result roof safety seal see service shrink sight slat smell spare specialist station switchboard
        tank technician temperature test that the this transformer tyre unit valve very vibration visit
        warranty water weak wear week when while with without work year
    """,
}
LISTS = {language: frozenset(words.split()) for language, words in WORDS.items()}


def languages_of(text: str) -> set[str]:
    """Return the languages of which the text has a sign: one in a clean text, none in a mere name."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return {
        language
        for language in LISTS
        for word in words
        if word in LISTS[language]
        or any(letter in word for letter in LETTERS[language])
        or (len(word) > 5 and word.endswith(ENDINGS[language]))
    }
