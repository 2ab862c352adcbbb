"""The metrics stock_below_minimum and purchase_draft."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tests.oracle.asked import Asked, Figures
from tests.oracle.tables import Found, Tables

DAYS = 86_400.0
MOST_FOLIOS = 10  # a row names no more orders; which ones is not defined
# Requisition lines of the last 180 days. Pending ones have state 1 or 2.
LINES = """
SELECT line.*, item.code AS item_code, paper.state, paper.warehouse_id, paper.document,
       paper.date_create AS asked, paper.work_order_id
  FROM MovementLine AS line
  JOIN Movement AS paper ON paper.id = line.movement_id
  JOIN Item AS item ON item.id = line.item_id
 WHERE paper.type = 12 AND paper.date_create BETWEEN :now - 180 * 86400.0 AND :now
"""


def stock_below_minimum(tables: Tables, asked: Asked) -> Figures:
    rows = tables(
        f"""
        SELECT item.code AS key, item.field_1 AS name, item.unit, warehouse.code AS warehouse,
               level.stock, level.min_level AS minimum,
               level.min_level - level.stock AS missing,
               (SELECT sum(qty_pending) FROM ({LINES}) AS line
                 WHERE line.item_code = item.code AND line.warehouse_id = level.warehouse_id
                   AND line.state IN (1, 2) AND line.qty_pending > 0) AS needed,
               (SELECT group_concat(DISTINCT document) FROM ({LINES}) AS line
                 WHERE line.item_code = item.code AND line.warehouse_id = level.warehouse_id
                   AND line.state IN (1, 2) AND line.qty_pending > 0) AS folios
          FROM StockLevel AS level
          JOIN Item AS item ON item.id = level.item_id
          JOIN Warehouse AS warehouse ON warehouse.id = level.warehouse_id
         WHERE item.active AND level.stock < level.min_level
        """
    )
    for row in rows:
        row["needed"] = row["needed"] or 0
        row["folios"] = set(row["folios"].split(",")) if row["folios"] else set()
    looked_at = tables.row(
        "SELECT count(*) AS items FROM StockLevel JOIN Item ON Item.id = item_id WHERE active"
    )
    rows.sort(key=lambda row: (-row["needed"], -row["missing"], row["key"]))
    return Figures({**looked_at, "below_minimum": len(rows)}, rows)


def purchase_draft(tables: Tables, asked: Asked) -> Figures:
    horizon = tables.now + DAYS * (30 if asked.days is None else asked.days)
    levels = {
        row["code"]: row
        for row in tables(
            """
            SELECT code, sum(stock) AS stock, coalesce(sum(min_level), 0) AS minimum
              FROM StockLevel JOIN Item ON Item.id = item_id WHERE active GROUP BY code
            """
        )
    }
    needed: dict[str, float] = {}
    folios: dict[str, set[str]] = defaultdict(set)
    for row in [*_pending_lines(tables), *_of_orders(tables, horizon), *_of_pending_tasks(tables, horizon)]:
        if row["quantity"]:
            needed[row["code"]] = needed.get(row["code"], 0) + row["quantity"]
            folios[row["code"]] |= {row["folio"]} - {None}
    prices = _prices(tables)
    rows: list[dict[str, Any]] = []
    items = {row["code"]: row for row in tables("SELECT * FROM Item")}
    requested = {row["item_code"] for row in tables(LINES)}
    for code in {*levels, *needed}:
        level = levels.get(code, {"stock": 0.0, "minimum": 0.0})
        buy = max(0.0, level["minimum"] + needed.get(code, 0) - level["stock"])
        if buy > 0:
            rows.append(
                {
                    "key": code,
                    # An item that is in no warehouse has the name from its requisition.
                    "name": items[code]["description" if code in requested - levels.keys() else "field_1"],
                    "unit": items[code]["unit"] if code in requested | levels.keys() else None,
                    "stock": level["stock"],
                    "minimum": level["minimum"],
                    "needed": needed.get(code, 0),
                    "buy": buy,
                    "unit_cost": prices.get(code, {}).get("unit_cost"),
                    "price_from": prices.get(code, {}).get("price_from"),
                    **({"folios": folios[code]} if len(folios[code]) <= MOST_FOLIOS else {}),
                }
            )
    rows.sort(key=lambda row: (-row["needed"], -row["buy"], row["key"]))
    priced = [row for row in rows if row["unit_cost"] is not None]
    overall = {
        "items": len({*levels, *needed}),
        "to_buy": len(rows),
        "known_cost": sum(row["buy"] * row["unit_cost"] for row in priced) if priced or not rows else None,
        "without_price": len(rows) - len(priced),
        "open_purchase_orders": tables.row(
            """
            SELECT count(*) AS n FROM Movement WHERE type = 10 AND state IN (1, 2)
               AND date_create BETWEEN :now - 180 * 86400.0 AND :now
            """
        )["n"],
    }
    return Figures(overall, rows)


def _pending_lines(tables: Tables) -> Found:
    return tables(
        f"""
        SELECT item_code AS code, document AS folio, qty_pending AS quantity FROM ({LINES})
         WHERE state IN (1, 2)
        """
    )


def _of_orders(tables: Tables, horizon: float) -> Found:
    """Return what due tasks of open orders need, minus what the order's requisitions request of the item."""
    return tables(
        f"""
        WITH due AS (
            SELECT * FROM work WHERE NOT done AND order_status IN (1, 2) AND date_maintenance <= :horizon
        ), taken AS (
            SELECT due.work_order_id, item.code,
                   CASE WHEN part.line_id IS NOT NULL THEN part.qty
                        ELSE max(0, part.qty - coalesce(part.qty_used, 0)) END AS quantity
              FROM due JOIN TaskResource AS part ON part.task_id = due.id AND part.type = 1
              JOIN Item AS item ON item.id = part.item_id
            UNION ALL
            SELECT due.work_order_id, item.code, part.qty
              FROM due JOIN PlannedTask AS planned
                ON planned.plan_id = due.task_plan_id AND planned.description = due.description
              JOIN PlannedResource AS part ON part.task_id = planned.id AND part.type = 1
              JOIN Item AS item ON item.id = part.item_id
             WHERE NOT EXISTS (
                   SELECT 1 FROM TaskResource AS own WHERE own.task_id = due.id AND own.type = 1)
        ), asked AS (
            SELECT work_order_id, item_code AS code, sum(qty) AS quantity FROM ({LINES})
             WHERE state <> 4 GROUP BY 1, 2
        ), still AS (
            SELECT taken.work_order_id, taken.code, max(0, sum(taken.quantity) - coalesce(
                (SELECT asked.quantity FROM asked
                  WHERE asked.work_order_id = taken.work_order_id AND asked.code = taken.code), 0)
              ) AS quantity
              FROM taken GROUP BY taken.work_order_id, taken.code
        )
        SELECT code, folio, quantity FROM still JOIN WorkOrder ON WorkOrder.id = still.work_order_id
        """,
        horizon=horizon,
    )


