"""Writes of assets, meters, people and third parties and their details; every change is logged."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from maintenance.models import Item, ItemMove, Transaction
from tests.maintenance.callers import Api, refused, refused_field

PUMP = {"id_type_item": 2, "code": "BOM-99", "field_1": "Bomba nueva", "code_parent_location": "SERVICIOS"}
PRV = "900.123.456-7"


class TestAssets:
    def test_a_new_asset_stands_in_its_place(self, admin: Api) -> None:
        (row,) = admin.post("items", PUMP).json()["data"]
        assert row["code"] == "BOM-99"
        (found,) = admin.rows("items", code="BOM-99")
        parent = Item.objects.get(code="SERVICIOS", company__slug="demo")
        assert found["id_parent"] == parent.pk
        assert found["parent_description"] == parent.subtree_description
        refused(admin.post("items", PUMP), 408)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"id_type_item": 9}, "id_type_item"),
            ({"field_1": ""}, "field_1"),
            ({"code_parent_location": "NOPE"}, "code_parent_location"),
            ({"priorities": "HUGE"}, "priorities"),
            ({"id_type_item": 4}, "unit_code"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, admin: Api, change: dict[str, object], field: str) -> None:
        assert refused_field(admin.post("items", {**PUMP, **change})) == field
        assert not Item.objects.filter(code="BOM-99").exists()

    def test_a_move_takes_along_what_stands_below(self, admin: Api) -> None:
        moved = {"id_type_item": 1, "code_parent_location": "BODEGA"}
        assert admin.put(f"items/{quote('SALA COMPRESORES')}", moved).status_code == 200
        (child,) = admin.rows("items", code="CMP-01")
        room = Item.objects.get(code="SALA COMPRESORES", company__slug="demo")
        assert room.parent
        assert room.parent.code == "BODEGA"
        assert child["parent_description"] == room.subtree_description
        assert "CMP-01" in {
            row["code"] for row in admin.rows("items", location_code="BODEGA", is_tree="true", limit=100)
        }
        assert ItemMove.objects.filter(item=room, destination=room.parent).exists()
        circle = {"id_type_item": 1, "code_parent_location": "SALA COMPRESORES"}
        assert refused_field(admin.put("items/BODEGA", circle)) == "code_parent_location"

    def test_only_what_is_sent_changes(self, admin: Api) -> None:
        (before,) = admin.rows("items", code="CMP-01")
        admin.put("items/CMP-01", {"id_type_item": 2, "notes": "revisar"})
        (after,) = admin.rows("items", code="CMP-01")
        assert after == {**before, "notes": "revisar"}
        assert refused_field(admin.put("items/CMP-01", {"id_type_item": 1, "notes": "x"})) == "id_type_item"

    def test_own_fields(self, admin: Api) -> None:
        path = "items_custom_fields/CMP-01"
        fields = admin.rows(path, item_type="2")
        number = fields[0]["id"]
        body = {"id_type_item": 2, "id_custom_field": number, "value": "ISO 4406 16/14/11"}
        assert admin.put(path, body).status_code == 200
        assert admin.rows(path, item_type="2")[0]["value"] == "ISO 4406 16/14/11"
        assert refused_field(admin.get(path)) == "item_type"
        assert admin.put(path, {**body, "id_custom_field": 10**8}).status_code in (400, 404)

    def test_documents_of_an_asset(self, admin: Api) -> None:
        body = {"code": "CMP-01", "id_type_item": 2, "name": "Certificado 2026", "warranty": True}
        assert admin.post("items_document_management", body).status_code == 200
        names = {row["name"] for row in admin.rows("items_document_management", code="CMP-01")}
        assert "Certificado 2026" in names
        assert admin.post("items_document_management", {**body, "code": "NOPE"}).status_code in (400, 404)


def test_a_new_meter_has_its_first_reading(admin: Api) -> None:
    body = {"description": "Horómetro", "item_code": "CMP-03", "unit_code": "HRS", "serial": "HR-NEW",
            "last_reading": 120, "date_reading": "2026-01-05T10:00:00Z"}  # fmt: skip
    made = admin.post("meters", body)
    assert made.status_code == 200, made.content
    (row,) = admin.rows("meters", serial="HR-NEW")
    assert row["code"] == "CMP-03"
    assert row["last_data"]["value"] == 120
    assert refused_field(admin.post("meters", {**body, "item_code": "NOPE", "serial": "S2"})) == "item_code"


def test_a_person_is_made_and_changed(admin: Api) -> None:
    body = {"code": "TEC-99", "first_name": "Lía", "last_name": "Paz"}
    assert admin.post("personnel", body).status_code == 200
    assert admin.put("personnel/TEC-99", {"telephone_1": "+57 1 555"}).status_code == 200
    (row,) = admin.rows("personnel", code="TEC-99")
    assert row["full_name"] == "Lía Paz"
    assert row["account_active"] is False
    refused(admin.post("personnel", body), 408)
    refused(admin.put("personnel/NOPE", {"city": "x"}), 404)


class TestThirdParties:
    def test_made_changed_and_found(self, admin: Api) -> None:
        body = {"code": "PRV-99", "name": "Torno y Fresa", "id_third_party_type": [1, 3]}
        assert admin.post("third_parties", body).status_code == 200
        assert admin.put("third_parties/PRV-99", {"city": "Cali"}).status_code == 200
        (row,) = admin.rows("third_parties", code="PRV-99")
        assert (row["city"], row["id_third_party_type"]) == ("Cali", [1, 3])
        refused(admin.post("third_parties", body), 408)
        wrong = {**body, "code": "PRV-98", "id_third_party_type": [7]}
        assert refused_field(admin.post("third_parties", wrong)) == "id_third_party_type"

    def test_contacts_and_services(self, admin: Api, stranger: Api) -> None:
        assert admin.rows(f"third_parties_contacts/{quote(PRV, safe='')}")
        services = admin.rows("third_parties_services", code=PRV)
        assert services
        assert stranger.rows("third_parties_services", code=PRV) == []
        body = {"third_party_code": PRV, "service_description": "Cambio de guayas", "cost": 900}
        assert refused_field(admin.post("third_parties_services", body)) == "unit_code"
        made = admin.post(
            "third_parties_services", {**body, "unit_code": "SRV", "unit_description": "Servicio"}
        )
        number = made.json()["data"]["id"]
        changed = {"service_description": "Cambio de guayas", "cost": 950}
        path = f"third_parties_services/{number}"
        assert admin.put(path, changed).json()["data"]["cost"] == 950
        refused(stranger.put(path, changed), 404)


def test_every_change_is_in_the_log(admin: Api) -> None:
    first = Transaction.objects.latest("id").pk
    admin.post("items", PUMP)
    admin.put("meter_reading/CMP-02", {"date": "2015-01-05", "value": 5, "is_historical": True})
    admin.post("warehouses", {"code": "ALM-3", "description": "x"})
    logged = list(Transaction.objects.filter(pk__gt=first).order_by("id"))
    assert len(logged) >= 2
    row = admin.rows("transactions_log", limit=1)[0]
    assert row["email"] == "admin@demo.example"
    assert (row["module_description"], row["action"]) == ("WAREHOUSES", logged[-1].action)
    actions = {row["action"] for row in admin.rows("transactions_log", limit=100)}
    for action in actions:
        found = admin.rows("transactions_log", action=action, limit=100)
        assert {row["action"] for row in found} == {action}


def test_a_refused_change_is_not_in_the_log(admin: Api) -> None:
    before = Transaction.objects.count()
    admin.post("items", {**PUMP, "field_1": ""})
    admin.put("items/NOPE", {"id_type_item": 2})
    assert Transaction.objects.count() == before
