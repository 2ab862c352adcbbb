"""The age of open orders, by what they wait for."""

from __future__ import annotations

from typing import Any

from tests.oracle.asked import Asked, Figures
from tests.oracle.figures.work import scope
from tests.oracle.tables import SCOPED, Tables

# Requisitions whose lines a warehouse still owes, of the last 180 days.
OWED = """
    SELECT paper.document FROM Movement AS paper JOIN MovementLine AS line ON line.movement_id = paper.id
     WHERE paper.type = 12 AND paper.state IN (1, 2) AND line.qty_pending > 0
       AND paper.date_create BETWEEN :now - 180 * 86400.0 AND :now
"""
ORDERS = f"""
    SELECT DISTINCT folio, (:now - created) / 86400.0 AS age,
           CASE WHEN order_status = 2 THEN '1 review'
                WHEN folio IN ({OWED}) THEN '2 waiting_for_parts'
                WHEN contact_id IS NOT NULL THEN '3 third_party'
                ELSE '4 in_process' END AS state
      FROM work WHERE order_status IN (1, 2) AND item_id IN {SCOPED}
"""
COUNTS = """
    count(*) AS orders,
    coalesce(sum(age <= 7), 0) AS up_to_7_days,
    coalesce(sum(age > 7 AND age <= 30), 0) AS up_to_30_days,
    coalesce(sum(age > 30 AND age <= 90), 0) AS up_to_90_days,
    coalesce(sum(age > 90), 0) AS over_90_days,
    CAST(max(age) AS INTEGER) AS days
"""


def ageing(tables: Tables, asked: Asked) -> Figures:
    named: dict[str, Any] = scope(asked)
    overall = tables.row(f"SELECT {COUNTS} FROM ({ORDERS})", **named)
    rows = tables(f"SELECT state AS key, {COUNTS} FROM ({ORDERS}) GROUP BY 1 ORDER BY 1", **named)
    for row in rows:
        oldest = tables(
            f"SELECT folio, age FROM ({ORDERS}) WHERE state = :state ORDER BY age DESC",
            **named,
            state=row["key"],
        )
        if len(oldest) <= 10 or oldest[9]["age"] > oldest[10]["age"]:  # else nothing says which of them
            row["folios"] = {order["folio"] for order in oldest[:10]}
        row["key"] = row["key"][2:]
    return Figures(overall, rows)
