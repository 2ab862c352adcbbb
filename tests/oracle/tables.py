"""The rows of a plant in an in-memory SQLite database: one SQL serves both connections and both databases.

Times are seconds since 1970. `month_of(moment)` and `day_of(moment)` use the company's time zone;
`folded(text)` removes case and accents.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import unicodedata
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from maintenance import models
from tests.oracle.planting import ORDER
from tests.oracle.plants import Plant

Found = list[dict[str, Any]]
CONTRACT = {
    "LastStep": ["meter_id", "task_id", "value", "done_at"],
    "Account": ["person_id", "group"],
    "Operator": ["trigger_id", "operator"],
}

# One row for each task, with data of its order, asset and responsible person: the rows of /work_orders.
# planned, done, late and failure are defined in docs/metrics.md under "Words that all metrics share".
WORK = """
CREATE TEMP VIEW work AS
SELECT task.*, work_order.folio, work_order.status AS order_status, work_order.creation_date AS created,
       work_order.final_date AS closed,
       asset.code, asset."group" AS family, asset.ancestors, asset.parent_description AS path,
       failure.description AS failure_type,
       task."trigger" GLOB 'DATE$*' OR task."trigger" GLOB 'READING$*' AS planned,
       task.status = 3 AS done,
       work_order.status <> 4 AND (
           failure.description <> ''
           OR (folded(task.task_type) GLOB 'correct*' OR folded(task.task_type) GLOB 'corret*')
              AND task.out_of_service_id IS NOT NULL
       ) AS failed,
       NOT task.status = 3 AND work_order.status IN (1, 2) AND task.date_maintenance < {now}
           AND NOT (abs(task.date_maintenance - work_order.creation_date) < 60
                    AND day_of(task.date_maintenance) = day_of({now})) AS late,
       work_order.responsible_id, work_order.contact_id, contact.name AS contact,
       coalesce(nullif(trim(person.first_name || ' ' || person.last_name), ''), contact.name) AS person,
       coalesce(person.code, nullif(trim(person.first_name || ' ' || person.last_name), ''), contact.name,
                '-') AS responsible
  FROM WorkOrderTask AS task
  JOIN WorkOrder AS work_order ON work_order.id = task.work_order_id
  JOIN Item AS asset ON asset.id = task.item_id
  LEFT JOIN FailureTerm AS failure ON failure.id = task.failure_type_id
  LEFT JOIN Personnel AS person ON person.id = work_order.responsible_id
  LEFT JOIN ThirdPartyContact AS contact ON contact.id = work_order.contact_id AND person.id IS NULL
"""

# Tasks with what lists of orders filter and show: the flags of the whole order.
ORDER_TASKS = """
CREATE TEMP VIEW order_tasks AS
SELECT work.*, work_order.review_date, work_order.note AS order_note,
       work_order.custom_status AS status_note, work_order.completed_percentage,
       (SELECT code FROM Personnel WHERE id = work.responsible_id) AS responsible_code,
       max(work.late) OVER (PARTITION BY work.work_order_id) AS order_late,
       min(work.priority) OVER (PARTITION BY work.work_order_id) AS order_priority,
       group_concat(work.folio || ' ' || coalesce(work.person, '') || ' ' || coalesce(work_order.note, '')
                    || ' ' || work.description || ' ' || work.code || ' ' || work.item_description
                    || ' ' || coalesce(work.note, ''), ' ')
           OVER (PARTITION BY work.work_order_id) AS order_texts
  FROM work JOIN WorkOrder AS work_order ON work_order.id = work.work_order_id
"""

# The names of the locations that contain an asset, outermost first.
PATHS = """
CREATE TEMP VIEW paths AS
WITH RECURSIVE up(item_id, place_id, path) AS (
    SELECT id, parent_id, NULL FROM Item
    UNION ALL
    SELECT up.item_id, place.parent_id, place.field_1 || coalesce(' > ' || up.path, '')
      FROM up JOIN Item AS place ON place.id = up.place_id
)
SELECT item_id, path FROM up WHERE place_id IS NULL
"""

# The assets that a scope names: one asset; a location and everything below it; all.
SCOPED = """
(SELECT id FROM Item
  WHERE :scope = 'company'
     OR code = :code
     OR :scope = 'location'
        AND instr(ancestors, (SELECT '/' || id || '/' FROM Item WHERE code = :code)) > 0)
"""


class Tables:
    def __init__(self, plant: Plant) -> None:
        self.tz = plant.calendar.tz
        self.now = plant.calendar.now.timestamp()
        self._database = sqlite3.connect(":memory:")
        self._database.row_factory = sqlite3.Row
        # Not methods: a database that references its owner would keep both alive.
        for name, form in (("month_of", "%Y-%m"), ("day_of", "%Y-%m-%d")):
            self._database.create_function(name, 1, partial(_local, self.tz, form), deterministic=True)
        self._database.create_function("folded", 1, folded, deterministic=True)
        self._database.create_function("spelling", 1, spelling, deterministic=True)
        for name in (*ORDER, *CONTRACT):
            self._copy(name, plant)
        self._database.execute(WORK.format(now=repr(self.now)))
        self._database.execute(ORDER_TASKS)
        self._database.execute(PATHS)

    def __call__(self, sql: str, **given: Any) -> Found:
        return [dict(row) for row in self._database.execute(sql, {"now": self.now} | given)]

    def moment(self, seconds: float) -> dt.datetime:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)

    def row(self, sql: str, **given: Any) -> dict[str, Any]:
        [row] = self(sql, **given)
        return row

    def columns(self, sql: str, **given: Any) -> list[str]:
        cursor = self._database.execute(sql, {"now": self.now} | given)
        return [column[0] for column in cursor.description]

    def _copy(self, name: str, plant: Plant) -> None:
        model = getattr(models, name, None)
        # Tables of the contract alone have no model: their columns are those of the plant's rows.
        columns = [field.attname for field in model._meta.concrete_fields] if model else CONTRACT[name]
        quoted = ", ".join(f'"{column}"' for column in columns)
        self._database.execute(f'CREATE TABLE "{name}" ({quoted})')
        rows = [[_plain(row.get(column)) for column in columns] for row in plant[name]]
        marks = ", ".join("?" * len(columns))
        self._database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)


def _local(tz: dt.tzinfo, form: str, moment: float | None) -> str | None:
    return None if moment is None else dt.datetime.fromtimestamp(moment, tz).strftime(form)


@lru_cache(maxsize=4096)
def folded(text: str | None) -> str | None:
    if text is None:
        return None
    letters = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def spelling(text: str | None) -> str | None:
    """Return what all spellings of a text have in common: no case, no accents, single spaces."""
    return folded(" ".join((text or "").split()) or "-")


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.timestamp()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        return " ".join(map(str, value))
    return None if isinstance(value, dict) else value
