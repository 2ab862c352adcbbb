"""Compares the standard groups with what docs/administration.md says they may do."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from accounts.models import PermissionGroup
from accounts.rights import Module
from accounts.standard_groups import StandardGroup, create_standard_groups, find_group
from tests.factories import CompanyFactory

# The words of the document → the modules that they mean.
MODULES = {
    "assets": Module.ASSETS,
    "inventory": Module.INVENTORY,
    "meters": Module.METERS,
    "metrics and costs": Module.METRICS,
    "people": Module.PEOPLE,
    "tasks and plans": Module.TASKS,
    "third parties": Module.THIRD_PARTIES,
    "transactions log": Module.TRANSACTIONS_LOG,
    "work orders": Module.WORK_ORDERS,
    "work requests": Module.WORK_REQUESTS,
    "configuration": Module.CONFIGURATION,
}


def documented() -> dict[str, dict[str, str]]:
    """Return the cells see, add, edit and delete of each group."""
    text = (settings.BASE_DIR / "docs/administration.md").read_text(encoding="utf-8")
    table = text.split("| Group of a new company |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)
    return {
        name.strip(): dict(zip(("view", "add", "edit", "delete"), cells, strict=True))
        for name, *cells in rows
    }


def rights(action: str, cell: str) -> set[str]:
    if cell.strip() == "–":
        return set()
    if cell.startswith("everything"):
        left_out = [words for words in MODULES if words in cell.partition("but")[2]]
        return {f"{module}:{action}" for words, module in MODULES.items() if words not in left_out}
    return {
        f"{MODULES[words.strip()]}:{action}"
        for words in cell.replace("own work orders", "work orders").split(",")
    }


@pytest.mark.django_db
def test_the_document_names_the_rights_of_each_group() -> None:
    made = {group.name: group for group in create_standard_groups(CompanyFactory(language="en")).values()}
    described = documented()
    assert set(described) == set(made)
    for name, cells in described.items():
        wanted = {right for action, cell in cells.items() for right in rights(action, cell)}
        assert set(made[name].rights) == wanted, name
        assert made[name].own_work_orders_only == ("own work orders" in cells["view"]), name


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Administrators", "Planners", "Technicians", "Read only"]),
        ("es", ["Administradores", "Planificadores", "Técnicos", "Solo lectura"]),
        ("pt-br", ["Administradores", "Planejadores", "Técnicos", "Somente leitura"]),
    ],
)
def test_they_are_named_in_the_language_of_the_company(language: str, names: list[str]) -> None:
    english = create_standard_groups(CompanyFactory(language="en"))
    company = CompanyFactory(language=language)
    made = create_standard_groups(company)
    assert [group.name for group in made.values()] == names
    for group, record in made.items():
        assert record.rights == english[group].rights
        assert record.own_work_orders_only == english[group].own_work_orders_only
        assert find_group(company, english[group].name) == record


@pytest.mark.django_db
def test_a_group_of_exactly_that_name_is_meant_before_a_translation() -> None:
    company = CompanyFactory(language="es")
    standard = create_standard_groups(company)[StandardGroup.PLANNERS]
    assert find_group(company, "Planners") == standard
    own = PermissionGroup.objects.create(company=company, name="Planners", rights=[])
    assert find_group(company, "Planners") == own
    assert find_group(company, "Nobody") is None


def test_every_module_has_its_words() -> None:
    assert set(MODULES.values()) == set(Module)
