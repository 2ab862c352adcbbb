"""Questions for figures in three languages; each answer is compared with the SQL of the oracle."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.acceptance.conftest import Ask
from tests.oracle.asked import Asked
from tests.oracle.asking import present
from tests.oracle.calendars import Calendar
from tests.oracle.comparing import differences, rows_differ
from tests.oracle.earlier import differs
from tests.oracle.expected_metrics import EXPECTED
from tests.oracle.tables import Tables

# The question and its arguments. `back` is the period in days before now: from the first to the second.
QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    (
        "¿Qué repuestos consumimos este semestre y para cuántos meses alcanza cada uno?",
        {"metric": "stock_use", "back": (180, 0)},
    ),
    ("Which minimum levels are too low if delivery takes 60 days?", {"metric": "stock_use", "days": 60}),
    ("Que peças estão paradas há mais de meio ano e quanto valem?", {"metric": "idle_stock"}),
    ("What stock has not moved for a year, and what is it worth?", {"metric": "idle_stock", "days": 365}),
    ("¿Qué compramos para las preventivas de dos meses?", {"metric": "purchase_draft", "days": 60}),
    ("Faça um rascunho de compras para o trimestre.", {"metric": "purchase_draft", "days": 90}),
    (
        "PM compliance month by month over the last half year?",
        {"metric": "compliance", "back": (180, 0), "group_by": "month"},
    ),
    (
        "¿Qué técnico cumple mejor el plan, con un solo día de tolerancia?",
        {"metric": "compliance", "group_by": "person", "days": 1},
    ),
    (
        "Em que família de ativos o plano preventivo é menos cumprido?",
        {"metric": "compliance", "group_by": "family"},
    ),
    ("¿Cuánto trabajo pendiente tiene cada técnico?", {"metric": "backlog", "group_by": "person"}),
    (
        "How many weeks of backlog does line 3 have, if people work 48 hours?",
        {"metric": "backlog", "scope": "location", "code": "LÍNEA 3", "hours_per_week": 48},
    ),
    (
        "Quanto gastamos em cada família de ativos neste ano?",
        {"metric": "cost", "back": (330, 0), "group_by": "family"},
    ),
    ("¿Cómo evolucionó el gasto mes a mes?", {"metric": "cost", "back": (365, 0), "group_by": "month"}),
    (
        "Which assets of line 1 cost most in the last 90 days?",
        {"metric": "cost", "scope": "location", "code": "LÍNEA 1", "group_by": "asset"},
    ),
    (
        "Qual a parcela planejada do trabalho, mês a mês?",
        {"metric": "planned_share", "back": (180, 0), "group_by": "month"},
    ),
    ("¿Quién hace sobre todo trabajo correctivo?", {"metric": "planned_share", "group_by": "person"}),
    (
        "MTBF of the pump house by asset in the last year?",
        {"metric": "reliability", "scope": "location", "code": "CASA DE BOMBAS", "back": (365, 0),
         "group_by": "asset"},
    ),
    ("Qual linha teve mais paradas neste trimestre?", {"metric": "reliability", "group_by": "location"}),
    (
        "¿Qué disponibilidad tuvo el compresor 3 desde enero?",
        {"metric": "reliability", "scope": "asset", "code": "CMP-03", "back": (330, 0)},
    ),
    ("Which failures came back twice in 60 days?", {"metric": "repeat_failures", "back": (60, 0), "days": 2}),
    (
        "Quantas solicitações chegaram por mês e em quanto tempo foram resolvidas?",
        {"metric": "requests", "back": (180, 0), "group_by": "month"},
    ),
    ("¿Sobre qué equipos llegan más solicitudes?", {"metric": "requests", "group_by": "asset"}),
    (
        "How many tasks of the boiler room were finished, cancelled or are late?",
        {"metric": "summary", "scope": "location", "code": "SALA CALDERAS"},
    ),
    (
        "Quem trabalhou na linha 2 no último mês e quantas horas?",
        {"metric": "work_per_person", "scope": "location", "code": "LÍNEA 2", "back": (30, 0)},
    ),
    ("¿Qué medidores llevan más de una semana sin lectura?", {"metric": "stale_meters", "days": 7}),
    (
        "Which parts are below their minimum, and for which orders?",
        {"metric": "stock_below_minimum", "top": 200},
    ),
    ("¿Qué nos falla más: lo mecánico o lo eléctrico? Un Pareto del año.",
     {"metric": "reliability", "back": (365, 0), "group_by": "failure_type"}),
    ("Quais ativos são os piores do semestre e quanto custaram?",
     {"metric": "repeat_failures", "back": (180, 0), "group_by": "asset"}),
    ("¿Gastamos más que en el trimestre anterior?",
     {"metric": "cost", "compare_with": "previous_period"}),
    ("Did we get more requests in the last 60 days than a year ago, and are we faster?",
     {"metric": "requests", "back": (60, 0), "compare_with": "previous_year"}),
    ("O cumprimento do plano melhorou por família em relação ao trimestre anterior?",
     {"metric": "compliance", "group_by": "family", "compare_with": "previous_period", "top": 200}),
    ("¿Mejoró la disponibilidad de la línea 4 frente al período anterior?",
     {"metric": "reliability", "scope": "location", "code": "LÍNEA 4", "compare_with": "previous_period"}),
    ("How long have open orders been waiting, and for what?", {"metric": "ageing"}),
    ("¿Qué órdenes de la sala de calderas llevan más tiempo abiertas?",
     {"metric": "ageing", "scope": "location", "code": "SALA CALDERAS"}),
    ("Há quanto tempo esperam as ordens abertas da linha 4?",
     {"metric": "ageing", "scope": "location", "code": "LÍNEA 4"}),
    ("Who is free in the next seven days?", {"metric": "backlog", "group_by": "person", "ahead": 7}),
    ("¿Quién está sobrecargado en las próximas dos semanas?",
     {"metric": "backlog", "group_by": "person", "ahead": 14}),
    ("Quem consegue assumir mais trabalho neste mês, com semana de 44 horas?",
     {"metric": "backlog", "group_by": "person", "ahead": 30, "hours_per_week": 44}),
]  # fmt: skip


def asked_of(
    calendar: Calendar, metric: str, back: tuple[int, int] | None = None, ahead: int = 0, **more: Any
) -> Asked:
    """Return the question. `ahead` is of work that is scheduled until so many days from now."""
    if ahead:
        until = calendar.now + dt.timedelta(days=ahead)
        words = (("until", until.isoformat()),)
        return Asked(metric, 0.0, until.timestamp(), words=words, **{"top": None, **more})
    begin, end = (calendar.now - dt.timedelta(days=days) for days in back or (90, 0))
    period = (("since", begin.isoformat()), ("until", end.isoformat())) if back else ()
    return Asked(metric, begin.timestamp(), end.timestamp(), words=period, **{"top": None, **more})


@pytest.mark.parametrize(("question", "arguments"), QUESTIONS)
def test_figures_are_those_of_the_tables(
    ask: Ask, demo: tuple[Tables, Calendar], question: str, arguments: dict[str, Any]
) -> None:
    tables, calendar = demo
    asked = asked_of(calendar, **arguments)
    with present(calendar):
        answer = ask().ask(asked.question.tool, **asked.question.arguments)
    expected = EXPECTED[asked.metric](tables, asked)
    assert differences(expected.overall, answer["overall"], "overall") == []
    shown = answer.get("groups") or answer.get("rows") or []
    rows = expected.rows or []
    assert answer["groups_total"] == len(rows)
    assert len(shown) == len(rows) - answer["groups_left_out"]
    keys = {row["key"] for row in shown}
    assert rows_differ([row for row in rows if row["key"] in keys], shown) == []
    if asked.compare_with != "none":
        assert differs(tables, asked, EXPECTED[asked.metric], expected, answer) == []
    assert any(expected.overall.values()), "a question about nothing"
