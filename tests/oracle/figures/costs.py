"""The metric cost, also by third party."""

from __future__ import annotations

from typing import Any

from tests.oracle.asked import Asked, Figures
from tests.oracle.figures.work import FINISHED, both, scope, sums
from tests.oracle.tables import Tables


def cost(tables: Tables, asked: Asked) -> Figures:
    if asked.group_by == "third_party":
        return _by_third_party(tables, asked)
    select = """
        count(*) AS tasks,
        coalesce(sum(coalesce(labour_cost, inventory_cost, services_cost) IS NULL), 0) AS without_cost,
        sum(labour_cost) AS labour, sum(inventory_cost) AS parts, sum(services_cost) AS services,
        sum(CASE WHEN coalesce(labour_cost, inventory_cost, services_cost) IS NOT NULL
                 THEN coalesce(labour_cost, 0) + coalesce(inventory_cost, 0) + coalesce(services_cost, 0)
            END) AS total
    """
    overall, rows = both(tables, asked, select, FINISHED, "final_date")
    sums(overall, "labour", "parts", "services", "total")
    if rows is not None and asked.group_by == "month":
        rows.sort(key=lambda row: row["key"])
    elif rows is not None:
        rows.sort(key=lambda row: (-round(row["total"] or 0, 2), row["key"]))
    return Figures(overall, rows)


def _by_third_party(tables: Tables, asked: Asked) -> Figures:
    named = scope(asked)
    overall = tables.row(
        f"SELECT count(*) AS tasks, sum(services_cost) AS services FROM work WHERE {FINISHED}", **named
    )
    sums(overall, "services")
    rows: list[dict[str, Any]] = tables(
        f"""
        SELECT coalesce(nullif(source_code, ''), nullif(source, ''), '-') AS key,
               sum(total_cost) AS services, count(DISTINCT task_id) AS tasks
          FROM TaskResource
         WHERE type = 3 AND task_id IN (SELECT id FROM work WHERE {FINISHED})
           AND date_create BETWEEN (SELECT min(created) FROM work WHERE {FINISHED}) AND :now
         GROUP BY 1
        """,
        **named,
    )
    unexplained = (overall["services"] or 0) - sum(row["services"] for row in rows)
    if overall["services"] is not None and abs(unexplained) >= 0.005:
        unnamed = next((row for row in rows if row["key"] == "-"), None)
        if unnamed is None:
            rows.append({"key": "-", "services": unexplained})
        else:
            unnamed["services"] += unexplained
    return Figures(overall, sorted(rows, key=lambda row: (-round(row["services"], 2), row["key"])))
