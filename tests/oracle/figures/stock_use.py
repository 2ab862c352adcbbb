"""The metrics stock_use and idle_stock."""

from __future__ import annotations

import math
from typing import Any

from tests.oracle.asked import Asked, Figures
from tests.oracle.tables import Tables

DAYS = 86_400.0
STOCK = """
SELECT item.code, item.field_1, item.unit, sum(level.stock) AS stock, sum(level.min_level) AS minimum,
       sum(level.stock * level.unit_cost) AS value
  FROM StockLevel AS level JOIN Item AS item ON item.id = level.item_id
 WHERE item.active GROUP BY item.code
"""
# What was used, where nobody said so what was delivered; orders that are not cancelled.
USED = """
SELECT item.code, part.description, part.date_create, task.work_order_id,
       coalesce(part.qty_used, line.qty - line.qty_pending) AS quantity
  FROM TaskResource AS part
  JOIN WorkOrderTask AS task ON task.id = part.task_id
  JOIN WorkOrder AS work_order ON work_order.id = task.work_order_id
  LEFT JOIN Item AS item ON item.id = part.item_id
  LEFT JOIN MovementLine AS line ON line.id = part.line_id
 WHERE part.type = 1 AND work_order.status <> 4
"""


def stock_use(tables: Tables, asked: Asked) -> Figures:
    lead = 30 if asked.days is None else asked.days
    rows: list[dict[str, Any]] = tables(
        f"""
        SELECT used.code AS key, stock.field_1 AS name, stock.unit, sum(used.quantity) AS used,
               sum(used.quantity) * 30.0 * {DAYS} / (:until - :since) AS monthly_use,
               sum(used.quantity) * {lead} * 1.5 * {DAYS} / (:until - :since) AS suggested_minimum,
               max(used.date_create) AS newest, count(DISTINCT used.work_order_id) AS orders,
               stock.stock, stock.minimum
          FROM ({USED}) AS used LEFT JOIN ({STOCK}) AS stock ON stock.code = used.code
         WHERE used.code IS NOT NULL AND used.quantity > 0
           AND used.date_create BETWEEN :since AND :until
         GROUP BY used.code
        """,
        since=asked.since,
        until=asked.until,
    )
    for row in rows:
        row["last_used_at"] = tables.moment(row.pop("newest"))
        row["suggested_minimum"] = math.ceil(round(row["suggested_minimum"], 6))
        row["months_cover"] = None
        if row["stock"] is not None:
            row["months_cover"] = max(0.0, row["stock"]) / row["monthly_use"]
        else:  # called as in the orders, which have no unit in these tables
            del row["name"]
    rows.sort(key=lambda row: (row["months_cover"] is None, round(row["months_cover"] or 0, 2), row["key"]))
    short = [row for row in rows if row["stock"] is not None and row["stock"] < row["suggested_minimum"]]
    return Figures({"items": len(rows), "below_suggested": len(short)}, rows)


def idle_stock(tables: Tables, asked: Asked) -> Figures:
    begin = tables.now - DAYS * (180 if asked.days is None else asked.days)
    stocked = tables(f"SELECT * FROM ({STOCK}) WHERE stock > 0")
    rows = tables(
        f"""
        SELECT code AS key, field_1 AS name, unit, stock, value FROM ({STOCK}) AS held
         WHERE stock > 0
           AND NOT EXISTS (SELECT 1 FROM ({USED}) AS used
                            WHERE used.code = held.code AND used.date_create BETWEEN :begin AND :now)
           AND NOT EXISTS (
               SELECT 1 FROM MovementLine AS line
                 JOIN Movement AS paper ON paper.id = line.movement_id
                 JOIN Item AS item ON item.id = line.item_id
                WHERE item.code = held.code AND paper.type = 12 AND paper.state <> 4
                  AND paper.date_create BETWEEN :begin AND :now)
         ORDER BY value DESC, code
        """,
        begin=begin,
    )
    value = sum(row["value"] for row in rows)
    overall = {"items": len(stocked), "idle": len(rows), "value": value, "without_price": 0}
    return Figures(overall, rows)
