"""A refusal by the upstream reaches the person with its reason, in the tool's own names."""

from __future__ import annotations

from typing import Any

import pytest

from maintenance.models import Item, StockLevel, TaskPlan, TriggerType, WorkOrder, WorkOrderStatus
from tests.gateway.tools.conftest import Person, PersonMaker

DEMO = {"company__slug": "demo"}


def test_too_little_in_stock_is_said_with_what_is_there(admin: Person) -> None:
    level = StockLevel.objects.filter(
        warehouse__company__slug="demo", warehouse__code="ALM-CENTRAL", stock__gt=0,
        warehouse__allow_negative_stock=False,
    ).order_by("pk")[0]  # fmt: skip
    refused = admin.refused(
        "register_warehouse_issue", warehouse="ALM-CENTRAL", kind="general", document="S-77",
        items=[{"item": level.item.code, "quantity": level.stock + 1}],
    )  # fmt: skip
    assert f"only {level.stock:g} of" in refused["message"]
    assert "not enough stock" in refused["message"]
    level.refresh_from_db()


def test_a_plan_with_meter_triggers_is_said_to_have_them(admin: Person) -> None:
    plan = TaskPlan.objects.filter(
        tasks__triggers__type__in=(TriggerType.WHEN, TriggerType.EVERY), **DEMO
    ).order_by("pk")[0]
    asset = Item.objects.filter(type=2, task_plan_id=None, active=True, **DEMO).order_by("pk")[0]
    refused = admin.refused("assign_task_plan", asset=asset.code, plan=plan.pk)
    assert "meter triggers or subtasks" in refused["message"]
    asset.refresh_from_db()
    assert asset.task_plan_id is None


def test_an_unknown_asset_is_refused_by_our_name_of_it(person: PersonMaker) -> None:
    """For a caller who may not read assets the code is taken as it is; the upstream calls it `code`."""
    planner = person("planner@demo.example").caller
    blind = person("planner@demo.example", rights=planner.rights - {"assets:view"})
    refused = blind.refused(
        "create_work_request", title="Fuga de vapor", asset="NO-SUCH-1", even_if_similar=True
    )
    assert refused["code"] == "invalid_arguments"
    assert refused["fields"] == [{"field": "asset", "problem": "was not found"}]
    assert "asset (was not found)" in refused["message"]


def test_a_replaced_note_of_four_thousand_letters_is_told_whole(admin: Person) -> None:
    order = WorkOrder.objects.filter(status=WorkOrderStatus.IN_PROCESS, **DEMO).order_by("pk")[0]
    long = "".join(f"{number:04d} " for number in range(800))[:3999] + "z"
    assert len(long) == 4000
    admin.ask("update_work_order", folio=order.folio, note=long)
    told = admin.ask("update_work_order", folio=order.folio, note="Short")
    assert told["notes"] == [f"It replaced: {long}"]
    order.refresh_from_db()
    assert order.note == "Short"


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"responsible": "TEC-03"}, "reassign an order"),
        ({"note": "x", "priority": "high"}, "change its priority"),
        ({"scheduled_at": "2026-12-01"}, "move its date"),
    ],
)
def test_what_the_contract_cannot_do_names_the_page(admin: Person, given: dict[str, Any], what: str) -> None:
    refused = admin.refused("update_work_order", folio="OT-1", **given)
    assert refused["code"] == "refused"
    assert what in refused["message"]
    assert refused["page"].endswith("/records/work-orders/OT-1")
    refused = admin.refused("update_work_request", id=359, priority="high")
    assert "a request's priority" in refused["message"]
    assert refused["page"].endswith("/records/work-requests/359")
