"""Records as the tables have them: what get_asset, get_work_order and get_work_request must return."""

from __future__ import annotations

from tests.oracle.filters import PRIORITIES
from tests.oracle.lists import PATH, REQUEST_STATUSES, STATUSES, TYPES, WAITS_FOR, word
from tests.oracle.lists_of_supply import METER

SEVERITIES = {"very_low": 1, "low": 2, "medium": 3, "high": 4, "very_high": 5}
DAMAGES = {"none": 1, "environment": 2, "facilities": 3, "internal_staff": 4, "third_parties": 5, "other": 6}
TASK_STATUSES = {"not_started": 0, "in_progress": 1, "paused": 2, "done": 3}


ASSET = f"""
SELECT asset.code, asset.field_1 AS name, asset.description, {word("asset.type", TYPES)} AS type,
       {PATH} AS location, parent.code AS location_code, asset.active, asset.available,
       {word("asset.priority", PRIORITIES)} AS priority, asset."group" AS category,
       CASE asset.type WHEN 2 THEN asset.field_2 WHEN 5 THEN asset.field_2 WHEN 1 THEN NULL
                       ELSE asset.field_3 END AS manufacturer,
       CASE asset.type WHEN 2 THEN asset.field_3 WHEN 3 THEN asset.field_4 WHEN 4 THEN asset.field_4
                       END AS model,
       CASE asset.type WHEN 2 THEN asset.field_4 WHEN 5 THEN asset.field_3 END AS serial_number,
       CASE WHEN asset.type IN (3, 4) THEN asset.field_2 END AS part_number,
       CASE asset.type WHEN 1 THEN asset.field_2 END AS address,
       CASE asset.type WHEN 1 THEN asset.field_3 END AS city,
       CASE asset.type WHEN 1 THEN asset.field_4 END AS postal_code,
       CASE asset.type WHEN 1 THEN asset.field_5 END AS region,
       CASE asset.type WHEN 1 THEN asset.field_6 END AS country,
       CASE asset.type WHEN 5 THEN asset.field_4 END AS version,
       CASE WHEN asset.type IN (2, 3, 4) THEN asset.field_5 END AS other_1,
       CASE WHEN asset.type IN (2, 3, 4) THEN asset.field_6 END AS other_2,
       asset.barcode, nullif(asset.notes, '') AS notes, asset.group_1 AS classification_1,
       asset.group_2 AS classification_2, asset.last_final_date_available AS last_back_in_service_at,
       CASE WHEN NOT asset.available THEN asset.initial_date_out_of_service END AS out_of_service_since
  FROM Item AS asset LEFT JOIN Item AS parent ON parent.id = asset.parent_id
 WHERE asset.code = :code
"""
# Open stops first, then the newest.
STOPS = """
SELECT stop.initial_date AS since, stop.final_date AS until,
       max(0, stop.final_date - stop.initial_date) / 60.0 AS minutes
  FROM OutOfService AS stop JOIN Item AS asset ON asset.id = stop.item_id
 WHERE asset.code = :code AND stop.initial_date <= :now
 ORDER BY stop.final_date IS NOT NULL, stop.initial_date DESC, stop.final_date DESC
"""
METERS = f"""
SELECT meter.id, {METER} FROM Meter AS meter JOIN Item AS asset ON asset.id = meter.item_id
 WHERE asset.code = :code ORDER BY meter.id
"""
HISTORY = f"""
SELECT folio, description AS task, task_type AS type, date_maintenance AS scheduled_at,
       final_date AS finished_at, {word("order_status", STATUSES)} AS status
  FROM work WHERE code = :code ORDER BY created DESC, work_order_id DESC, id DESC
"""
PLAN = """
SELECT task.id AS task, task.description, type.description AS type
  FROM Item AS asset JOIN PlannedTask AS task ON task.plan_id = asset.task_plan_id
  JOIN TaskType AS type ON type.id = task.type_id
 WHERE asset.code = :code ORDER BY task.id
"""
# The cost of an order is known if that of each task is; the cost of a task, if that of each resource is.
COST = "work.inventory_cost + work.labour_cost + work.services_cost"
PERSON_OF = "(SELECT trim(first_name || ' ' || last_name) FROM Personnel WHERE id = {number})"
ORDER = f"""
SELECT work.folio, {word("order_status", STATUSES)} AS status, max(person) AS responsible,
       (SELECT code FROM Personnel WHERE id = whole.responsible_id) AS responsible_code,
       {word("min(priority)", PRIORITIES)} AS priority, created AS created_at,
       whole.review_date AS in_review_since, whole.final_date AS closed_at, whole.completed_percentage,
       {PERSON_OF.format(number="whole.created_by_id")} AS created_by,
       {PERSON_OF.format(number="whole.validated_by_id")} AS validated_by,
       whole.custom_status AS status_note, whole.rating,
       whole.duration / 60 AS estimated_minutes, nullif(whole.note, '') AS note, max(late) AS overdue,
       CASE WHEN count(*) = count({COST}) THEN sum({COST}) END AS total_cost,
       CASE WHEN count({COST}) > 0 THEN 'COP' END AS currency
  FROM work JOIN WorkOrder AS whole ON whole.id = work.work_order_id
 WHERE work.folio = :code GROUP BY work.work_order_id
"""
# Severity, damage and time are shown if there is a type, a cause or a detection method.
FAILED = "coalesce(failure_type, cause.description, detection.description) IS NOT NULL"
TASKS = f"""
SELECT work.id, work.description, work.code AS asset_code, work.item_description AS asset,
       work.task_type AS type, {word("work.status", TASK_STATUSES)} AS status,
       {word("work.priority", PRIORITIES)} AS priority, work.date_maintenance AS scheduled_at,
       work.initial_date AS started_at, work.final_date AS finished_at, late AS overdue, {PATH} AS location,
       work.duration / 60 AS estimated_minutes, work.note, work."trigger", work.request_id AS work_request,
       work.real_duration / 60.0 AS real_minutes, {COST} AS cost, failure_type,
       nullif(work.requested_by, '') AS requested_by,
       work.real_stop_assets_seconds / 60.0 AS asset_stopped_minutes,
       CASE WHEN stop.final_date >= stop.initial_date
            THEN (stop.final_date - stop.initial_date) / 60.0 END AS out_of_service_minutes,
       cause.description AS failure_cause, detection.description AS failure_detected_by,
       CASE WHEN {FAILED} THEN {word("work.failure_severity", SEVERITIES)} END AS failure_severity,
       CASE WHEN {FAILED} THEN {word("work.damage_type", DAMAGES)} END AS failure_damage,
       CASE WHEN {FAILED} THEN work.event_date END AS failure_happened_at
  FROM work JOIN Item AS asset ON asset.id = work.item_id
  LEFT JOIN OutOfService AS stop ON stop.id = work.out_of_service_id
  LEFT JOIN FailureTerm AS cause ON cause.id = work.failure_cause_id
  LEFT JOIN FailureTerm AS detection ON detection.id = work.failure_detection_id
 WHERE folio = :code ORDER BY work.id DESC
"""
RESOURCES = """
SELECT part.id, part.task_id AS task, part.description, part.source, part.qty AS quantity,
       part.qty_used AS used, line.qty - line.qty_pending AS delivered, part.unit,
       nullif(part.note, '') AS note, part.unit_cost, part.total_cost,
       coalesce(item.code, part.source_code) AS code,
       CASE part.type WHEN 1 THEN 'part' WHEN 2 THEN 'labour' ELSE 'service' END AS kind
  FROM TaskResource AS part JOIN work ON work.id = part.task_id
  LEFT JOIN Item AS item ON item.id = part.item_id
  LEFT JOIN MovementLine AS line ON line.id = part.line_id
 WHERE folio = :code ORDER BY part.date_create DESC, part.id DESC
"""
REQUEST = f"""
SELECT request.id, request.description AS title, {word("request.status", REQUEST_STATUSES)} AS status,
       request.is_urgent AS urgent, {word("request.priority", PRIORITIES)} AS priority,
       asset.code AS asset_code, asset.description AS asset, request.requested_by,
       request.date AS created_at, request.date_incident AS incident_at,
       request.date_solution AS solved_at, request.observation AS details, {PATH} AS location,
       request.folio AS work_order, {PERSON_OF.format(number="request.created_by_id")} AS entered_by,
       request.status_date AS status_since, {PERSON_OF.format(number="request.status_by_id")} AS status_by,
       nullif(request.status_notes, '') AS status_notes, request.type, request.type_1 AS classification_1,
       request.type_2 AS classification_2, request.identifier, request.rating, {WAITS_FOR} AS waits_for,
       (SELECT max(person) FROM work WHERE work.folio = request.folio) AS responsible
  FROM WorkRequest AS request LEFT JOIN Item AS asset ON asset.id = request.item_id
 WHERE request.id = :code
"""
CHANGES = f"""
SELECT date AS at, {word("status", REQUEST_STATUSES)} AS status, nullif(notes, '') AS notes,
       {PERSON_OF.format(number="changed_by_id")} AS "by"
  FROM RequestStatusChange WHERE request_id = :code ORDER BY date DESC, id DESC
"""
METER_OF_A_NUMBER = f"""
SELECT meter.id, {METER} FROM Meter AS meter JOIN Item AS asset ON asset.id = meter.item_id
 WHERE meter.id = :code
"""
PERSON = """
SELECT code, trim(first_name || ' ' || last_name) AS name, email, telephone_1 AS telephone, active,
       group_1 AS department, group_2 AS role, work_shift,
       (SELECT description FROM Item WHERE id = location_id) AS location,
       EXISTS (SELECT 1 FROM Account WHERE person_id = person.id) AS has_account,
       (SELECT "group" FROM Account WHERE person_id = person.id) AS permission_group
  FROM Personnel AS person WHERE code = :code
"""