def _of_pending_tasks(tables: Tables, horizon: float) -> Found:
    return tables(
        """
        SELECT item.code, NULL AS folio, sum(part.qty) AS quantity
          FROM PendingTask AS pending
          JOIN PlannedResource AS part ON part.task_id = pending.task_id AND part.type = 1
          JOIN Item AS item ON item.id = part.item_id
         WHERE pending.cal_date_maintenance <= :horizon
           AND NOT pending.is_removed AND pending.order_task_id IS NULL
         GROUP BY 1
        """,
        horizon=horizon,
    )


def _prices(tables: Tables) -> dict[str, dict[str, Any]]:
    """Return the price of the newest requisition line that has one, else the highest cost in stock of an
    active item, else the price of the newest planned part."""
    rows = tables(
        f"""
        WITH prices AS (
            SELECT item_code AS code, unit_cost, 'requisition' AS price_from, 1 AS place,
                   row_number() OVER (PARTITION BY item_code
                                      ORDER BY asked DESC, movement_id DESC, id DESC) AS newest
              FROM ({LINES}) WHERE unit_cost > 0
            UNION ALL
            SELECT code, max(unit_cost), 'stock', 2, 1
              FROM StockLevel AS level JOIN Item AS item ON item.id = level.item_id
             WHERE unit_cost > 0 AND item.active GROUP BY code
            UNION ALL
            SELECT code, unit_cost, 'plan', 3, row_number() OVER (PARTITION BY code ORDER BY part.id DESC)
              FROM PlannedResource AS part JOIN Item AS item ON item.id = part.item_id
             WHERE unit_cost > 0
        )
        SELECT code, unit_cost, price_from FROM prices WHERE newest = 1 ORDER BY place DESC
        """
    )
    return {row["code"]: row for row in rows}
