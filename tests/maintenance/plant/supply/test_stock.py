"""Warehouses, stock items, receipts, issues and their documents."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from maintenance.models import Movement, MovementState, MovementType, StockLevel, Transaction
from tests.maintenance.callers import Api, refused, refused_field

ITEM = {"code": "REP-NEW", "field_1": "Correa B-52", "unit_code": "UND", "unit_description": "Unidad"}


def at(api: Api, code: str, warehouse: str) -> dict[str, Any]:
    """Return the level of a stock item in a warehouse."""
    item = api.page(f"inventories/{quote(code, safe='')}")["data"]
    item = item[0] if isinstance(item, list) else item
    (place,) = (place for place in item["warehouses"] if place["code_warehouse"] == warehouse)
    found: dict[str, Any] = place
    return found


def entry(code: str, qty: float, **more: Any) -> dict[str, Any]:
    goods = {"code": code, "qty": qty, **more}
    return {"movement_type": "1", "document": "FAC-1", "code_user": "ADM-01", "items": [goods]}


def test_warehouses_are_found_by_code_and_kind(admin: Api) -> None:
    rows = admin.rows("warehouses")
    assert {row["code"] for row in rows} == {"ALM-CENTRAL", "ALM/TALLER", "ERP-01"}
    assert [row["code"] for row in admin.rows("warehouses", code="ALM/TALLER")] == ["ALM/TALLER"]
    assert [row["code"] for row in admin.rows("warehouses", is_integrated="true")] == ["ERP-01"]
    assert [row["external_integration"] for row in rows] == [False, False, True]


def test_a_warehouse_is_made_once(admin: Api) -> None:
    body = {"code": "ALM-3", "description": "Almacén de obra"}
    assert admin.post("warehouses", body).json()["data"]["code"] == "ALM-3"
    refused(admin.post("warehouses", body), 408)
    assert refused_field(admin.post("warehouses", {"code": "ALM-4"})) == "description"


def test_the_stock_of_a_warehouse(admin: Api) -> None:
    rows = admin.rows("warehouses_items", code="ALM-CENTRAL")
    expected = StockLevel.objects.filter(warehouse__code="ALM-CENTRAL", warehouse__company__slug="demo")
    assert admin.total("warehouses_items", code="ALM-CENTRAL") == expected.count()
    for row in rows[:5]:
        level = expected.get(item_id=row["id_item"])
        assert (row["stock"], row["min_stock_level"]) == (level.stock, level.min_level)
    assert any(level.stock < (level.min_level or 0) for level in expected), "nothing is below its minimum"
    assert refused_field(admin.get("warehouses_items", code="NOPE")) == "code"


def test_a_new_item_begins_at_zero_where_the_stock_is_our_own(admin: Api) -> None:
    sent = {**ITEM, "code_warehouse": "ALM-CENTRAL", "stock": 50, "unit_cost_stock": 9}
    assert admin.post("inventories", sent).status_code == 200
    assert at(admin, "REP-NEW", "ALM-CENTRAL")["stock"] == 0
    refused(admin.post("inventories", sent), 408)
    linked = {"code": "REP-NEW", "code_warehouse": "ERP-01", "stock": 50, "unit_cost_stock": 9}
    assert admin.post("inventories_associate_warehouse", linked).status_code == 200
    assert at(admin, "REP-NEW", "ERP-01")["stock"] == 50
    refused(admin.post("inventories_associate_warehouse", linked), 400)


def test_an_adjustment_sets_what_was_counted(admin: Api) -> None:
    admin.post("inventories", {**ITEM, "code_warehouse": "ALM-CENTRAL"})
    path = "inventories_adjustment/REP-NEW"
    answer = admin.put(path, {"code_warehouse": "ALM-CENTRAL", "stock": 12, "unit_cost_stock": 3.5})
    assert answer.json()["data"]["stock"] == 12
    assert at(admin, "REP-NEW", "ALM-CENTRAL")["unit_cost_stock"] == 3.5
    assert refused_field(admin.put(path, {"code_warehouse": "ALM-CENTRAL"})) == "stock"
    assert refused_field(admin.put(path, {"code_warehouse": "ALM-CENTRAL", "stock": -1})) == "stock"
    assert refused_field(admin.put(path, {"code_warehouse": "ALM/TALLER", "stock": 1})) == "code_warehouse"
    refused(admin.put("inventories_adjustment/NOPE", {"code_warehouse": "ALM-CENTRAL", "stock": 1}), 404)
    assert Transaction.objects.filter(sub_module="ADJUSTMENTS").latest("id").data["before"]["stock"] == 0


def test_an_entry_adds_at_a_moving_average(admin: Api) -> None:
    admin.post("inventories", {**ITEM, "code_warehouse": "ALM-CENTRAL"})
    for qty, price in ((10, 2), (30, 4)):
        booked = admin.post("warehouse_entries_orders/ALM-CENTRAL", entry("REP-NEW", qty, price=price))
        assert booked.status_code == 200, booked.content
    place = at(admin, "REP-NEW", "ALM-CENTRAL")
    assert (place["stock"], place["unit_cost_stock"]) == (40, 3.5)


def test_an_entry_that_cannot_be_booked_books_nothing(admin: Api) -> None:
    admin.post("inventories", {**ITEM, "code_warehouse": "ALM-CENTRAL"})
    path = "warehouse_entries_orders/ALM-CENTRAL"
    both = entry("REP-NEW", 5)
    both["items"] = [*both["items"], {"code": "NOPE", "qty": 1}]
    assert refused_field(admin.post(path, both)) == "items.1.code"
    assert at(admin, "REP-NEW", "ALM-CENTRAL")["stock"] == 0
    assert refused_field(admin.post(path, entry("REP-NEW", 0))) == "items"
    assert refused_field(admin.post(path, {**entry("REP-NEW", 1), "code_user": "NOPE"})) == "code_user"
    assert (
        refused_field(admin.post("warehouse_entries_orders/ERP-01", entry("REP-NEW", 1))) == "warehouse_code"
    )
    refused(admin.post("warehouse_entries_orders/NOPE", entry("REP-NEW", 1)), 404)


def issue(asked: Movement, qty: float) -> dict[str, Any]:
    line = asked.lines.select_related("item")[0]
    assert asked.work_order
    return {
        "warehouse_code": asked.warehouse.code,
        "wo_folio": asked.work_order.folio,
        "id_movement": asked.pk,
        "responsible_code": "ADM-01",
        "items": [{"code": line.item.code, "qty": qty}],
    }


def test_an_issue_serves_a_requisition(admin: Api) -> None:
    asked = Movement.objects.filter(
        type=MovementType.REQUISITION, state=MovementState.NOT_DELIVERED, company__slug="demo"
    ).exclude(warehouse__code="ERP-01")[0]
    line = asked.lines.select_related("item")[0]
    level = StockLevel.objects.get(item=line.item, warehouse=asked.warehouse)
    level.stock = line.qty_pending
    level.save()
    refused(admin.post("warehouse_outputs_orders", issue(asked, line.qty_pending + 1)), 400)
    general = {**issue(asked, 1), "id_movement_type": 5}
    assert refused_field(admin.post("warehouse_outputs_orders", general)) == "document"
    booked = admin.post("warehouse_outputs_orders", issue(asked, line.qty_pending))
    assert booked.status_code == 200, booked.content
    level.refresh_from_db()
    line.refresh_from_db()
    assert (level.stock, line.qty_pending) == (0, 0)
    asked.refresh_from_db()
    assert asked.state != MovementState.NOT_DELIVERED


def test_requisitions_of_one_order(admin: Api, technician: Api) -> None:
    asked = Movement.objects.filter(type=MovementType.REQUISITION, company__slug="demo")[0]
    assert asked.work_order
    (row,) = admin.rows("work_orders_movements", folio=asked.work_order.folio)
    assert row["id"] == asked.pk
    assert {line["id_parent"] for line in row["list_items"]} == {asked.pk}
    assert row["number_details"] == len(row["list_items"])


def test_purchase_orders_of_a_warehouse_in_a_period(admin: Api) -> None:
    assert refused_field(admin.get("warehouse_purchase_orders")) == "warehouse_code"
    lately = admin.total("warehouse_purchase_orders", warehouse_code="ALM-CENTRAL")
    ever = admin.total(
        "warehouse_purchase_orders", warehouse_code="ALM-CENTRAL", since="2015-01-01", until="2100-01-01"
    )
    assert 0 < lately < ever


def test_the_note_of_a_material_request_changes(admin: Api) -> None:
    wish = Movement.objects.filter(
        type=MovementType.MATERIAL_REQUEST, company__slug="demo", warehouse__external_integration=False
    )[0]
    path = f"material_requests/{wish.pk}"
    assert admin.put(path, {"note": "para el martes"}).json()["data"]["note"] == "para el martes"
    (row,) = admin.rows("material_requests", id=wish.pk)
    assert row["note"] == "para el martes"
    refusal = admin.put(path, {"note": "x", "id_movement_state": 3})
    assert refused_field(refusal) == "id_movement_state"
    refused(admin.put("material_requests/999999", {"note": "x"}), 404)


def test_another_company_cannot_touch_the_stock(stranger: Api) -> None:
    refused(stranger.get("inventories/REP-NEW"), 404)
    refused(stranger.put("inventories_adjustment/REP-NEW", {"code_warehouse": "ALMOX-01", "stock": 1}), 404)
    refused(stranger.post("warehouse_entries_orders/ALM-CENTRAL", entry("REP-NEW", 1)), 404)
