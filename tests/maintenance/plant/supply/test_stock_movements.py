"""Documents that name an item several times, their costs, and the requisitions that they deliver."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from maintenance.models import Warehouse, WorkOrder, WorkOrderStatus
from tests.maintenance.callers import Api, refused, refused_field

PLACE = "ALM-CENTRAL"
CANCEL = {"user_code": "ADM-01", "work_orders_status_cancel": "Duplicada", "note": "x"}


def kept(code: str, warehouse: str = PLACE) -> tuple[float, float]:
    """Return stock and unit cost from the table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.stock, l.unit_cost FROM maintenance_stocklevel l"
            " JOIN maintenance_item i ON i.id = l.item_id"
            " JOIN maintenance_warehouse w ON w.id = l.warehouse_id WHERE i.code = %s AND w.code = %s",
            [code, warehouse],
        )
        ((stock, cost),) = cursor.fetchall()
    return stock, cost


def lines_of(number: int) -> list[tuple[float, float, float]]:
    """Return quantity, pending quantity and unit cost of each line of a document."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT qty, qty_pending, unit_cost FROM maintenance_movementline"
            " WHERE movement_id = %s ORDER BY id",
            [number],
        )
        return list(cursor.fetchall())


def state_of(number: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM maintenance_movement WHERE id = %s", [number])
        ((state,),) = cursor.fetchall()
    return int(state)


@pytest.fixture
def belt(admin: Api) -> str:
    """Create an item that no warehouse has in stock."""
    item = {"code": "GOODS-1", "field_1": "Correa", "unit_code": "UND", "unit_description": "Unidad"}
    assert admin.post("inventories", {**item, "code_warehouse": PLACE}).status_code == 200
    return "GOODS-1"


def counted(api: Api, code: str, stock: float, cost: float | None = None) -> None:
    sent = {"code_warehouse": PLACE, "stock": stock}
    answer = api.put(
        f"inventories_adjustment/{code}", sent if cost is None else {**sent, "unit_cost_stock": cost}
    )
    assert answer.status_code == 200, answer.content


def enter(api: Api, *lines: dict[str, Any]) -> dict[str, Any]:
    body = {"movement_type": "1", "document": "FAC-9", "code_user": "ADM-01", "items": list(lines)}
    answer = api.post(f"warehouse_entries_orders/{PLACE}", body)
    assert answer.status_code == 200, answer.content
    data: dict[str, Any] = answer.json()["data"]
    return data


def general(api: Api, *lines: dict[str, Any]) -> Any:
    body = {"warehouse_code": PLACE, "id_movement_type": 5, "document": "S-9", "responsible_code": "ADM-01"}
    return api.post("warehouse_outputs_orders", {**body, "items": list(lines)})


class TestTheSameItemTwice:
    def test_entered_both_lines_count(self, admin: Api, belt: str) -> None:
        booked = enter(admin, {"code": belt, "qty": 5, "price": 10}, {"code": belt, "qty": 3, "price": 20})
        assert kept(belt) == (8, 13.75)  # (5 × 10 + 3 × 20) ÷ 8
        assert [(qty, cost) for qty, _, cost in lines_of(booked["id"])] == [(5, 10), (3, 20)]
        assert booked["number_details"] == 2

    def test_a_line_without_a_price_comes_at_the_old_cost(self, admin: Api, belt: str) -> None:
        counted(admin, belt, 2, 4)
        enter(admin, {"code": belt, "qty": 2}, {"code": belt, "qty": 4, "price": 10})
        assert kept(belt) == (8, 7)  # (2 × 4 + 2 × 4 + 4 × 10) ÷ 8

    def test_issued_more_than_there_is(self, admin: Api, belt: str) -> None:
        counted(admin, belt, 5)
        refused(general(admin, {"code": belt, "qty": 5}, {"code": belt, "qty": 5}), 400)
        assert kept(belt)[0] == 5
        assert general(admin, {"code": belt, "qty": 2}, {"code": belt, "qty": 3}).status_code == 200
        assert kept(belt)[0] == 0

    def test_parts_of_a_unit_leave_nothing_behind(self, admin: Api, belt: str) -> None:
        counted(admin, belt, 0.3)
        assert general(admin, *[{"code": belt, "qty": 0.1}] * 3).status_code == 200
        assert kept(belt)[0] == 0


class TestUnitCost:
    @pytest.mark.parametrize(
        ("before", "entered", "expected"),
        [
            ((-5, 20), (10, 100), (5, 100)),
            ((-9, 20), (10, 100), (1, 100)),
            ((-10, 20), (10, 100), (0, 20)),
            ((0, 20), (10, 100), (10, 100)),
            ((10, 20), (10, 100), (20, 60)),
        ],
    )
    def test_is_never_outside_of_the_prices_in_it(
        self, admin: Api, belt: str, before: Any, entered: Any, expected: Any
    ) -> None:
        Warehouse.objects.filter(code=PLACE, company__slug="demo").update(allow_negative_stock=True)
        counted(admin, belt, *before)
        enter(admin, {"code": belt, "qty": entered[0], "price": entered[1]})
        assert kept(belt) == expected

    def test_goods_for_nothing_cost_nothing(self, admin: Api, belt: str) -> None:
        counted(admin, belt, 10, 20)
        booked = enter(admin, {"code": belt, "qty": 10, "price": 0})
        assert kept(belt) == (20, 10)
        assert [cost for _, _, cost in lines_of(booked["id"])] == [0]

    def test_what_was_given_out_keeps_the_cost_of_that_day(self, admin: Api, belt: str) -> None:
        counted(admin, belt, 10, 20)
        booked = general(admin, {"code": belt, "qty": 4}).json()["data"]
        assert [cost for _, _, cost in lines_of(booked["id"])] == [20]
        assert kept(belt) == (6, 20)


class Asked:
    """An order that requested 10 of an item from a warehouse."""

    def __init__(self, api: Api, code: str, qty: float = 10) -> None:
        self.api, self.code = api, code
        order = WorkOrder.objects.filter(company__slug="demo", status=WorkOrderStatus.IN_PROCESS)[0]
        self.folio = order.folio
        body = {
            "catalogued": True, "type": 1, "id_work_order_task": order.tasks.all()[0].pk,
            "code_resource": code, "code_warehouse": PLACE, "qty": qty, "code_account": "ADM-01",
        }  # fmt: skip
        answer = api.post(f"wo_resources/{self.folio}", body)
        assert answer.status_code == 200, answer.content
        detail = answer.json()["data"]["id_movements_details"]
        (paper,) = api.rows("work_orders_movements", folio=self.folio, id_movements_details=detail)
        self.number = int(paper["id"])

    def issue(self, *quantities: float) -> Any:
        return self.api.post(
            "warehouse_outputs_orders",
            {
                "warehouse_code": PLACE, "wo_folio": self.folio, "id_movement": self.number,
                "responsible_code": "ADM-01",
                "items": [{"code": self.code, "qty": qty} for qty in quantities],
            },
        )  # fmt: skip

    @property
    def pending(self) -> float:
        return sum(pending for _, pending, _ in lines_of(self.number))


class TestRequisition:
    def test_two_lines_serve_it_together(self, admin: Api, belt: str) -> None:
        counted(admin, belt, 10)
        asked = Asked(admin, belt)
        assert asked.issue(1, 1).status_code == 200
        assert (asked.pending, kept(belt)[0], state_of(asked.number)) == (8, 8, 2)
        assert asked.issue(8).status_code == 200
        assert (asked.pending, kept(belt)[0], state_of(asked.number)) == (0, 0, 3)

    def test_no_more_than_is_pending(self, admin: Api, belt: str) -> None:
        counted(admin, belt, 100)
        asked = Asked(admin, belt)
        for quantities in ((11,), (6, 5)):
            text = refused(asked.issue(*quantities), 400)["message"]
            assert "10 are pending" in text
            assert "general issue" in text
        assert (asked.pending, kept(belt)[0], state_of(asked.number)) == (10, 100, 1)

    def test_an_item_in_two_of_its_lines(self, admin: Api, belt: str) -> None:
        counted(admin, belt, 100)
        asked = Asked(admin, belt)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO maintenance_movementline"
                " (company_id, movement_id, item_id, qty, qty_pending, unit_cost)"
                " SELECT company_id, movement_id, item_id, 5, 5, 1"
                " FROM maintenance_movementline WHERE movement_id = %s",
                [asked.number],
            )
        assert asked.issue(12).status_code == 200
        assert [pending for _, pending, _ in lines_of(asked.number)] == [0, 3]
        assert state_of(asked.number) == 2

    def test_of_a_cancelled_order_is_closed(self, admin: Api, belt: str) -> None:
        counted(admin, belt, 100)
        asked, served = Asked(admin, belt), Asked(admin, belt, 2)
        assert served.issue(2).status_code == 200
        assert asked.issue(4).status_code == 200
        assert admin.put(f"work_order_cancel/{asked.folio}", CANCEL).status_code == 200
        papers = {row["id"]: row for row in admin.rows("work_orders_movements", folio=asked.folio)}
        assert papers[asked.number]["movements_states_description"] == "DELIVERY_CANCELLED"
        assert papers[served.number]["movements_states_description"] == "TOTAL_DELIVERY"
        assert asked.pending == 0
        assert "cancelled" in refused(asked.issue(1), 400)["message"]
        assert kept(belt)[0] == 94

    def test_of_another_order_is_not_served(self, admin: Api, belt: str) -> None:
        asked = Asked(admin, belt)
        asked.folio = WorkOrder.objects.filter(company__slug="demo").exclude(folio=asked.folio)[0].folio
        assert refused_field(asked.issue(1)) == "id_movement"
