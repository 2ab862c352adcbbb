"""No sentence of a report page is English where the person reads another language, whatever was asked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import get_args

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from pytest_django import DjangoDbBlocker

from accounts.models import User
from mcp_gateway.calls.errors import GatewayError
from mcp_gateway.tools.metrics.arguments import APPLIES
from mcp_gateway.tools.metrics.metric import Metric
from reports.notes import said, said_of_too_few
from reports.refusals import reason
from tests.planted import planted

LANGUAGES = ("es", "pt-br")
# Small words of English that neither Spanish nor Portuguese has.
ENGLISH = (
    "the of and are is not was were with by which in that this from than then into have been be their they "
    "there those these what who whose only other others all each any some on at or if its it to"
)
OWN = {
    "es": "el la los las del y en con que según desde hasta su sus",
    "pt-br": "o os as da das do dos em com no na ao ou que sua suas",
}


@pytest.fixture(scope="module")
def demo_plant(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with planted(django_db_blocker):
        yield


def reader(language: str) -> Client:
    person = User.objects.get(email="admin@demo.example")
    User.objects.filter(pk=person.pk).update(language=language)
    client = Client()
    client.force_login(person)
    return client


def sentences(page: str) -> list[str]:
    """Return the paragraphs, terms, headings and notices of the page: all but what people wrote."""
    main = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert main
    text = re.sub(r"<(script|style|table|svg|textarea|bdi)\b.*?</\1>", " ", main[0], flags=re.DOTALL)
    text = re.sub(r"<button[^>]*data-copy[^>]*>", " ", text)
    return [said for part in re.split(r"<[^>]+>", text) if (said := " ".join(unescape(part).split()))]


def has_words(text: str, words: str) -> bool:
    return not set(words.split()).isdisjoint(re.findall(r"[^\W_]+", text.lower()))


def english(texts: list[str]) -> list[str]:
    return [text for text in texts if has_words(text, ENGLISH)]


def in_own_words(text: str, language: str) -> bool:
    return has_words(text, OWN[language])


QUESTIONS = [
    *(f"metric={metric}" for metric in get_args(Metric)),
    *(f"metric={metric}&compare_with=previous_period" for metric in ("summary", "cost", "requests")),
    *(f"metric=reliability&group_by={group}" for group in ("failure_type", "asset", "criticality", "month")),
    "metric=reliability&components=true",
    "metric=cost&group_by=third_party",
    "metric=backlog&group_by=person&scope=location&code=LÍNEA 3",
    "metric=cost&scope=asset&code=NOWHERE",
    "metric=reliability&since=2090-01-01&until=2090-02-01",
    "metric=no_such",
]


@pytest.mark.django_db
@pytest.mark.usefixtures("demo_plant")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("query", QUESTIONS)
def test_no_sentence_of_a_metric_is_english(language: str, query: str) -> None:
    answer = reader(language).get(f"/reports/get_maintenance_metrics/?{query}")
    found = sentences(answer.content.decode())
    assert len(found) > 3
    assert english(found) == []
    for name in answer.context.get("answer", {}).get("overall", {}):
        assert {name, name.replace("_", " ")}.isdisjoint(found), "the name of the figure"
    method = answer.context.get("method", "")
    assert answer.status_code == 400 or (method in found and in_own_words(method, language))


LISTS = (
    "list_work_orders/", "list_work_orders/?responsible=Carlos", "list_work_orders/?task_type=Correctiva",
    "list_work_requests/", "list_work_requests/?location=LÍNEA 3", "list_pending_tasks/",
    "list_planned_work/",
    "list_planned_work/?responsible=Carlos Rojas Medina", "list_task_plans/", "list_assets/", "list_meters/",
    "list_meter_readings/?meter=1", "list_stock/", "list_warehouse_documents/", "list_people/",
    "list_third_parties/?include=services", "list_transactions/", "list_documents/?limit=1",
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("demo_plant")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", LISTS)
def test_no_sentence_of_a_list_is_english(language: str, path: str) -> None:
    answer = reader(language).get(f"/reports/{path}")
    assert english(sentences(answer.content.decode())) == []


# Tools that no page shows, and modules of writes.
UNSEEN = {
    "shifts",
    "search.py",
    "fetch.py",
    "order_changes.py",
    "stops.py",
    "documents.py",
    "people_changes.py",
}
# What a variable of a note holds.
HELD = {
    "parts": "7 components (parts of equipment)",
    "known": "7 of 9 assets have no family",
    "note": "The age of 7 orders is not known: they are in no band.",
}


def written(node: ast.expr) -> str | None:
    """Return the text of a literal with 7 for each value, None for what is no literal."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr():
            return "".join(part for each in node.values if (part := written(each)) is not None)
        case ast.FormattedValue():
            return HELD.get(ast.unparse(node.value), "7")
        case ast.BinOp(op=ast.Add()):
            return (written(node.left) or "") + (written(node.right) or "")
    return None


def notes_in_the_source() -> list[str]:
    found = []
    root = Path(settings.BASE_DIR) / "mcp_gateway"
    for path in sorted([*(root / "tools").rglob("*.py"), *(root / "upstream").rglob("*.py")]):
        if UNSEEN & set(path.parts) or path.name.endswith("_changes.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.args
                and ast.unparse(node.func).endswith((".say", ".incomplete", "notes.append", "gaps.note"))
                and (text := written(node.args[0]))
            ):
                found.append(text)
    return found


def test_every_note_of_the_source_is_said_in_both_languages() -> None:
    notes = notes_in_the_source()
    assert len(notes) > 40
    for language in LANGUAGES:
        with translation.override(language):
            generic = list(said(["Nobody has written this."]))
            for note in notes:
                texts = list(said([note]))
                assert texts != generic, note
                assert english(texts) == [], note


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_is_said(language: str) -> None:
    def below(error: type[GatewayError]) -> Iterator[str]:
        yield error.code
        for further in error.__subclasses__():
            yield from below(further)

    with translation.override(language):
        for code in set(below(GatewayError)):
            text = reason(code, {"calls": 70, "fields": [{"field": "since", "problem": "is no date"}]})
            assert english([text]) == []
            assert in_own_words(text, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text", ["No failure in 2,160 hours.", "2 failures in 9 hours: too few for an MTBF."]
)
def test_too_few_failures_are_said(language: str, text: str) -> None:
    with translation.override(language):
        told = said_of_too_few(text)
    assert english([told]) == []
    assert re.findall(r"\d[\d,]*", text)[0] in told


def test_the_metrics_are_those_that_the_tool_knows() -> None:
    assert set(get_args(Metric)) == set(APPLIES)
