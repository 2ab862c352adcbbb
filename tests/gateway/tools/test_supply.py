"""Stock, third parties, warehouse documents and the log, on the embedded plant."""

from __future__ import annotations

import pytest
from django.db.models import F

from maintenance.models import Movement, MovementType, StockLevel, ThirdParty, Transaction, Warehouse
from tests.gateway.tools.conftest import Person, PersonMaker

DEMO = {"company__slug": "demo"}


def test_warehouses_alone(admin: Person) -> None:
    answer = admin.ask("list_stock")
    known = {"ALM-CENTRAL", "ALM/TALLER", "ERP-01"}
    codes = [place["code"] for place in answer["warehouses"]]
    assert known <= set(codes)
    assert sorted(codes) == sorted(Warehouse.objects.filter(**DEMO).values_list("code", flat=True))
    assert answer["stock"] == []


def test_what_is_below_its_minimum_everywhere(admin: Person) -> None:
    lines = admin.everything("list_stock", "stock", below_minimum=True, limit=100)
    short = StockLevel.objects.filter(stock__lt=F("min_level"), **DEMO)
    expected = {(level.item.code, level.warehouse.code) for level in short}
    assert {(line["item"], line["warehouse"]) for line in lines} == expected
    assert all(line["missing"] > 0 for line in lines)


def test_a_warehouse_by_a_piece_of_its_name(admin: Person) -> None:
    lines = admin.ask("list_stock", warehouse="almacen del taller", limit=5)["stock"]
    assert {line["warehouse"] for line in lines} == {"ALM/TALLER"}
    several = admin.refused("list_stock", warehouse="almac")
    assert several["code"] == "ambiguous"
    assert {row["code"] for row in several["candidates"]} == {"ALM-CENTRAL", "ALM/TALLER"}
    assert admin.refused("list_stock", warehouse="nope")["code"] == "not_found"


def test_one_item_everywhere(admin: Person) -> None:
    code = StockLevel.objects.filter(**DEMO)[0].item.code
    lines = admin.ask("list_stock", item=code)["stock"]
    expected = StockLevel.objects.filter(item__code=code, **DEMO)
    assert {line["warehouse"]: line["stock"] for line in lines} == {
        level.warehouse.code: level.stock for level in expected
    }


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("material_requests", MovementType.MATERIAL_REQUEST),
        ("requisitions", MovementType.REQUISITION),
    ],
)
def test_papers_of_a_period(admin: Person, kind: str, type_: MovementType) -> None:
    papers = admin.everything(
        "list_warehouse_documents", "documents", kind=kind, since="2015-01-01", until="2099-01-01", limit=100
    )
    expected = Movement.objects.filter(type=type_, **DEMO)
    assert {paper["id"] for paper in papers} == set(expected.values_list("pk", flat=True))


def test_purchase_orders_of_a_warehouse(admin: Person) -> None:
    papers = admin.everything(
        "list_warehouse_documents", "documents", kind="purchase_orders", warehouse="ALM-CENTRAL",
        since="2015-01-01", until="2099-01-01",
    )  # fmt: skip
    expected = Movement.objects.filter(
        type=MovementType.PURCHASE_ORDER, warehouse__code="ALM-CENTRAL", **DEMO
    )
    assert len(papers) == expected.count()


def test_third_parties_with_contacts_and_services(admin: Person) -> None:
    everyone = admin.everything("list_third_parties", "third_parties")
    assert {row["code"] for row in everyone} == set(
        ThirdParty.objects.filter(**DEMO).values_list("code", flat=True)
    )
    (one,) = admin.ask("list_third_parties", code="PRV-003", include=["contacts", "services"])[
        "third_parties"
    ]
    assert one["contacts"]
    assert one["services"]


def test_the_log(admin: Person, technician: Person) -> None:
    rows = admin.ask("list_transactions", since="2015-01-01", until="2099-01-01", limit=20)["transactions"]
    newest = Transaction.objects.filter(**DEMO).order_by("-event_date", "-id")[:20]
    assert [row["id"] for row in rows] == [row.pk for row in newest]
    assert technician.refused("list_transactions")["code"] == "not_permitted"


def test_another_company_has_its_own(stranger: Person) -> None:
    assert {place["code"] for place in stranger.ask("list_stock")["warehouses"]} == {"ALMOX-01"}
    assert stranger.refused("list_stock", warehouse="ALM-CENTRAL")["code"] == "not_found"


