"""The lists: their filters, the records that match, and what the answer says about each record."""

from __future__ import annotations

from tests.oracle.filters import (
    PRIORITIES,
    Filter,
    Make,
    asset,
    exactly,
    flag,
    location,
    one_of,
    period,
    place,
    responsible,
    text,
)
from tests.oracle.listed import Listed, as_written
from tests.oracle.lists_of_changes import TRANSACTIONS
from tests.oracle.lists_of_parties import PEOPLE, THIRD_PARTIES
from tests.oracle.lists_of_plans import PLANS, RESOURCES, TASK_TYPES, TASKS, TRIGGERS
from tests.oracle.lists_of_readings import READINGS
from tests.oracle.lists_of_supply import (
    DOCUMENTS,
    METERS,
    METERS_WITH_TASKS,
    STOCK,
    STOCK_OF_AN_ITEM,
    WAREHOUSES,
)
from tests.oracle.plants import Row

STATUSES = {"in_process": 1, "review": 2, "completed": 3, "cancelled": 4}
REQUEST_STATUSES = {
    "open": 1,
    "in_process": 2,
    "work_order_in_process": 3,
    "solved_without_work_order": 4,
    "cancelled": 5,
    "solved_with_work_order": 6,
    "waiting_for_work_order": 7,
    "work_order_in_review": 8,
    "work_order_cancelled": 9,
    "waiting_for_another_work_order": 10,
    "removed_from_pending": 11,
    "rejected": 12,
    "from_guest_portal": 13,
}
# Open and in process: to be looked at; waiting for an order, or for another one: to be planned.
WAITS_FOR = """
CASE WHEN request.status IN (1, 2, 13) THEN 'triage' WHEN request.status IN (7, 9, 10) THEN 'planner'
     WHEN request.status = 3 THEN 'responsible_of_order' WHEN request.status = 8 THEN 'reviewer_of_order' END
"""
TYPES = {"location": 1, "equipment": 2, "tool": 3, "spare_part": 4, "digital": 5}


PATH = "(SELECT path FROM paths WHERE paths.item_id = asset.id)"


def word(column: str, words: dict[str, int]) -> str:
    cases = " ".join(f"WHEN {number} THEN '{word}'" for word, number in words.items())
    return f"CASE {column} {cases} END"


def _order(record: Row) -> Row:
    """Add the members that an answer leaves out: not overdue, and no tasks left out."""
    shown = {"tasks_shown": len(record["tasks"])}
    return {"overdue": 0, "tasks_left_out": 0, **as_written(record), **shown}


# An order is listed if one of its tasks fulfils every condition. Its flags and texts come from all its tasks.
ORDERS = """
SELECT shown.folio AS key, max(all_tasks.late) AS overdue, max(all_tasks.person) AS responsible,
       max(all_tasks.responsible_code) AS responsible_code, max(all_tasks.status_note) AS status_note,
       CASE max(all_tasks.order_status) WHEN 1 THEN 'in_process' WHEN 2 THEN 'review'
            WHEN 3 THEN 'completed' WHEN 4 THEN 'cancelled' END AS status,
       shown.created AS created_at, max(all_tasks.closed) AS closed_at,
       CASE max(all_tasks.order_status) WHEN 2 THEN max(all_tasks.review_date) END AS in_review_since,
       max(all_tasks.completed_percentage) AS completed_percentage,
       min(20, shown.fitting) AS tasks_shown, max(0, shown.fitting - 20) AS tasks_left_out,
       CASE min(all_tasks.priority)
            WHEN 1 THEN 'very_high' WHEN 2 THEN 'high' WHEN 3 THEN 'medium' WHEN 4 THEN 'low' ELSE 'very_low'
       END AS priority
  FROM (SELECT work_order_id, folio, created, count(*) AS fitting
          FROM order_tasks WHERE {where} GROUP BY 1, 2, 3) AS shown
  JOIN order_tasks AS all_tasks USING (work_order_id)
 GROUP BY shown.work_order_id ORDER BY shown.created DESC, shown.work_order_id DESC
"""

