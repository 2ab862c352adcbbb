"""The metric repeat_failures: failures that came back, and the assets that keep failing."""

from __future__ import annotations

from typing import Any

from tests.oracle.asked import Asked, Figures
from tests.oracle.figures.costs import KNOWN_COST
from tests.oracle.figures.groups import share
from tests.oracle.figures.reliability import most_frequent
from tests.oracle.figures.work import MOST_FOLIOS, scope
from tests.oracle.tables import SCOPED, Tables

FAILED = f"""
SELECT coalesce(nullif(code, ''), '-') AS asset, folio, failure_type, cause.description AS failure_cause,
       coalesce(nullif(work.description, ''), nullif(failure_type, ''), '-') AS what,
       item_description AS name,
       CASE WHEN coalesce(labour_cost, inventory_cost, services_cost) IS NOT NULL
            THEN {KNOWN_COST} END AS cost
  FROM work LEFT JOIN FailureTerm AS cause ON cause.id = work.failure_cause_id
 WHERE failed AND created BETWEEN :since AND :until AND item_id IN {SCOPED}
 ORDER BY created DESC, work_order_id DESC, work.id DESC
"""


def repeat_failures(tables: Tables, asked: Asked) -> Figures:
    found = tables(FAILED, **scope(asked))
    together: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in found:
        row["what"] = " ".join(row["what"].split())
        what = "" if asked.group_by == "asset" else row["what"].casefold()
        together.setdefault((row["asset"], what), []).append(row)
    least = 3 if asked.days is None else asked.days
    rows = []
    for (asset, _what), tasks in sorted(together.items()):
        if len(tasks) < least:
            continue
        row = {"key": asset, "name": tasks[0]["name"], "failures": len(tasks), **_cost(tasks)}
        row["share"] = share(len(tasks), len(found))
        row["task"] = None if asked.group_by == "asset" else tasks[0]["what"]
        row["folios"] = {*list(dict.fromkeys(task["folio"] for task in tasks))[:MOST_FOLIOS]}
        row["failure_types"] = most_frequent(tasks, "failure_type")
        row["failure_causes"] = most_frequent(tasks, "failure_cause")
        rows.append(row)
    rows.sort(key=lambda row: (-row["failures"], -round(row["total"] or 0, 2), row["key"]))
    return Figures({"failures": len(found), "repeated": len(rows), **_cost(found)}, rows)


def _cost(tasks: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sum of the known costs; without tasks it is 0, without known ones it is left out."""
    known = [task["cost"] for task in tasks if task["cost"] is not None]
    return {
        "without_cost": len(tasks) - len(known),
        "total": sum(known) if known or not tasks else None,
    }
