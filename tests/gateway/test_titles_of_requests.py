"""Pairs of titles, written by hand in three languages: about the same problem, or not."""

from __future__ import annotations

import pytest

from mcp_gateway.tools.work.title_meaning import alike, near, vocabulary

SAME = (
    # one language, other words, order, case and accents
    ("Fuga de aire en manguera de la línea 3", "FUGA DE AIRE: manguera linea 3"),
    ("Ruido extraño en la bomba P-101", "La bomba P101 hace mucho ruido"),
    ("Genset 2 leaves oil on the floor", "Oil leak under genset 2"),
    ("Goteira no telhado do almoxarifado", "O telhado do almoxarifado está com goteiras"),
    ("Luminaria fundida en pasillo de la línea 3", "Luminarias fundidas, pasillo línea 3"),
    ("Compressor room door does not close", "Door of the compressor room won't shut"),
    ("Se rompió la banda transportadora 4", "Banda transportadora 4 rota"),
    # English and Spanish
    ("Air leak in the hose of line 3", "Fuga de aire en manguera de la línea 3"),
    ("Genset 2 leaves oil on the floor", "El generador 2 tiene una fuga de aceite en el piso"),
    ("Check cooling tower fan, strong vibration", "Vibra mucho el ventilador de la torre de enfriamiento"),
    ("Boiler 02 leaks at the sight glass", "La caldera 02 tiene una fuga en la mirilla"),
    ("Compressor room door does not close", "No cierra la puerta de la sala de compresores"),
    ("Air conditioner of the meeting room does not cool", "Aire acondicionado, sala de juntas: no enfría"),
    ("Forklift 3 does not start", "El montacargas 3 no arranca"),
    ("Conveyor belt misaligned", "Banda transportadora desalineada"),
    ("Bearing of pump P-101 overheats", "Rodamiento de la bomba P-101 recalentado"),
    ("Replace the socket in the laboratory", "Cambiar tomacorriente en laboratorio"),
    ("Water on the bathroom floor, pipe broken", "Tubería rota en el baño, agua en el piso"),
    # English and Portuguese
    ("Water leak in the changing room bathroom", "Vazamento de água no banheiro do vestiário"),
    ("The roof of the warehouse leaks", "Goteira no telhado do almoxarifado"),
    ("Forklift 3 has weak brakes", "Empilhadeira 3 com freio fraco"),
    ("Burning smell at the panel of line 2", "Cheiro de queimado no painel da linha 2"),
    ("Gate of dock 2 does not close", "Portão da doca 2 não fecha"),
    ("Oil leak at the hydraulic cylinder of the press", "Vazamento de óleo no cilindro hidráulico da prensa"),
    ("Valve stuck on the steam line", "Válvula travada na linha de vapor"),
    # Spanish and Portuguese
    ("Fuga de aire en manguera de la línea 3", "Vazamento de ar na mangueira da linha 3"),
    ("Ruido en el reductor del transportador 2", "Barulho no redutor do transportador 2"),
    ("Fuga de agua en el baño de los vestidores", "Vazamento de água no banheiro do vestiário"),
    ("El compresor 2 se recalienta", "Compressor 2 superaquece"),
    ("Olor a quemado en el tablero de la línea 2", "Cheiro de queimado no painel da linha 2"),
    ("Cambiar el filtro de aceite del compresor", "Trocar filtro de óleo do compressor"),
    ("La bomba de agua helada vibra", "Bomba de água gelada vibrando"),
)  # fmt: skip
DIFFERENT = (
    # another number
    ("Fuga de aire en manguera de la línea 3", "Fuga de aire en manguera de la línea 4"),
    ("Forklift 3 does not start", "El montacargas 5 no arranca"),
    ("Portão da doca 2 não fecha", "Gate of dock 1 does not close"),
    # another place or machine
    ("Fuga de agua en el baño", "Water leak in the boiler room"),
    ("Vazamento de óleo no compressor", "Fuga de aceite en la bomba"),
    ("Lamp burnt in the corridor", "Luminaria fundida en el laboratorio"),
    ("Compressor room door does not close", "Portão da doca 2 não fecha"),
    ("Goteira no telhado do almoxarifado", "The tank of line 2 leaks"),
    # another substance or part
    ("Air leak on line 3", "Fuga de agua en la línea 3"),
    ("Fuga de aceite en la prensa", "Steam leak at the press"),
    ("Filtro del compresor tapado", "Válvula do compressor travada"),
    ("Cambiar rodamiento de la bomba", "Trocar o selo da bomba"),
    # another problem
    ("Ruido en la bomba P-101", "La bomba P-101 tiene una fuga"),
    ("Pump P-101 vibrates", "Trocar rolamento da bomba P-101"),
    ("Compressor room door does not close", "Pintar la puerta de la sala de compresores"),
    ("Cambiar aceite del generador", "Oil leak at the generator"),
    ("Limpar o filtro da caldeira", "Filtro de la caldera roto"),
    ("Burning smell at the panel", "Limpieza del tablero"),
    ("Forklift with weak brakes", "A empilhadeira não liga"),
    # little in common
    ("Silla de operador dañada", "The table in the office is damaged"),
    ("Need an extra air drop at packing table", "Air leak at the packing machine"),
    ("Botón de paro de emergencia suelto", "Sensor de emergência da prensa"),
    ("Elevator 4 doors reopen several times", "Manutenção mensal do elevador 4"),
    ("La bomba", "Bomba"[:4]),
    ("Revisar", "Check"),
    ("Fuga", "Vazamento"),  # one word is not enough: nobody knows where
)  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_titles_about_the_same_problem_are_near(one: str, other: str) -> None:
    assert near(one, other)
    assert near(other, one)
    assert alike(one, other), "on one asset less is enough"


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_titles_about_different_problems_are_not(one: str, other: str) -> None:
    assert not near(one, other)
    assert not near(other, one)


def test_a_word_stands_for_one_concept() -> None:
    """A word that two concepts claim would hide one of them."""
    known = vocabulary()
    forms = [*known.words, *known.beginnings]
    assert len(forms) == len(set(forms))
    assert not known.fillers & known.words.keys()
