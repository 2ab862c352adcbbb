"""/tasks_todo: tasks that wait for a work order."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer, utc
from maintenance.api.kit.query import Query
from maintenance.api.kit.rows import Columns, row_of, time_between, values_of
from maintenance.models import (
    PlannedResource,
    Priority,
)
from maintenance.rules.locations import find_location, within
from maintenance.rules.pending_tasks import waiting
from maintenance.rules.refusals import RecordNotFound

AHEAD = datetime.timedelta(days=30)
COLUMNS: Columns = {
    "id": "id",
    "id_company": "company_id",
    "id_task": "task_id",
    "id_item": "item_id",
    "code": "item__code",
    "item_description": "item__description",
    "id_group_task": "task__plan_id",
    "group_task_description": "task__plan__description",
    "parent_description": "item__parent_description",
    "date_maintenance": "date_maintenance",
    "cal_date_maintenance": "cal_date_maintenance",
    "last_date_maintenance": "last_date_maintenance",
    "trigger_description": "trigger",
    "description": "description",
    "duration": "duration",
    "tasks_types_main_description": "type",
    "tasks_types_description": "classification_1",
    "tasks_types_2_description": "classification_2",
    "id_priorities": "priority",
    "task_note": "note",
    "requested_by": "requested_by",
    "id_request": "request_id",
    "event_date": "event_date",
}
SAME_FOR_ALL: Mapping[str, object] = {
    "is_active": True,
    "visible_to_all": True,
    "replay_counter": 0,
    "replay_counter_cycles": 0,
}


class PendingTasks(Endpoint):
    """Tasks due within 30 days, soonest first. `delay` counts whole days past the due date."""

    rights: ClassVar = {"GET": "tasks:view"}

    def get(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        company_id = principal_of(request).company_id
        query = Query(request.query_params)
        now = timezone.now()
        rows = waiting(company_id).filter(cal_date_maintenance__lte=query.moment("until") or now + AHEAD)
        if (location_code := query.text("code_location")) is not None:
            rows = rows.filter(within(find_location(company_id, location_code, "code_location"), "item__"))
        ordered = rows.order_by("cal_date_maintenance", "id")
        found, total = query.page(values_of(ordered, COLUMNS))
        data = [{**row_of(COLUMNS, values), **SAME_FOR_ALL} for values in found]
        counts: dict[int, int] = {}
        of_page = PlannedResource.objects.filter(task_id__in=[row["id_task"] for row in data])
        for task in of_page.values_list("task_id", flat=True):
            counts[task] = counts.get(task, 0) + 1
        for row in data:
            row["priorities_description"] = Priority(row["id_priorities"]).name
            row["delay"] = max(0, time_between(row["cal_date_maintenance"], utc(now)).days)
            row["num_resources"] = counts.get(row["id_task"], 0)
        return answer(data, total)
