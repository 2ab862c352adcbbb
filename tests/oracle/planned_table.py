"""The work that is planned, in plain SQL: tasks of open orders and tasks that wait for one."""

from __future__ import annotations

PLACE = """(SELECT '/' || id || '/' FROM Item WHERE code = :place)"""
PLANNED = f"""
SELECT * FROM (
    SELECT folio AS work_order, id, description AS task, code AS asset_code, item_description AS asset,
           (SELECT code FROM Personnel WHERE id = responsible_id) AS responsible_code,
           person AS responsible, date_maintenance AS at, duration AS seconds,
           ancestors || item_id || '/' AS places
      FROM work WHERE NOT done AND order_status IN (1, 2)
    UNION ALL
    SELECT NULL, todo.id, todo.description, asset.code, asset.description, NULL, NULL,
           todo.cal_date_maintenance, todo.duration, asset.ancestors || asset.id || '/'
      FROM PendingTask AS todo JOIN Item AS asset ON asset.id = todo.item_id
     WHERE NOT todo.is_removed AND todo.order_task_id IS NULL
)
 WHERE day_of(at) BETWEEN :since AND :until
   AND (:asset IS NULL OR asset_code = :asset)
   AND (:place IS NULL OR instr(places, {PLACE}) > 0)
   AND (:who IS NULL OR responsible_code = :who)
 ORDER BY at, coalesce(work_order, ''), id
"""
