"""Codes that look like part of a URL: each record is reached by its own code only."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from maintenance.models import Item, Personnel, ThirdParty, Warehouse
from tests.maintenance.callers import Api, refused_field

ASSET = {"id_type_item": 2, "field_1": "Torno"}
STOCK = {"id_type_item": 4, "field_1": "Filtro", "unit_code": "UND", "unit_description": "Unidad"}


def notes() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, notes FROM maintenance_item WHERE code IN ('T', 'T/', 'T//')")
        return dict(cursor.fetchall())


@pytest.fixture
def twins(admin: Api) -> None:
    for code in ("T", "T/", "T//"):
        assert admin.post("items", {**ASSET, "code": code, "notes": "new"}).status_code == 200


def test_a_slash_at_the_end_of_an_address_is_no_part_of_a_code(admin: Api, twins: None) -> None:
    """Behind WSGI the raw path is missing, so for the code T/ a client must add one more slash."""
    for path, code in (("T", "T"), ("T/", "T"), ("T%2F/", "T/"), ("T%2F%2F/", "T//")):
        assert [row["code"] for row in admin.rows(f"items/{path}")] == [code]
        body = {"id_type_item": 2, "notes": f"by {path}"}
        assert admin.put(f"items/{path}", body).status_code == 200
    assert notes() == {"T": "by T/", "T/": "by T%2F/", "T//": "by T%2F%2F/"}


@pytest.mark.parametrize("code", [".", ".."])
def test_dots_alone_are_no_code(admin: Api, code: str) -> None:
    person = {"first_name": "Ana"}
    counts = [model.objects.count() for model in (Item, Warehouse, ThirdParty, Personnel)]
    for path, body in (
        ("items", ASSET),
        ("items", STOCK),
        ("inventories", STOCK),
        ("warehouses", {"description": "x"}),
        ("third_parties", {"name": "x"}),
        ("personnel", person),
    ):
        assert refused_field(admin.post(path, {**body, "code": code})) == "code"
    meter = {"description": "x", "item_code": "CMP-01", "unit_code": "HRS", "serial": code}
    assert refused_field(admin.post("meters", meter)) == "serial"
    assert [model.objects.count() for model in (Item, Warehouse, ThirdParty, Personnel)] == counts
    assert admin.post("items", {**ASSET, "code": "..."}).status_code == 200


@pytest.mark.parametrize("code", ["T", "T/", "a/../T", "./T", "T%2F", "T?x#y"])
def test_pages_of_records_link_to_their_own(admin: Api, client: Client, code: str) -> None:
    place = {"id_type_item": 1, "code": "NAVE-9", "field_1": "Nave"}
    assert admin.post("items", place).status_code == 200
    for each in {"T", code}:
        made = admin.post("items", {**ASSET, "code": each, "code_parent_location": "NAVE-9"})
        assert made.status_code == 200
    client.force_login(User.objects.get(email="admin@demo.example"))
    page = client.get("/records/assets/NAVE-9").content.decode()
    address = f"/records/assets/{quote(code, safe='')}"
    assert f'"{address}"' in page
    shown = client.get(address)
    assert shown.status_code == 200
    assert f"{{ {code} }}" in shown.content.decode().replace("&#x27;", "'")
