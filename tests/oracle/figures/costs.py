"""The metric cost, also by third party."""

from __future__ import annotations

from typing import Any

from tests.oracle.asked import Asked, Figures
from tests.oracle.figures.work import FINISHED, NEWEST, add_folios, both, scope, sums
from tests.oracle.tables import Tables

KNOWN_COST = "coalesce(labour_cost, 0) + coalesce(inventory_cost, 0) + coalesce(services_cost, 0)"


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
    if rows is not None:
        add_folios(tables, asked, "final_date", FINISHED, rows, 5, f"{KNOWN_COST} DESC, {NEWEST}")
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
    lines = f"""
        SELECT coalesce(nullif(source_code, ''), nullif(source, ''), '-') AS key, part.*, work.folio
          FROM TaskResource AS part JOIN work ON work.id = part.task_id
         WHERE part.type = 3 AND task_id IN (SELECT id FROM work WHERE {FINISHED})
           AND date_create BETWEEN (SELECT min(created) FROM work WHERE {FINISHED}) AND :now
         ORDER BY date_create DESC, part.id DESC
    """
    rows: list[dict[str, Any]] = tables(
        f"""
        SELECT key, sum(total_cost) AS services, count(DISTINCT task_id) AS tasks FROM ({lines}) GROUP BY 1
        """,
        **named,
    )
    found = tables(lines, **named)
    for row in rows:
        mine = [line for line in found if line["key"] == row["key"]]
        row["name"] = next((line["source"] for line in mine if line["source"]), None)
        row["folios"] = {*list(dict.fromkeys(line["folio"] for line in mine))[:5]}
    unexplained = (overall["services"] or 0) - sum(row["services"] for row in rows)
    if overall["services"] is not None and abs(unexplained) >= 0.005:
        unnamed = next((row for row in rows if row["key"] == "-"), None)
        if unnamed is None:
            rows.append({"key": "-", "services": unexplained, "folios": set()})
        else:
            unnamed["services"] += unexplained
    return Figures(overall, sorted(rows, key=lambda row: (-round(row["services"], 2), row["key"])))
