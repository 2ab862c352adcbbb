"""Warehouses, stock and stock documents as the REST contract shows them."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle.contract_rows import STATES, Shown, full_name, iso
from tests.oracle.plants import Plant, Row

CURRENCY = "COP"


def warehouses(plant: Plant) -> list[Shown]:
    places = {item["id"]: item["description"] for item in plant["Item"]}
    return [
        (
            {
                **{name: row[name] for name in ("id", "code", "description", "active")},
                "city": row.get("city"),
                "location_description": places.get(row.get("location_id")),
                "external_integration": bool(row.get("external_integration")),
                "allow_negative_stock": bool(row.get("allow_negative_stock")),
                "total_cost_stock": sum(
                    level["stock"] * level["unit_cost"]
                    for level in plant["StockLevel"]
                    if level["warehouse_id"] == row["id"]
                ),
            },
            {},
        )
        for row in plant["Warehouse"]
    ]


def _level(plant: Plant, level: Row) -> Row:
    warehouse = plant["Warehouse"][level["warehouse_id"] - 1]
    return {
        "id_warehouse": warehouse["id"],
        "code_warehouse": warehouse["code"],
        "location": level["shelf"],
        "stock": level["stock"],
        "unit_cost_stock": level["unit_cost"],
        "min_stock_level": level["min_level"],
        "max_stock_level": level["max_level"],
        "reorder_level": level["reorder_level"],
    }


def stock(plant: Plant) -> list[Shown]:
    """Return the stock in the order of the items, as the embedded service sorts it."""
    rows: list[Shown] = []
    for level in plant["StockLevel"]:
        item = plant["Item"][level["item_id"] - 1]
        warehouse = plant["Warehouse"][level["warehouse_id"] - 1]
        shown = {
            **_level(plant, level),
            **{name: item[name] for name in ("code", "description", "active", "field_1", "field_2")},
            "id_item": item["id"],
            "id_type_item": item["type"],
            "groups_description": item["group"],
            "units_description": item["unit"],
        }
        rows.append((shown, {"code": warehouse["code"], "number": level["id"]}))
    return sorted(rows, key=lambda row: row[0]["id_item"])


def inventories(plant: Plant) -> list[Shown]:
    """Return each item with all warehouses that stock it."""
    return [
        (
            {
                **{
                    name: item[name] for name in ("id", "code", "description", "active", "field_1", "field_2")
                },
                "groups_description": item["group"],
                "units_description": item["unit"],
                "warehouses": [
                    _level(plant, level) for level in plant["StockLevel"] if level["item_id"] == item["id"]
                ],
            },
            {},
        )
        for item in plant["Item"]
        if item["type"] in {3, 4}
    ]


def _lines(plant: Plant, movement: Row) -> list[Row]:
    lines = [line for line in plant["MovementLine"] if line["movement_id"] == movement["id"]]
    return [
        {
            "id_movements_details": line["id"],
            "id_item": line["item_id"],
            "code": plant["Item"][line["item_id"] - 1]["code"],
            "items_description": plant["Item"][line["item_id"] - 1]["description"],
            # The tables have no code for units; the first three letters are used.
            "units_description": plant["Item"][line["item_id"] - 1]["unit"],
            "units_code": (plant["Item"][line["item_id"] - 1]["unit"] or "")[:3].upper() or None,
            "qty": line["qty"],
            "qty_pending": line["qty_pending"],
            "unit_cost_company": line["unit_cost"],
            "total_cost_company": line["qty"] * line["unit_cost"],
        }
        for line in lines
    ]


def _papers(plant: Plant, kind: int, show: Callable[[Row, Row], Row]) -> list[Shown]:
    papers = [row for row in plant["Movement"] if row["type"] == kind]
    papers.sort(key=lambda row: (row["date_create"], row["id"]), reverse=True)
    rows: list[Shown] = []
    for paper in papers:
        warehouse = plant["Warehouse"][paper["warehouse_id"] - 1]
        hidden = {"warehouse": warehouse["code"], "date_create": paper["date_create"]}
        rows.append((show(paper, warehouse), hidden))
    return rows


def _name(plant: Plant, paper: Row, column: str) -> str | None:
    return full_name(plant.by_id("Personnel", paper.get(column)))


def _supplier(plant: Plant, paper: Row) -> str | None:
    party = plant.by_id("ThirdParty", paper.get("third_party_id"))
    return None if party is None else str(party["name"])


def requisitions(plant: Plant) -> list[Shown]:
    return _papers(
        plant,
        12,
        lambda paper, warehouse: {
            "id": paper["id"],
            "code": warehouse["code"],
            "warehouses_source_description": warehouse["description"],
            "folio_source": paper["folio"],
            "document": paper["document"],
            "date": iso(paper["date"]),
            "date_create": iso(paper["date_create"]),
            "movements_states_description": STATES[paper["state"]],
            "responsible_description": _name(plant, paper, "responsible_id"),
            "create_by_description": _name(plant, paper, "created_by_id"),
            "currency_symbol": CURRENCY,
            "list_items": _lines(plant, paper),
        },
    )


def purchase_orders(plant: Plant) -> list[Shown]:
    return _papers(
        plant,
        10,
        lambda paper, warehouse: {
            "id_movement": paper["id"],
            "folio_source": paper["folio"],
            "document": paper["document"],
            "date": iso(paper["date"]),
            "date_create": iso(paper["date_create"]),
            "movements_states_description": STATES[paper["state"]],
            "warehouses_source_description": warehouse["description"],
            "number_details": len(_lines(plant, paper)),
            "description": paper.get("note"),
            "third_parties_description": _supplier(plant, paper),
            "responsible_description": _name(plant, paper, "responsible_id"),
        },
    )


def material_requests(plant: Plant) -> list[Shown]:
    return _papers(
        plant,
        16,
        lambda paper, warehouse: {
            "id": paper["id"],
            "warehouse_code": warehouse["code"],
            "warehouses_description": warehouse["description"],
            "folio_target": paper["folio"],
            "document": paper["document"],
            "date_create": iso(paper["date_create"]),
            "state_description": STATES[paper["state"]],
            "details": _lines(plant, paper),
            "date_delivery": iso(paper.get("date_delivery")),
            "note": paper.get("note"),
            "responsible_description": _name(plant, paper, "responsible_id"),
        },
    )
