"""Codes that end in a slash, beside the same code without it: reads and writes reach the right record."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from mcp_gateway.cards.documents import Documents
from mcp_gateway.methods import resources
from mcp_gateway.runtime import runtime
from tests import text_reader
from tests.gateway.tools.conftest import Person, embedded_only, run


def read(sql: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return dict(cursor.fetchall())


def meters() -> dict[str, Any]:
    return read(
        "SELECT i.code, m.last_value FROM maintenance_meter m JOIN maintenance_item i ON i.id = m.item_id"
        " WHERE i.code IN ('T', 'T/')"
    )


def stock(item: str) -> dict[str, Any]:
    return read(
        "SELECT w.code, l.stock FROM maintenance_stocklevel l"
        " JOIN maintenance_item i ON i.id = l.item_id JOIN maintenance_warehouse w ON w.id = l.warehouse_id"
        f" WHERE i.code = '{item}'"
    )


class TestTwins:
    def test_assets_and_their_meters(self, admin: Person) -> None:
        for code, value in (("T", 10), ("T/", 20)):
            admin.ask("create_asset", code=code, type="equipment", name=f"Torno {value}", notes="new")
            admin.ask(
                "create_meter",
                asset=code,
                description="Horas",
                unit_code="HRS",
                last_reading=value,
                read_at="2026-01-05",
            )
        admin.ask("add_meter_reading", asset="T/", value=77)
        assert meters() == {"T": 10, "T/": 77}
        admin.ask("add_meter_reading", asset="T", value=33)
        assert meters() == {"T": 33, "T/": 77}
        admin.ask("update_asset", asset="T/", notes="of the twin")
        assert read("SELECT code, notes FROM maintenance_item WHERE code IN ('T', 'T/')") == {
            "T": "new", "T/": "of the twin",
        }  # fmt: skip

        def read_of(name: str) -> Any:
            uri = f"fracttal://assets/{name}"
            return run(resources.read(runtime().dispatcher, Documents(()), admin.caller, {"uri": uri}, {}))

        for code in ("T", "T/"):
            assert admin.ask("get_asset", code=code)["code"] == code
            resource, quoted = read_of(code), read_of(code.replace("/", "%2F"))
            for found in (resource, quoted):
                assert text_reader.read(found["contents"][0]["text"])["code"] == code

    def test_warehouses_and_items(self, admin: Person) -> None:
        unit = {"unit_code": "UN", "unit": "Unidad"}
        for code in ("W", "W/"):
            admin.ask("create_warehouse", code=code, name=f"Bodega {code}")
        for code in ("R", "R/"):
            admin.ask("create_stock_item", code=code, name="Filtro", warehouse="W", **unit)
            admin.ask("link_stock_item", item=code, warehouse="W/")
        admin.ask("adjust_stock", item="R/", warehouse="W", stock=4)
        assert (stock("R"), stock("R/")) == ({"W": 0, "W/": 0}, {"W": 4, "W/": 0})
        admin.ask(
            "register_warehouse_entry", warehouse="W/", kind="purchase", document="F-T",
            items=[{"item": "R", "quantity": 5}, {"item": "R", "quantity": 3}],
        )  # fmt: skip
        assert (stock("R"), stock("R/")) == ({"W": 0, "W/": 8}, {"W": 4, "W/": 0})

    def test_people_and_third_parties(self, admin: Person) -> None:
        for code in ("P", "P/"):
            admin.ask("save_third_party", code=code, name=f"Taller {code}")
            admin.ask("create_person", code=code, first_name="Ana", last_name=code)
        admin.ask("save_third_party", code="P/", city="Cali")
        admin.ask("update_person", code="P/", city="Lima")
        assert read("SELECT code, city FROM maintenance_thirdparty WHERE code IN ('P', 'P/')") == {
            "P": None, "P/": "Cali",
        }  # fmt: skip
        assert read("SELECT code, city FROM maintenance_personnel WHERE code IN ('P', 'P/')") == {
            "P": None, "P/": "Lima",
        }  # fmt: skip

    @embedded_only
    @pytest.mark.parametrize(
        ("path", "code"),
        [("S", "S"), ("S/", "S"), ("S%2F", "S/"), ("S%2F/", "S/"), ("S%2F%2F", "S//"), ("S%2F%2F/", "S//")],
    )
    def test_the_slash_that_may_end_an_address_is_known_from_one_that_was_quoted(
        self, admin: Person, path: str, code: str
    ) -> None:
        for each in ("S", "S/", "S//"):
            if not read(f"SELECT code, id FROM maintenance_item WHERE code = '{each}'"):
                admin.ask("create_asset", code=each, type="equipment", name="Sierra")

        async def ask() -> bytes:
            token = await runtime().upstream.credentials.of(admin.caller)
            answer = (
                await runtime()
                .upstream.engines.of(None)
                .send("GET", f"http://embedded/api/items/{path}", {"Authorization": f"Bearer {token}"}, None)
            )
            return answer.body

        assert f'"code":"{code}"'.encode() in run(ask())


@pytest.mark.parametrize("code", [".", ".."])
def test_dots_alone_are_refused(admin: Person, code: str) -> None:
    for tool, arguments in (
        ("create_asset", {"type": "equipment", "name": "Torno"}),
        ("create_warehouse", {"name": "Bodega"}),
        ("create_stock_item", {"name": "x", "unit_code": "UN", "unit": "U", "warehouse": "ALM-CENTRAL"}),
        ("save_third_party", {"name": "Taller"}),
        ("create_person", {"first_name": "Ana"}),
    ):
        refused = admin.refused(tool, code=code, **arguments)
        assert refused["code"] == "invalid_arguments"
        assert [field["field"] for field in refused["fields"]] == ["code"]
        wrong = "must not be only dots: choose a code with a letter or a figure in it"
        assert refused["message"] == (
            f"Fracttal One did not accept: code ({wrong}). Change that and try again."
        )
    read = admin.refused("list_stock", item=code)
    assert (read["code"], "a code is not empty, not dots alone" in read["message"]) == (
        "invalid_arguments",
        True,
    )
