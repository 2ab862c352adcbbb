"""Questions about what lies ahead: planned work, and documents that expire."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.acceptance.conftest import Ask
from tests.oracle.asking import present
from tests.oracle.calendars import Calendar
from tests.oracle.document_table import DOCUMENTS
from tests.oracle.planned_table import PLANNED
from tests.oracle.tables import Tables

NOBODY = {"asset": None, "place": None, "who": None}


@pytest.mark.parametrize(
    ("question", "days", "arguments", "meant"),
    [
        ("¿Qué trabajo está planificado para esta semana?", 7, {}, {}),
        ("What is planned for the boiler room in the next month?", 31, {"location": "SALA CALDERAS"},
         {"place": "SALA CALDERAS"}),
        ("O que o TEC-02 tem planejado para as próximas duas semanas?", 14, {"responsible": "TEC-02"},
         {"who": "TEC-02"}),
    ],
)  # fmt: skip
def test_planned_work_of_the_days_ahead(
    ask: Ask,
    demo: tuple[Tables, Calendar],
    question: str,
    days: int,
    arguments: dict[str, Any],
    meant: dict[str, Any],
) -> None:
    tables, calendar = demo
    first = calendar.now.astimezone(calendar.tz).date()
    last = first + dt.timedelta(days=days - 1)
    expected = tables(PLANNED, since=first.isoformat(), until=last.isoformat(), **{**NOBODY, **meant})
    with present(calendar):
        answer = ask().ask(
            "list_planned_work", since=first.isoformat(), until=last.isoformat(), limit=300, **arguments
        )
    assert expected
    assert answer["tasks"] == len(expected)
    assert answer["hours"] == pytest.approx(sum(row["seconds"] or 0 for row in expected) / 3600, abs=0.01)
    shown = [(work.get("work_order"), work["id"]) for day in answer["days"] for work in day["work"]]
    assert shown == [(row["work_order"], row["id"]) for row in expected]


@pytest.mark.parametrize(
    ("question", "arguments"),
    [
        ("¿Qué documentos de equipos vencen en los próximos 90 días?",
         {"owner": "asset", "expires_within": 90, "expired": False}),
        ("Which certificates of our people have expired already?", {"owner": "person", "expired": True}),
        ("Que garantias vencem até o fim do próximo ano?", {"warranty": True, "expires_within": 395}),
        ("What papers of contractors expire within a year?", {"owner": "third_party", "expires_within": 365}),
    ],
)  # fmt: skip
def test_documents_by_when_they_expire(
    ask: Ask, demo: tuple[Tables, Calendar], question: str, arguments: dict[str, Any]
) -> None:
    tables, calendar = demo
    named = dict.fromkeys(("owner", "code", "expires_within", "expired", "warranty"))
    expected = tables(DOCUMENTS, **{**named, **arguments})
    with present(calendar):
        answer = ask().ask("list_documents", limit=300, **arguments)
    shown = [
        (row["owner"], row.get("owner_code"), row["name"], row.get("days_left"))
        for row in answer["documents"]
    ]
    assert shown == [(row["owner"], row["owner_code"], row["name"], row["days_left"]) for row in expected]
    assert expected