class TestWrites:
    def test_the_life_of_a_stock_item(self, admin: Person) -> None:
        made = admin.ask(
            "create_stock_item", code="REP-LIFE", name="Correa B-99", unit_code="UN", unit="Unidad",
            warehouse="almacen central", minimum=5,
        )  # fmt: skip
        assert made["done"] == "created"
        assert admin.refused(
            "create_stock_item",
            code="REP-LIFE",
            name="x",
            unit_code="UN",
            unit="Unidad",
            warehouse="ALM-CENTRAL",
        )["code"] in ("upstream_rejected", "conflict")
        again = {"item": "REP-LIFE", "warehouse": "Almacén del taller"}
        assert admin.ask("link_stock_item", **again)["done"] == "created"
        once_more = admin.ask("link_stock_item", **again, idempotency_key="once-more")
        assert once_more["done"] == "already_there"
        admin.ask(
            "register_warehouse_entry", warehouse="almacen central", kind="purchase", document="F-1",
            items=[{"item": "REP-LIFE", "quantity": 10, "unit_cost": 3}],
        )  # fmt: skip
        admin.ask(
            "register_warehouse_issue", warehouse="almacen central", kind="general", document="S-1",
            items=[{"item": "REP-LIFE", "quantity": 4}],
        )  # fmt: skip
        (place, other) = admin.ask("list_stock", item="REP-LIFE")["stock"]
        assert {place["stock"], other["stock"]} == {6, 0}
        now = admin.ask("adjust_stock", item="REP-LIFE", warehouse="almacen central", stock=9)
        assert now["stock"] == 9

    def test_not_more_than_there_is(self, admin: Person) -> None:
        admin.ask(
            "create_stock_item",
            code="REP-NONE",
            name="x",
            unit_code="UN",
            unit="U",
            warehouse="almacen central",
        )
        refused = admin.refused(
            "register_warehouse_issue", warehouse="almacen central", kind="general", document="S-2",
            items=[{"item": "REP-NONE", "quantity": 1}],
        )  # fmt: skip
        assert refused["code"] == "upstream_rejected"
        integrated = admin.refused("adjust_stock", item="REP-0101-A", warehouse="ERP-01", stock=1)
        assert integrated["code"] == "upstream_rejected"

    def test_an_issue_to_a_work_order(self, admin: Person) -> None:
        asked = Movement.objects.filter(
            type=MovementType.REQUISITION, state=1, warehouse__code="ALM-CENTRAL", **DEMO
        )[0]
        line = asked.lines.all()[0]
        StockLevel.objects.filter(item=line.item, warehouse=asked.warehouse).update(stock=100)
        assert asked.work_order
        moved = admin.ask(
            "register_warehouse_issue", warehouse="ALM-CENTRAL", kind="work_order",
            work_order=asked.work_order.folio, requisition=asked.pk,
            items=[{"item": line.item.code, "quantity": line.qty}],
        )  # fmt: skip
        assert moved["items"] == 1
        line.refresh_from_db()
        assert line.qty_pending == 0

    def test_assets_and_meters(self, admin: Person) -> None:
        made = admin.ask(
            "create_asset", code="BOM-LIFE", type="equipment", name="Bomba", location="SERVICIOS",
            manufacturer="KSB", priority="high",
        )  # fmt: skip
        assert made["done"] == "created"
        changed = admin.ask("update_asset", asset="BOM-LIFE", notes="nueva", location="BODEGA")
        assert changed["changed"] == ["location", "notes"]
        assert admin.refused("update_asset", asset="BOM-LIFE")["code"] == "invalid_arguments"
        wrong = admin.refused("update_asset", asset="BOM-LIFE", city="Cali")
        assert wrong["fields"][0]["field"] == "city"
        meter = admin.ask(
            "create_meter", asset="BOM-LIFE", description="Horómetro", unit_code="HRS", serial="HR-LIFE",
            last_reading=10, read_at="2026-01-05",
        )  # fmt: skip
        assert meter["id"]
        shown = admin.ask("get_asset", code="BOM-LIFE")
        assert shown["notes"] == "nueva"

    def test_own_fields(self, admin: Person) -> None:
        done = admin.ask("set_asset_custom_field", asset="CMP-02", field="Tag de seguridad", value="LOTO-9")
        assert done["done"] == "updated"
        refused = admin.refused("set_asset_custom_field", asset="CMP-02", field="Nope", value="x")
        assert "Tag de seguridad" in [field["label"] for field in refused["candidates"]]

    def test_people_and_third_parties(self, admin: Person) -> None:
        assert (
            admin.ask("create_person", code="TEC-LIFE", first_name="Ana", last_name="Paz")["code"]
            == "TEC-LIFE"
        )
        assert admin.ask("update_person", code="TEC-LIFE", city="Cali")["changed"] == ["city"]
        assert (
            admin.ask("save_third_party", code="PRV-LIFE", name="Torno", types=["supplier"])["done"]
            == "created"
        )
        assert admin.ask("save_third_party", code="PRV-LIFE", city="Cali")["done"] == "updated"
        service = {"third_party": "PRV-LIFE", "service": "Torneado", "cost": 30}
        unit = {"unit_code": "HRS", "unit": "Hora"}
        assert admin.ask("set_third_party_service", **service, **unit)["done"] == "created"
        assert admin.ask("set_third_party_service", **{**service, "cost": 35})["done"] == "updated"
        document = admin.ask(
            "add_document", owner="third_party", code="PRV-LIFE", name="Contrato", warranty=False
        )
        assert document["id"]

    def test_writes_need_their_rights(self, technician: Person, person: PersonMaker) -> None:
        assert technician.refused("adjust_stock", item="x", warehouse="x", stock=1)["code"] == "not_permitted"
        admin = person()
        reader = person(rights=frozenset({*admin.caller.rights} - {"people:edit"}))
        refused = reader.refused("add_document", owner="person", code="TEC-01", name="x")
        assert refused["missing_rights"] == ["people:edit"]
