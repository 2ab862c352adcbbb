"""Configuration > Auxiliary catalogs: a company adds its own terms and removes unused ones."""

from __future__ import annotations

import html

import pytest
from django.db import connection

from connections.models import ApiConnection
from maintenance.models import CancelReason, FailureTerm, PlannedTask, TaskType
from tests.conftest import World
from tests.factories import CompanyFactory
from tests.pages import XSS, browser, form_at, post, send, text_of

CATALOGS = "/settings/catalogues/"


def words(table: str, company: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT description FROM maintenance_{table} WHERE company_id = %s", [company])
        return sorted(word for (word,) in cursor.fetchall())


def add(world: World, catalogue: str, word: str) -> tuple[int, str]:
    client = browser(world.owner)
    answer = send(client, CATALOGS, {"catalogue": catalogue, "word": word}, "?do=add")
    return answer.status_code, html.unescape(
        text_of(client.get(CATALOGS) if answer.status_code == 302 else answer)
    )


@pytest.mark.parametrize(
    ("catalogue", "table", "kind"),
    [
        ("task-types", "tasktype", None),
        ("failure-types", "failureterm", "type"),
        ("failure-causes", "failureterm", "cause"),
        ("detection-methods", "failureterm", "detection"),
        ("cancel-reasons", "cancelreason", None),
    ],
)
def test_a_word_is_added_once_and_to_its_catalog(
    world: World, catalogue: str, table: str, kind: str | None
) -> None:
    status, page = add(world, catalogue, "  Termografía   anual ")
    assert status == 302
    assert "“Termografía anual” can now be used." in page
    assert words(table, world.company.pk) == ["Termografía anual"]
    if kind:
        assert FailureTerm.objects.get(company=world.company).kind == kind
    status, page = add(world, catalogue, "TERMOGRAFÍA anual")
    assert (status, "The catalog already has this term." in page) == (422, True)
    assert words(table, world.company.pk) == ["Termografía anual"]
    assert words(table, world.other_company.pk) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT action, description FROM maintenance_transaction")
        assert cursor.fetchall() == [("ADD", "Termografía anual")]


def test_what_cannot_be_a_word_is_refused(world: World) -> None:
    for word in ("", "   ", "a\nb", "x" * 81):
        assert add(world, "task-types", word)[0] == 422, word
    assert add(world, "no-such", "Word")[0] == 422
    assert words("tasktype", world.company.pk) == []
    assert add(world, "cancel-reasons", "x" * 81)[0] == 302
    assert add(world, "cancel-reasons", XSS)[0] == 302
    assert "<script>alert(1)" not in text_of(browser(world.owner).get(CATALOGS))


def test_a_word_that_nothing_uses_goes(world: World) -> None:
    reason = CancelReason.objects.create(company=world.company, description="Typo")
    answer = post(
        browser(world.owner), f"{CATALOGS}?do=remove", {"catalogue": "cancel-reasons", "number": reason.pk}
    )
    assert answer["Location"] == CATALOGS
    assert words("cancelreason", world.company.pk) == []


def test_a_word_that_work_refers_to_stays(world: World) -> None:
    kind = TaskType.objects.create(company=world.company, description="Preventive")
    PlannedTask.objects.create(company=world.company, type=kind, description="Grease")
    client = browser(world.owner)
    post(client, f"{CATALOGS}?do=remove", {"catalogue": "task-types", "number": kind.pk})
    assert "This term is in use, so it cannot be removed." in text_of(client.get(CATALOGS))
    assert words("tasktype", world.company.pk) == ["Preventive"]


def test_a_word_is_taken_from_the_own_company_and_its_own_catalog_only(world: World) -> None:
    others = CompanyFactory()
    foreign = TaskType.objects.create(company=others, description="Theirs")
    cause = FailureTerm.objects.create(company=world.company, kind="cause", description="Wear")
    client = browser(world.owner)
    for catalogue, number in (
        ("task-types", foreign.pk), ("failure-types", cause.pk), ("no-such", cause.pk),
        ("failure-causes", "x"), ("failure-causes", "9" * 40),
    ):  # fmt: skip
        post(client, f"{CATALOGS}?do=remove", {"catalogue": catalogue, "number": number})
    assert words("tasktype", others.pk) == ["Theirs"]
    assert words("failureterm", world.company.pk) == ["Wear"]


def test_only_who_configures_gets_in(world: World) -> None:
    assert browser(world.colleague).get(CATALOGS).status_code == 403
    for do in ("add", "remove"):
        assert post(browser(world.colleague), f"{CATALOGS}?do={do}", {}).status_code == 403


def test_a_company_whose_data_is_elsewhere_is_told_so(world: World) -> None:
    ApiConnection.objects.create(
        company=world.company, kind=ApiConnection.Kind.FRACTTAL_ONE, api_url="https://one.example/api"
    )
    client = browser(world.owner)
    assert "its catalogs are maintained there" in text_of(client.get(CATALOGS))
    given = {"catalogue": "task-types", "word": "Word"}
    assert post(client, f"{CATALOGS}?do=add", given).status_code == 404
    assert words("tasktype", world.company.pk) == []


@pytest.mark.parametrize(
    ("language", "title", "label", "button"),
    [
        ("en", "Auxiliary catalogs", "Failure causes", "Add term"),
        ("es", "Catálogos auxiliares", "Causas de falla", "Agregar el término"),
        ("pt-br", "Catálogos auxiliares", "Causas de falha", "Adicionar o termo"),
    ],
)
def test_in_the_language_of_the_person(
    world: World, language: str, title: str, label: str, button: str
) -> None:
    world.owner.language = language
    world.owner.save()
    client = browser(world.owner)
    page = html.unescape(text_of(client.get(CATALOGS)))
    assert f"<h1>{title}</h1>" in page
    assert f">{label}</h2>" in page
    assert button in page
    assert form_at(client.get(CATALOGS), "?do=add")
