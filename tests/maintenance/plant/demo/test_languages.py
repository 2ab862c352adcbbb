"""People of the demo plant write in three languages, and in one of them in each record."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.db import connection

from tests.maintenance.plant.demo.languages import languages_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plant", "db")]

# Each query gives a company, a record of it and one text that people wrote in that record.
TASK = "maintenance_workordertask t JOIN maintenance_workorder o ON o.id = t.work_order_id"
ORDERS = (
    "SELECT company_id, id, note FROM maintenance_workorder",
    f"SELECT o.company_id, o.id, t.description FROM {TASK}",
    f"SELECT o.company_id, o.id, t.note FROM {TASK}",
    f"SELECT o.company_id, o.id, i.field_1 FROM {TASK} JOIN maintenance_item i ON i.id = t.item_id",
    f"SELECT o.company_id, o.id, i.notes FROM {TASK} JOIN maintenance_item i ON i.id = t.item_id",
    *(
        f"SELECT o.company_id, o.id, s.{column} FROM {TASK} JOIN maintenance_subtask s ON s.task_id = t.id"
        for column in ("description", "value", "unit", '"group"')
    ),
    f"""SELECT o.company_id, o.id, r.unit FROM {TASK} JOIN maintenance_taskresource r ON r.task_id = t.id
        WHERE r.item_id IS NULL""",
    f"""SELECT o.company_id, o.id, r.description FROM {TASK}
        JOIN maintenance_taskresource r ON r.task_id = t.id
        WHERE r.item_id IS NULL AND r.person_id IS NULL""",
    """SELECT company_id, work_order_id, value FROM maintenance_attachment
        WHERE work_order_id IS NOT NULL AND value NOT LIKE 'https:%'""",
    f"""SELECT o.company_id, o.id, q.observation FROM {TASK}
        JOIN maintenance_workrequest q ON q.id = t.request_id""",
)
REQUESTS = (
    *(
        f"SELECT company_id, id, {column} FROM maintenance_workrequest"
        for column in ("description", "observation", "status_notes", "rating_notes", "key_words")
    ),
    "SELECT company_id, id, requested_by FROM maintenance_workrequest WHERE created_by_id IS NULL",
    """SELECT q.company_id, q.id, c.notes FROM maintenance_workrequest q
        JOIN maintenance_requeststatuschange c ON c.request_id = q.id""",
    """SELECT q.company_id, q.id, i.field_1 FROM maintenance_workrequest q
        JOIN maintenance_item i ON i.id = q.item_id""",
    """SELECT q.company_id, q.id, t.description FROM maintenance_workrequest q
        JOIN maintenance_workordertask t ON t.request_id = q.id""",
)
ASSETS = (
    *(
        f"""SELECT company_id, id, {column} FROM maintenance_item
            WHERE type <> 4 AND field_1 <> 'SCADA Ignition'"""  # a product
        for column in ("field_1", "notes")
    ),
    "SELECT company_id, id, field_5 FROM maintenance_item WHERE field_5 LIKE '% 20%'",
    *(
        f"SELECT company_id, item_id, {column} FROM maintenance_document WHERE item_id IS NOT NULL"
        for column in ("name", "description", "author")
    ),
    *(f"SELECT company_id, item_id, {column} FROM maintenance_meter" for column in ("description", "unit")),
    *(
        f"SELECT company_id, item_id, {column} FROM maintenance_pendingtask"
        for column in ("description", "note")
    ),
    """SELECT i.company_id, i.id, t.description FROM maintenance_item i
        JOIN maintenance_plannedtask t ON t.plan_id = i.task_plan_id""",
)
PLANS = (
    "SELECT company_id, id, description FROM maintenance_taskplan",
    "SELECT company_id, plan_id, description FROM maintenance_plannedtask WHERE plan_id IS NOT NULL",
    *(
        f"""SELECT t.company_id, t.plan_id, f.{column} FROM maintenance_plannedtask t
            JOIN maintenance_formitem f ON f.task_id = t.id WHERE t.plan_id IS NOT NULL"""
        for column in ("description", "unit", '"group"')
    ),
    *(
        f"""SELECT t.company_id, t.plan_id, r.{column} FROM maintenance_plannedtask t
            JOIN maintenance_plannedresource r ON r.task_id = t.id
            WHERE t.plan_id IS NOT NULL AND r.item_id IS NULL"""
        for column in ("description", "unit")
    ),
    """SELECT t.company_id, t.plan_id, g.unit FROM maintenance_plannedtask t
        JOIN maintenance_tasktrigger g ON g.task_id = t.id WHERE t.plan_id IS NOT NULL""",
)
STOCK = tuple(
    f"SELECT company_id, id, {column} FROM maintenance_item WHERE type = 4" for column in ("field_1", "unit")
)
PARTIES = (
    *(
        f"SELECT company_id, third_party_id, {column} FROM maintenance_thirdpartyservice"
        for column in ("description", "details", "unit")
    ),
    *(
        f"SELECT company_id, third_party_id, {column} FROM maintenance_thirdpartycontact"
        for column in ("role", "branch_name")
    ),
)
SUPPLY = ("SELECT company_id, id, note FROM maintenance_movement",)
RECORDS = {
    "orders": ORDERS, "requests": REQUESTS, "assets": ASSETS, "plans": PLANS, "stock": STOCK,
    "third parties": PARTIES, "documents of warehouses": SUPPLY,
}  # fmt: skip
# What a company keeps lists of; whoever uses such a term, it is one of the company's.
CATALOGUES = (
    "SELECT company_id, description FROM maintenance_tasktype",
    "SELECT company_id, description FROM maintenance_failureterm",
    "SELECT company_id, description FROM maintenance_cancelreason",
    "SELECT company_id, label FROM maintenance_customfield",
    'SELECT company_id, "group" FROM maintenance_item',
    "SELECT company_id, group_1 FROM maintenance_item",
    "SELECT company_id, group_2 FROM maintenance_item",
    'SELECT company_id, "group" FROM maintenance_document',
    "SELECT company_id, task_type FROM maintenance_workordertask",
    "SELECT company_id, classification_1 FROM maintenance_workordertask",
    "SELECT company_id, classification_2 FROM maintenance_workordertask",
    "SELECT company_id, type FROM maintenance_workrequest",
    "SELECT company_id, type_1 FROM maintenance_workrequest",
    "SELECT company_id, type_2 FROM maintenance_workrequest",
    "SELECT company_id, group_1 FROM maintenance_thirdparty",
    "SELECT company_id, group_2 FROM maintenance_personnel",
    "SELECT company_id, event FROM maintenance_tasktrigger",
)


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def companies() -> dict[str, str]:
    return dict(rows("SELECT id, slug FROM accounts_company"))


def written(text: str) -> str:
    return " ".join(json.loads(text)) if text.startswith("[") else text


def by_record(queries: tuple[str, ...]) -> Mapping[tuple[str, str], dict[str, set[str]]]:
    """Return the texts of each record, with the languages of each text."""
    found: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(dict)
    for sql in queries:
        for company, record, text in rows(sql):
            if text and isinstance(text, str):
                found[company, record][text] = languages_of(written(text))
    return found


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_is_in_one_language(kind: str) -> None:
    for record, texts in by_record(RECORDS[kind]).items():
        assert len(set().union(*texts.values())) <= 1, (kind, record, texts)


def told(kind: str) -> Iterator[tuple[str, str]]:
    """Yield the company and the language of each record that tells its language."""
    known = companies()
    for (company, _record), texts in by_record(RECORDS[kind]).items():
        for language in set().union(*texts.values()):
            yield known[company], language


@pytest.mark.parametrize("kind", ["orders", "requests", "assets", "plans", "stock", "third parties"])
def test_the_plant_writes_in_three_languages(kind: str) -> None:
    assert {language for slug, language in told(kind) if slug == "demo"} == {"es", "pt", "en"}
    assert {language for slug, language in told(kind) if slug == "other"} == {"pt"}


def test_nearly_every_record_tells_its_language() -> None:
    """What has no sign of a language would pass every test above."""
    for kind in ("orders", "requests", "plans", "stock"):
        assert len(list(told(kind))) > 0.85 * len(by_record(RECORDS[kind])), kind
    shares = Counter(language for slug, language in told("orders") if slug == "demo")
    assert min(shares["pt"], shares["en"]) > 150
    assert shares["es"] > shares["pt"] + shares["en"]


def test_a_catalogue_is_in_the_language_of_its_company() -> None:
    known, spoken = companies(), {"demo": {"es"}, "other": {"pt"}}
    for sql in CATALOGUES:
        for company, text in rows(sql):
            if text:
                assert languages_of(text) <= spoken[known[company]], (sql, text)


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("Fuga de aceite en el compresor", {"es"}),
        ("Vazamento de óleo no compressor", {"pt"}),
        ("Oil leak at the compressor", {"en"}),
        ("Chiller 2", set()),
        ("Cambio de filtros. Executado conforme procedimento, sem pendências.", {"es", "pt"}),
        ("Genset failed to start, batería agotada", {"en", "es"}),
    ],
)
def test_the_language_of_a_text_is_told(text: str, languages: set[str]) -> None:
    assert languages_of(text) == languages
