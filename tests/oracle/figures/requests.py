"""The metric requests: how many, how soon somebody responded, how soon they were solved."""

from __future__ import annotations

from tests.oracle.asked import Asked, Figures
from tests.oracle.figures.groups import place
from tests.oracle.figures.work import scope
from tests.oracle.tables import SCOPED, Tables

ROWS = f"""
SELECT request.*, asset.code, asset.parent_description AS path,
       status IN (4, 6) AND date_solution IS NOT NULL AS solved,
       CASE WHEN status IN (4, 6) AND date_solution >= date THEN date_solution - date END AS resolution,
       CASE WHEN first_change >= date THEN first_change - date END AS response
  FROM (SELECT made.*, (SELECT min(change.date) FROM RequestStatusChange AS change
                         WHERE change.request_id = made.id AND change.status NOT IN (1, 13)
                           AND change.date >= made.date) AS first_change
          FROM WorkRequest AS made) AS request
  LEFT JOIN Item AS asset ON asset.id = request.item_id
 WHERE request.date BETWEEN :since AND :until AND (:scope = 'company' OR request.item_id IN {SCOPED})
"""
SELECT = """
count(*) AS requests, coalesce(sum(solved), 0) AS done,
avg(resolution) / 3600.0 AS resolution_hours, avg(response) / 3600.0 AS response_hours
"""


def requests(tables: Tables, asked: Asked) -> Figures:
    overall = tables.row(f"SELECT {SELECT} FROM ({ROWS})", **scope(asked))
    if asked.group_by == "none":
        return Figures(overall)
    key = {
        "asset": "coalesce(nullif(code, ''), '-')",
        "location": "coalesce(path, '// ')",
        "month": "month_of(date)",
    }[asked.group_by]
    rows = tables(f"SELECT {key} AS key, {SELECT} FROM ({ROWS}) GROUP BY 1", **scope(asked))
    if asked.group_by == "location":
        for row in rows:
            row["key"] = place(row["key"])
    if asked.group_by == "month":
        rows.sort(key=lambda row: row["key"])
    else:
        rows.sort(key=lambda row: (-row["requests"], row["key"]))
    return Figures(overall, rows)
