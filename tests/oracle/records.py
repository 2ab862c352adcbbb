"""Records as the tables have them: what get_asset, get_work_order and get_work_request have to say."""

from __future__ import annotations

from tests.oracle.filters import PRIORITIES
from tests.oracle.lists import REQUEST_STATUSES as LISTED_STATUSES
from tests.oracle.lists import STATUSES, TYPES
from tests.oracle.lists_of_supply import METER

REQUEST_STATUSES = {**LISTED_STATUSES, "work_order_cancelled": 9}
TASK_STATUSES = {"not_started": 0, "in_progress": 1, "paused": 2, "done": 3}
PATH = "(SELECT path FROM paths WHERE paths.item_id = asset.id) AS location"


def _word(column: str, words: dict[str, int]) -> str:
    cases = " ".join(f"WHEN {number} THEN '{word}'" for word, number in words.items())
    return f"CASE {column} {cases} END"


ASSET = f"""
SELECT asset.code, asset.field_1 AS name, asset.description, {_word("asset.type", TYPES)} AS type, {PATH},
       parent.code AS location_code, asset.active, asset.available,
       {_word("asset.priority", PRIORITIES)} AS priority, asset."group" AS category,
       CASE asset.type WHEN 2 THEN asset.field_2 WHEN 5 THEN asset.field_2 WHEN 1 THEN NULL
                       ELSE asset.field_3 END AS manufacturer,
       CASE asset.type WHEN 2 THEN asset.field_3 WHEN 3 THEN asset.field_4 WHEN 4 THEN asset.field_4
                       END AS model,
       CASE asset.type WHEN 2 THEN asset.field_4 WHEN 5 THEN asset.field_3 END AS serial_number,
       CASE WHEN asset.type IN (3, 4) THEN asset.field_2 END AS part_number,
       CASE WHEN NOT asset.available THEN asset.initial_date_out_of_service END AS out_of_service_since
  FROM Item AS asset LEFT JOIN Item AS parent ON parent.id = asset.parent_id
 WHERE asset.code = :code
"""
# Open stops first, then the newest.
STOPS = """
SELECT stop.initial_date AS since, stop.final_date AS until, stop.final_date - stop.initial_date AS seconds
  FROM OutOfService AS stop JOIN Item AS asset ON asset.id = stop.item_id
 WHERE asset.code = :code AND stop.initial_date <= :now
 ORDER BY stop.final_date IS NOT NULL, stop.initial_date DESC
"""
METERS = f"""
SELECT meter.id, meter.description, {METER} FROM Meter AS meter JOIN Item AS asset ON asset.id = meter.item_id
 WHERE asset.code = :code ORDER BY meter.id
"""
HISTORY = f"""
SELECT folio, description AS task, task_type AS type, date_maintenance AS scheduled_at,
       final_date AS finished_at, {_word("order_status", STATUSES)} AS status
  FROM work WHERE code = :code ORDER BY created DESC, work_order_id DESC, id DESC
"""
PLAN = """
SELECT task.id AS task, task.description, type.description AS type
  FROM Item AS asset JOIN PlannedTask AS task ON task.plan_id = asset.task_plan_id
  JOIN TaskType AS type ON type.id = task.type_id
 WHERE asset.code = :code ORDER BY task.id
"""
# What an order costs is known where each of its tasks is; what a task costs, where each part of it is.
COST = "work.inventory_cost + work.labour_cost + work.services_cost"
ORDER = f"""
SELECT work.folio, {_word("order_status", STATUSES)} AS status, max(person) AS responsible,
       (SELECT code FROM Personnel WHERE id = whole.responsible_id) AS responsible_code,
       {_word("min(priority)", PRIORITIES)} AS priority, created AS created_at,
       whole.review_date AS in_review_since, whole.final_date AS closed_at, whole.completed_percentage,
       whole.duration / 60 AS estimated_minutes, nullif(whole.note, '') AS note, max(late) AS overdue,
       CASE WHEN count(*) = count({COST}) THEN sum({COST}) END AS total_cost
  FROM work JOIN WorkOrder AS whole ON whole.id = work.work_order_id
 WHERE work.folio = :code GROUP BY work.work_order_id
"""
TASKS = f"""
SELECT work.id, work.description, work.code AS asset_code, work.item_description AS asset,
       work.task_type AS type, {_word("work.status", TASK_STATUSES)} AS status,
       {_word("work.priority", PRIORITIES)} AS priority, work.date_maintenance AS scheduled_at,
       work.initial_date AS started_at, work.final_date AS finished_at, late AS overdue, {PATH},
       work.duration / 60 AS estimated_minutes, work.note, work."trigger", work.request_id AS work_request,
       round(work.real_duration / 60.0) AS real_minutes, {COST} AS cost, failure_type,
       CASE WHEN failure_type IS NOT NULL THEN work.event_date END AS happened_at
  FROM work JOIN Item AS asset ON asset.id = work.item_id
 WHERE folio = :code ORDER BY work.id DESC
"""
RESOURCES = """
SELECT part.id, part.task_id AS task, part.description, part.source, part.qty AS quantity,
       part.qty_used AS used, part.unit_cost, part.total_cost, coalesce(item.code, part.source_code) AS code,
       CASE part.type WHEN 1 THEN 'part' WHEN 2 THEN 'labour' ELSE 'service' END AS kind
  FROM TaskResource AS part JOIN work ON work.id = part.task_id
  LEFT JOIN Item AS item ON item.id = part.item_id
 WHERE folio = :code ORDER BY part.date_create DESC, part.id DESC
"""
REQUEST = f"""
SELECT request.id, request.description AS title, {_word("request.status", REQUEST_STATUSES)} AS status,
       request.is_urgent AS urgent, {_word("request.priority", PRIORITIES)} AS priority,
       asset.code AS asset_code, asset.description AS asset, request.requested_by,
       request.date AS created_at, request.date_incident AS incident_at,
       request.date_solution AS solved_at, request.observation AS details, {PATH}
  FROM WorkRequest AS request LEFT JOIN Item AS asset ON asset.id = request.item_id
 WHERE request.id = :code
"""
CHANGES = f"""
SELECT date AS at, {_word("status", REQUEST_STATUSES)} AS status
  FROM RequestStatusChange WHERE request_id = :code ORDER BY date DESC, id DESC
"""
