"""The lists: which filters each has, which records fulfil them, and what the answer says of a record."""

from __future__ import annotations

from tests.oracle.filters import (
    PRIORITIES,
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
from tests.oracle.lists_of_supply import DOCUMENTS, METERS, METERS_WITH_TASKS, STOCK, WAREHOUSES
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
    "rejected": 12,
    "from_guest_portal": 13,
}
TYPES = {"location": 1, "equipment": 2, "tool": 3, "spare_part": 4, "digital": 5}


def _order(record: Row) -> Row:
    """An order that is not late says nothing of it."""
    return {"overdue": 0, **as_written(record)}


# An order is in the list where one of its tasks fulfils every condition; its flags and texts are of all of
# its tasks.
ORDERS = """
SELECT shown.folio AS key, max(all_tasks.late) AS overdue, max(all_tasks.person) AS responsible,
       CASE min(all_tasks.priority)
            WHEN 1 THEN 'very_high' WHEN 2 THEN 'high' WHEN 3 THEN 'medium' WHEN 4 THEN 'low' ELSE 'very_low'
       END AS priority
  FROM (SELECT work_order_id, folio, created FROM order_tasks WHERE {where} GROUP BY 1, 2, 3) AS shown
  JOIN order_tasks AS all_tasks USING (work_order_id)
 GROUP BY shown.work_order_id ORDER BY shown.created DESC, shown.work_order_id DESC
"""

LISTS: dict[str, Listed] = {
    " ".join([listed.tool, listed.plural, *map(str, listed.fixed.values())]): listed
    for listed in (
        Listed(
            "list_work_orders",
            "work_orders",
            ("folio",),
            ORDERS,
            {
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
            },
            record=_order,
        ),
        Listed(
            "list_work_requests",
            "work_requests",
            ("id",),
            """
            SELECT request.id AS key FROM WorkRequest AS request
              LEFT JOIN Item AS asset ON asset.id = request.item_id
             WHERE {where} ORDER BY request.date DESC, request.id DESC
            """,
            {
                "status": one_of("status", "request.status", REQUEST_STATUSES),
                "asset": asset("asset.code"),
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
            """
            SELECT asset.code AS key FROM Item AS asset WHERE {where} ORDER BY asset.id
            """,
            {
                "place": place,
                "type": exactly("type", "asset.type", TYPES),
                "active": flag("active", "asset.active"),
                "available": flag("available", "asset.available"),
                "priority": one_of("priority", "asset.priority", PRIORITIES),
                "has_plan": flag("has_plan", "asset.task_plan_id IS NOT NULL"),
                "text": text(
                    "asset.code", "asset.field_1", "asset.field_2", "asset.field_3", "asset.field_4"
                ),
            },
        ),
        Listed(
            "list_pending_tasks",
            "pending_tasks",
            ("id",),
            """
            SELECT pending.id AS key FROM PendingTask AS pending
              JOIN Item AS asset ON asset.id = pending.item_id
             WHERE NOT pending.is_removed AND pending.order_task_id IS NULL
               AND pending.cal_date_maintenance <= :now + 300 * 86400.0 AND {where}
             ORDER BY pending.cal_date_maintenance, pending.id
            """,
            {
                "asset": asset("asset.code"),
                "location": location("asset.ancestors || asset.id || '/'"),
                "late": flag("late", "pending.cal_date_maintenance < :now"),
                "text": text("pending.description", "asset.description", "pending.note"),
            },
        ),
        METERS,
        METERS_WITH_TASKS,
        WAREHOUSES,
        STOCK,
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
