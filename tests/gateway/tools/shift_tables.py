"""What a shift and a day hold, in plain SQL over the demo plant."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

ZONE = ZoneInfo("America/Bogota")
DEMO = "(SELECT id FROM accounts_company WHERE slug = 'demo')"
# One row for each task, with its order.
TASKS = f"""
SELECT task.*, whole.folio, whole.status AS order_status, whole.creation_date, whole.final_date AS closed,
       whole.responsible_id, item.ancestors, item.code
  FROM maintenance_workordertask AS task
  JOIN maintenance_workorder AS whole ON whole.id = task.work_order_id
  JOIN maintenance_item AS item ON item.id = task.item_id
 WHERE whole.company_id = {DEMO}
"""


def rows(sql: str, *given: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        assert cursor.description is not None
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, map(_aware, row), strict=True)) for row in cursor.fetchall()]


def _aware(value: Any) -> Any:
    """Times of SQLite have no zone."""
    naive = isinstance(value, dt.datetime) and value.tzinfo is None
    return value.replace(tzinfo=dt.UTC) if naive else value


def one_column(sql: str, *given: Any) -> list[Any]:
    return [next(iter(row.values())) for row in rows(sql, *given)]


def ids(group: dict[str, Any]) -> set[str]:
    assert group["left_out"] == (group["total"] or 0) - len(group["lines"])
    return {line["id"] for line in group["lines"]}


def expected_day(code: str) -> dict[str, set[str]]:
    now = dt.datetime.now(dt.UTC)
    tonight = dt.datetime.combine(now.astimezone(ZONE).date(), dt.time.max, ZONE)
    mine = f"""{TASKS} AND whole.status IN (1, 2) AND whole.responsible_id =
               (SELECT id FROM maintenance_personnel WHERE code = '{code}' AND company_id = {DEMO})"""
    day: dict[str, set[str]] = {"overdue": set(), "today": set(), "other_open": set()}
    orders: dict[str, list[dict[str, Any]]] = {}
    for row in rows(mine):
        orders.setdefault(row["folio"], []).append(row)
    for folio, tasks in orders.items():
        undone = [task for task in tasks if task["status"] != 3]
        late = [
            task
            for task in undone
            if task["date_maintenance"] < now
            and not (
                abs(task["date_maintenance"] - task["creation_date"]) < dt.timedelta(minutes=1)
                and task["date_maintenance"].astimezone(ZONE).date() == now.astimezone(ZONE).date()
            )
        ]
        due = [task for task in undone if task["order_status"] == 1 and task["date_maintenance"] <= tonight]
        day["overdue" if late else "today" if due else "other_open"].add(folio)
    return day
