"""Where assets may be in the tree, and how their path is stored and shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from maintenance.models import WorkOrder
from tests.maintenance.callers import Api, refused_field


def make(api: Api, code: str, name: str = "x", kind: int = 1, **more: Any) -> Any:
    unit = {"unit_code": "UND", "unit_description": "Unidad"} if kind in (3, 4) else {}
    return api.post("items", {"id_type_item": kind, "code": code, "field_1": name, **unit, **more})


def kept(code: str, *columns: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM maintenance_item WHERE code = %s", [code])
        (row,) = cursor.fetchall()
    return tuple(row)


def test_what_an_asset_was_bought_for_is_kept(admin: Api) -> None:
    bought: dict[str, Any] = {
        "purchase_date": "2024-02-29",
        "startup_date": "2024-03-04",
        "total_cost": 1250.5,
    }
    assert make(admin, "BOUGHT", kind=2, **bought).status_code == 200
    columns = ("purchase_date", "startup_date", "total_cost")
    assert [str(value) for value in kept("BOUGHT", *columns)] == ["2024-02-29", "2024-03-04", "1250.5"]
    change = {"id_type_item": 2, "total_cost": 0}
    assert admin.put("items/BOUGHT", change).status_code == 200
    assert kept("BOUGHT", "total_cost", "purchase_date")[0] == 0
    assert str(kept("BOUGHT", "purchase_date")[0]) == "2024-02-29"


@pytest.mark.parametrize("kind", [3, 4, 5])
def test_nothing_stands_in_tools_parts_and_digital_assets(admin: Api, kind: int) -> None:
    assert make(admin, "HOLDER", kind=kind).status_code == 200
    place = "code_parent_location"
    assert refused_field(make(admin, "INSIDE", kind=2, code_parent_location="HOLDER")) == place
    assert make(admin, "INSIDE", kind=2).status_code == 200
    moved = admin.put("items/INSIDE", {"id_type_item": 2, place: "HOLDER"})
    assert refused_field(moved) == place
    for path, body, field in (
        ("warehouses", {"code": "W9", "description": "x", "code_location": "HOLDER"}, "code_location"),
        ("third_parties", {"code": "T9", "name": "x", place: "HOLDER"}, place),
        ("personnel", {"first_name": "x", "code_asset_location": "HOLDER"}, "code_asset_location"),
    ):
        assert refused_field(admin.post(path, body)) == field


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Bombas / Motores", "Bombas / Motores"),
        ("Bombas/ Motores", "Bombas / Motores"),
        ("Bombas/Motores", "Bombas/Motores"),
        ("Bombas /", "Bombas /"),
        ("/ Bombas", " / Bombas"),
    ],
)
def test_a_slash_in_a_name_does_not_end_the_place(admin: Api, name: str, written: str) -> None:
    assert make(admin, "HALL", name).status_code == 200
    assert make(admin, "ROOM", "Sala", code_parent_location="HALL").status_code == 200
    assert make(admin, "LATHE", "Torno", kind=2, code_parent_location="ROOM").status_code == 200
    (path,) = kept("LATHE", "parent_description")
    assert path == f"// {written}/ Sala/ "
    renamed = {"id_type_item": 1, "field_1": "A / B"}
    assert admin.put("items/HALL", renamed).status_code == 200
    assert kept("LATHE", "parent_description") == ("// A / B/ Sala/ ",)


@pytest.mark.parametrize(
    ("newest", "following"),
    [
        ("WO-02506", "WO-02507"),
        ("WO-00099", "WO-00100"),
        ("WO-999", "WO-1000"),
        ("OT 0007/26B", "OT 0007/27B"),
        ("0017", "0018"),
    ],
)
def test_folios_keep_their_width(admin: Api, newest: str, following: str) -> None:
    company = WorkOrder.objects.filter(company__slug="demo")[0].company
    WorkOrder.objects.create(company=company, folio=newest)
    body = {
        "type": 2, "account_code": "ADM-01", "responsible_code": "ADM-01", "item_code": "CMP-01",
        "requested_by": "x", "task_descripcion": "Limpiar", "task_type_main": "Correctiva",
    }  # fmt: skip
    assert admin.post("work_orders", body).json()["data"]["wo_folio"] == following