OF_ORDERS: dict[str, Make] = {
    "status": one_of("status", "order_status", STATUSES),
    "asset": asset("code"),
    "location": location("ancestors || item_id || '/'"),
    "period": period(
        {
            "created": "created",
            "scheduled": "date_maintenance",
            "started": "initial_date",
            "finished": "final_date",
            "in_review": "review_date",
            "closed": "closed",
        }
    ),
    "priority": one_of("priority", "order_priority", PRIORITIES),
    "overdue": flag("overdue", "order_late"),
    "responsible": responsible,
    "text": text("order_texts"),
}
LISTS: dict[str, Listed] = {
    " ".join(
        filter(None, [listed.tool, listed.plural, *map(str, listed.fixed.values()), listed.name])
    ): listed
    for listed in (
        Listed(
            "list_work_orders",
            "work_orders",
            ("folio",),
            ORDERS,
            OF_ORDERS | {"without_details": lambda _plant, _roll: Filter({"details": False}, "1")},
            record=_order,
        ),
        Listed(
            "list_work_orders",
            "work_orders",
            ("folio",),
            ORDERS.replace("AS overdue,", "AS overdue, nullif(max(all_tasks.order_note), '') AS note,", 1),
            OF_ORDERS,
            fixed={"details": True},
            name="with details",
            record=_order,
        ),
        Listed(
            "list_work_requests",
            "work_requests",
            ("id",),
            f"""
            SELECT request.id AS key, request.description AS title, request.is_urgent AS urgent,
                   {word("request.status", REQUEST_STATUSES)} AS status,
                   {word("request.priority", PRIORITIES)} AS priority, asset.code AS asset_code,
                   asset.description AS asset, request.requested_by, request.date AS created_at,
                   request.date_incident AS incident_at, request.date_solution AS solved_at,
                   request.folio AS work_order, nullif(request.status_notes, '') AS status_notes,
                   {WAITS_FOR} AS waits_for
              FROM WorkRequest AS request
              LEFT JOIN Item AS asset ON asset.id = request.item_id
             WHERE {{where}} ORDER BY request.date DESC, request.id DESC
            """,
            {
                "status": one_of("status", "request.status", REQUEST_STATUSES),
                "asset": asset("asset.code"),
                "location": location("asset.ancestors || asset.id || '/'"),
                "period": period(
                    {
                        "created": "request.date",
                        "incident": "request.date_incident",
                        "solved": "request.date_solution",
                    }
                ),
                "urgent": flag("urgent", "request.is_urgent"),
                "text": text(
                    "request.description",
                    "request.observation",
                    "asset.description",
                    "asset.code",
                    "request.requested_by",
                ),
            },
        ),
        Listed(
            "list_assets",
            "assets",
            ("code",),
            f"""
            SELECT asset.code AS key, asset.field_1 AS name, {word("asset.type", TYPES)} AS type,
                   {PATH} AS location, parent.code AS location_code, asset.active, asset.available,
                   {word("asset.priority", PRIORITIES)} AS priority, asset."group" AS category
              FROM Item AS asset LEFT JOIN Item AS parent ON parent.id = asset.parent_id
             WHERE {{where}} ORDER BY asset.id
            """,
            {
                "place": place,
                "type": exactly("type", "asset.type", TYPES),
                "active": flag("active", "asset.active"),
                "available": flag("available", "asset.available"),
                "priority": one_of("priority", "asset.priority", PRIORITIES),
                "has_plan": flag("has_plan", "asset.task_plan_id IS NOT NULL"),
                "text": text(
                    "asset.code",
                    "asset.field_1",
                    "asset.field_2",
                    "asset.field_3",
                    "asset.field_4",
                    "asset.barcode",
                ),
            },
        ),
        Listed(
            "list_pending_tasks",
            "pending_tasks",
            ("id",),
            f"""
            SELECT pending.id AS key, pending.description, asset.code AS asset_code,
                   asset.description AS asset, {PATH} AS location, plan.description AS plan, pending.type,
                   {word("pending.priority", PRIORITIES)} AS priority,
                   pending.cal_date_maintenance AS scheduled_at, pending.date_maintenance AS calculated_at,
                   pending.last_date_maintenance AS last_done_at,
                   max(0, CAST((:now - pending.cal_date_maintenance) / 86400 AS INTEGER)) AS late_days,
                   pending.duration / 60 AS estimated_minutes, pending."trigger",
                   (SELECT count(*) FROM PlannedResource WHERE task_id = pending.task_id) AS resources,
                   pending.request_id AS work_request, nullif(pending.requested_by, '') AS requested_by,
                   pending.event_date AS happened_at, pending.note
              FROM PendingTask AS pending
              JOIN Item AS asset ON asset.id = pending.item_id
              JOIN PlannedTask AS task ON task.id = pending.task_id
              JOIN TaskPlan AS plan ON plan.id = task.plan_id
             WHERE NOT pending.is_removed AND pending.order_task_id IS NULL
               AND pending.cal_date_maintenance <= :now + 300 * 86400.0 AND {{where}}
             ORDER BY pending.cal_date_maintenance, pending.id
            """,
            {
                "asset": asset("asset.code"),
                "location": location("asset.ancestors || asset.id || '/'"),
                "late": flag("late", "pending.cal_date_maintenance < :now"),
                "text": text("pending.description", "asset.description", "plan.description", "pending.note"),
            },
        ),
        METERS,
        METERS_WITH_TASKS,
        WAREHOUSES,
        STOCK,
        STOCK_OF_AN_ITEM,
        *DOCUMENTS,
        PEOPLE,
        THIRD_PARTIES,
        READINGS,
        PLANS,
        TASKS,
        TRIGGERS,
        TASK_TYPES,
        *RESOURCES,
        TRANSACTIONS,
    )
}

# What a list of orders shows of each of their tasks.
DETAILS = ("real_minutes", "cost")  # of tasks, shown if they are asked for
TASKS_SHOWN = (
    *("id", "description", "asset_code", "asset", "type", "status", "priority", "scheduled_at"),
    *("started_at", "finished_at", "estimated_minutes", "overdue"),
)
