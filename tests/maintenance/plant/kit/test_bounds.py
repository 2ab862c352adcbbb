"""Values that a database cannot store are refused in words: NUL characters, huge numbers, endless trees."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from maintenance.models import Item
from tests.contract.table import names, resources
from tests.maintenance.callers import Api, refused, refused_field

LEVELS, NAME = 12, "n" * 107
NULL, HUGE = "a\x00b", 10**20
RESOURCES = {resource["path"]: resource for resource in resources()}


def test_m28_a_deep_tree_of_long_names(admin: Api) -> None:
    """Twelve levels of 107 letters: a path of names of 1,203."""
    above: dict[str, str] = {}
    for level in range(LEVELS):
        sent = {"code": f"DEEP-{level}", "id_type_item": 1, "field_1": NAME, **above}
        assert admin.post("items", sent).status_code == 200
        above = {"code_parent_location": f"DEEP-{level}"}
    (lowest,) = admin.rows(f"items/DEEP-{LEVELS - 1}")
    assert lowest["parent_description"] == "// " + f"{NAME}/ " * (LEVELS - 1)
    renamed = {"id_type_item": 1, "field_1": "m" * 120}
    assert admin.put("items/DEEP-0", renamed).status_code == 200
    (lowest,) = admin.rows(f"items/DEEP-{LEVELS - 1}")
    assert lowest["parent_description"] == f"// {'m' * 120}/ " + f"{NAME}/ " * (LEVELS - 2)


def test_a_tree_that_is_too_deep_is_said(admin: Api) -> None:
    top, below = (
        {"code": code, "id_type_item": 1, "field_1": "Level", **above}
        for code, above in (("TOP", {}), ("BELOW", {"code_parent_location": "TOP"}))
    )
    assert admin.post("items", top).status_code == 200
    assert admin.post("items", below).status_code == 200
    Item.objects.filter(code="TOP").update(ancestors="/" + "1234567/" * 250)
    deeper = {**below, "code": "DEEPER"}
    assert refused_field(admin.post("items", deeper)) == "code_parent_location"
    move = {"id_type_item": 1, "code_parent_location": "TOP"}
    (other,) = admin.rows("items", limit=1, item_type=1)
    assert refused_field(admin.put(f"items/{other['code']}", move)) == "code_parent_location"


@pytest.mark.parametrize("path", sorted(RESOURCES))
@pytest.mark.parametrize("value", [NULL, HUGE, -HUGE], ids=["null", "huge", "negative"])
def test_each_name_of_each_endpoint(admin: Api, path: str, value: str | int) -> None:
    """In the path, in the query and in the body, alone and together."""
    given = [(name.name, name.kind) for name in names(RESOURCES[path])]
    queries = [name for name, kind in given if kind not in {"field", "body"}]
    bodies = [name for name, kind in given if kind == "body"]
    answers = [admin.get(f"{path}/{value}"), admin.get(path, **dict.fromkeys(queries, value))]
    answers += [admin.get(path, **{name: value}) for name in queries]
    whole: dict[str, Any] = dict.fromkeys(bodies, value)
    for send, address in itertools.product((admin.post, admin.put), (path, f"{path}/{value}")):
        answers += [send(address, whole), *(send(address, {name: value}) for name in bodies)]
    assert {answer.status_code for answer in answers if answer.status_code >= 500} == set()


def test_work_that_lasted_longer_than_a_number_holds(admin: Api) -> None:
    (task,) = admin.rows("work_orders", ot_status=1, limit=1)
    sent = {
        "id_work_order_task": task["id_work_orders_tasks"],
        "initial_date": "1900-01-01T00:00:00Z",
        "final_date": "2026-01-01T00:00:00Z",
        "code_account": "ADM-1",
    }
    refused(admin.put(f"work_orders_tasks/{task['wo_folio']}", sent), 404)
    assert refused_field(admin.put("work_orders_tasks", sent)) == "initial_date"


def test_a_day_after_the_last_one(admin: Api) -> None:
    """A trigger counts from there: 30 days after the last day of the calendar do not exist."""
    (plan,) = [row for row in admin.rows("groups_tasks_details") if row.get("id")][:1]
    machine = Item.objects.filter(company__slug="demo", type=2, task_plan_id=None)[0]
    sent = {"id_tasks_plan": plan["id"], "code_user": "ADM-1", "last_date_maintenance": "9999-12-31"}
    assert admin.post(f"items_associate_tasks_plan/{machine.code}", sent).status_code < 500
