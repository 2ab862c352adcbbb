"""Questions at the change of a shift and at the start of a day, and for a file of all rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
from urllib.parse import urlsplit

import pytest
from django.db import connection

from accounts.models import User
from tests.acceptance.conftest import Ask
from tests.gateway.tools.shift_tables import DEMO, TASKS, expected_day, ids, one_column
from tests.pages import browser, post


@pytest.mark.parametrize(
    ("question", "hours"),
    [
        ("Prepara la entrega del turno de noche.", 12),
        ("What happened on the last three shifts that I should hand over?", 24),
        ("Passagem de turno: o que abriu, fechou e continua aberto desde ontem?", 36),
    ],
)
def test_a_shift_is_handed_over(ask: Ask, now: dt.datetime, question: str, hours: int) -> None:
    until = now.replace(microsecond=0)
    since = until - dt.timedelta(hours=hours)
    answer = ask().ask("get_shift_handover", since=since.isoformat(), until=until.isoformat())
    still = f"SELECT DISTINCT folio FROM ({TASKS} AND whole.status IN (1, 2)) AS t"
    created = f"SELECT DISTINCT folio FROM ({TASKS} AND whole.creation_date BETWEEN %s AND %s) AS t"
    ended = "whole.status = 3 AND whole.final_date BETWEEN %s AND %s"
    closed = f"SELECT DISTINCT folio FROM ({TASKS} AND {ended}) AS t"
    requests = f"SELECT id FROM maintenance_workrequest WHERE company_id = {DEMO} AND date BETWEEN %s AND %s"
    stopped = f"SELECT code FROM maintenance_item WHERE company_id = {DEMO} AND NOT available"
    expected = {
        "still_open": one_column(still),
        "opened": one_column(created, since, until),
        "closed": one_column(closed, since, until),
        "requests": one_column(requests, since, until),
        "out_of_service": one_column(stopped),
    }
    assert {name: answer[name]["total"] for name in expected} == {
        name: len(found) for name, found in expected.items()
    }
    for name, found in expected.items():
        assert ids(answer[name]) <= set(map(str, found))
    assert expected["still_open"]


@pytest.mark.parametrize(
    "question", ["¿Qué tengo que hacer hoy?", "What is on my plate today?", "O que tenho para hoje?"]
)
def test_the_day_of_a_technician(ask: Ask, question: str) -> None:
    answer = ask("technician@demo.example").ask("get_my_day")
    (code,) = one_column(
        "SELECT code FROM maintenance_personnel WHERE account_email = 'technician@demo.example'"
        f" AND company_id = {DEMO}"
    )
    expected = expected_day(code)
    assert answer["code"] == code
    assert {name: answer[name]["total"] for name in expected} == {
        name: len(folios) for name, folios in expected.items()
    }
    for name, folios in expected.items():
        assert ids(answer[name]) <= folios
    assert any(expected.values())


@pytest.mark.parametrize(
    "question",
    ["Exporta a Excel todas las órdenes en revisión.", "I need all orders in review as a file.",
     "Preciso de um arquivo com todas as ordens em revisão."],
)  # fmt: skip
def test_a_file_with_all_rows(ask: Ask, question: str) -> None:
    """The answer has a page; its file has every order of the tables."""
    answer = ask().ask("list_work_orders", status=["review"], limit=1)
    page = urlsplit(answer["all_rows_url"])
    client = browser(User.objects.get(email="admin@demo.example"))
    assert client.get(f"{page.path}?{page.query}").status_code == 200
    file = post(client, f"{page.path}download/?{page.query}", {"format": "csv"})
    content = b"".join(file.streaming_content) if file.streaming else file.content
    folios = [row["folio"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT folio FROM maintenance_workorder WHERE status = 2 AND company_id = {DEMO}")
        expected = [folio for (folio,) in cursor.fetchall()]
    assert len(expected) > 1
    assert sorted(set(folios)) == sorted(expected)


@pytest.mark.parametrize(
    "question",
    [
        "Muéstrame el costo por familia y dame la página para el gerente.",
        "Cost by family, with a page I can share.",
    ],
)
def test_the_page_behind_a_metric(ask: Ask, now: dt.datetime, question: str) -> None:
    """It computes the same figures again, with the rights of who opens it."""
    until = now.replace(microsecond=0)
    period = {"since": (until - dt.timedelta(days=90)).isoformat(), "until": until.isoformat()}
    answer = ask().ask("get_maintenance_metrics", metric="cost", group_by="family", top=200, **period)
    page = urlsplit(answer["report_url"])
    client = browser(User.objects.get(email="admin@demo.example"))
    again = client.get(f"{page.path}?{page.query}")
    assert again.status_code == 200
    (tasks,) = one_column(
        f"SELECT count(*) FROM ({TASKS} AND whole.status <> 4 AND task.final_date BETWEEN %s AND %s) AS t",
        *map(dt.datetime.fromisoformat, period.values()),
    )
    assert again.context["answer"]["overall"]["tasks"] == answer["overall"]["tasks"] == tasks
