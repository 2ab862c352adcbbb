"""docs/administration.md says what the groups of a new company may: the groups are compared with it."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from accounts.rights import Module
from accounts.standard_groups import create_standard_groups
from tests.factories import CompanyFactory

# The words of the document, and the modules that they mean.
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
    """Group -> the cells see, add, edit, delete."""
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
    made = create_standard_groups(CompanyFactory())
    described = documented()
    assert set(described) == set(made)
    for name, cells in described.items():
        wanted = {right for action, cell in cells.items() for right in rights(action, cell)}
        assert set(made[name].rights) == wanted, name
        assert made[name].own_work_orders_only == ("own work orders" in cells["view"]), name


def test_every_module_has_its_words() -> None:
    assert set(MODULES.values()) == set(Module)
