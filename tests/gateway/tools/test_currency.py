"""The currency of amounts is the one that the company set; without one there is none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from maintenance.models import ItemType, Movement, MovementLine, MovementState, MovementType, Warehouse
from tests.gateway.tools.small_plant import DAY, SmallPlant

WITH_AMOUNTS = ("cost", "purchase_draft", "idle_stock", "repeat_failures")
WITHOUT = (
    "reliability", "summary", "compliance", "backlog", "ageing", "requests", "planned_share",
    "work_per_person", "stale_meters", "meter_forecast", "stock_below_minimum",
)  # fmt: skip


@pytest.mark.parametrize("currency", ["CLP", ""])
def test_an_answer_with_amounts_names_the_currency(currency: str) -> None:
    plant = SmallPlant(timezone.now(), currency=currency)
    said = {currency or None}
    order = plant.order()
    plant.task(order, plant.item("PUMP"), labour_cost=Decimal(100))
    store = Warehouse.objects.create(company=plant.company, code="A", description="Store")
    paper = Movement.objects.create(
        company=plant.company, warehouse=store, type=MovementType.REQUISITION,
        state=MovementState.NOT_DELIVERED, folio="R", document=order.folio, work_order=order,
        date_create=plant.now - DAY,
    )  # fmt: skip
    bolt = plant.item("BOLT", type=ItemType.SPARE_PARTS)
    MovementLine.objects.create(
        company=plant.company, movement=paper, item=bolt, qty=1, qty_pending=1, unit_cost=3
    )
    assert {plant.person.ask("whoami").get("currency")} == said
    for metric in WITH_AMOUNTS:
        answer = plant.metric(metric)
        assert {answer.get("currency")} == said, metric
        assert ("company's currency" in answer["method"]) == (not currency), metric
    assert {plant.metric("cost", group_by="third_party").get("currency")} == said
    for metric in WITHOUT:
        assert "currency" not in plant.metric(metric), metric
    assert {plant.person.ask("get_work_order", folio=order.folio).get("currency")} == said
    assert {plant.person.ask("list_stock").get("currency")} == said
    (requisition,) = plant.person.ask("list_warehouse_documents", kind="requisitions")["documents"]
    assert {requisition.get("currency")} == said
