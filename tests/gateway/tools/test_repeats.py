"""A → B → A ends at A: a write that sets a state never counts as a repeat of an older one."""

from __future__ import annotations

from typing import Any

import pytest

from maintenance.models import Item, StockLevel, WorkOrder, WorkOrderStatus, WorkRequest
from tests.gateway.tools.conftest import Person

DEMO = {"company__slug": "demo"}


def test_stock_that_is_counted_back(admin: Person) -> None:
    level = StockLevel.objects.filter(
        item__company__slug="demo", item__type=4, warehouse__external_integration=False
    )[0]
    where = {"item": level.item.code, "warehouse": level.warehouse.code}
    for stock in (5, 7, 5):
        assert admin.ask("adjust_stock", **where, stock=stock)["stock"] == stock
        level.refresh_from_db()
        assert level.stock == stock


@pytest.mark.parametrize(("argument", "values"), [("status", ("review", "in_process")), ("note", ("a", "b"))])
def test_an_order_that_is_changed_back(admin: Person, argument: str, values: tuple[str, str]) -> None:
    order = WorkOrder.objects.filter(**DEMO, status=WorkOrderStatus.IN_PROCESS)[7]
    kept = {"review": WorkOrderStatus.REVIEW, "in_process": WorkOrderStatus.IN_PROCESS}
    for value in (*values, values[0]):
        change: dict[str, Any] = {argument: value}
        admin.ask("update_work_order", folio=order.folio, **change)
        order.refresh_from_db()
        assert getattr(order, argument) == kept.get(value, value)


def test_an_asset_that_is_switched_off_on_and_off(admin: Person) -> None:
    item = Item.objects.filter(**DEMO, type=2, active=True)[9]
    for active in (False, True, False):
        admin.ask("update_asset", asset=item.code, active=active)
        item.refresh_from_db()
        assert item.active is active


def test_a_request_that_is_moved_to_and_fro(admin: Person) -> None:
    request = WorkRequest.objects.filter(**DEMO, status=1)[3]
    for status, number in (("in_process", 2), ("open", 1), ("in_process", 2)):
        admin.ask("update_work_request", id=request.pk, status=status)
        request.refresh_from_db()
        assert request.status == number


def test_a_record_that_is_asked_for_twice_is_made_once(admin: Person) -> None:
    before = WorkRequest.objects.filter(**DEMO).count()
    answers = [admin.ask("create_work_request", title="Tapa suelta en el silo norte") for _ in range(2)]
    assert answers[0] == answers[1]
    assert WorkRequest.objects.filter(**DEMO).count() == before + 1
