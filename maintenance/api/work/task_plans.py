"""/tasks, their types, triggers and resources, and /groups_tasks_details."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from maintenance.api.kit.endpoint import Endpoint, principal_of
from maintenance.api.kit.envelope import answer
from maintenance.api.kit.query import Query
from maintenance.api.kit.rows import Columns, row_of, values_of
from maintenance.models import (
    Item,
    Period,
    PlannedResource,
    PlannedTask,
    Priority,
    ResourceType,
    TaskTrigger,
    TaskType,
    TriggerType,
)
from maintenance.rules.refusals import RecordNotFound

TASK_COLUMNS: Columns = {
    "id": "id",
    "id_company": "company_id",
    "id_group_task": "plan_id",
    "id_priorities": "priority",
    "id_task_type_main": "type_id",
    "duration": "duration",
    "description": "description",
    "is_active": "is_active",
    "stop_assets": "stop_assets",
    "stop_assets_sec": "stop_assets_seconds",
    "groups_tasks_description": "plan__description",
    "tasks_types_main_description": "type__description",
    "tasks_types_description": "classification_1",
    "tasks_types_2_description": "classification_2",
    "note": "note",
    "requested_by": "requested_by",
    "id_request": "request_id",
}
TASK_ROWS = values_of(PlannedTask.objects.all(), TASK_COLUMNS)
NOT_KEPT: Mapping[str, object] = {
    "id_task_type": None,
    "id_task_type_2": None,
    "num_iterations": None,
    "is_cyclical": False,
    "name_iterations": None,
}


def task_row(values: tuple[Any, ...]) -> dict[str, Any]:
    row = {**row_of(TASK_COLUMNS, values), **NOT_KEPT}
    row["priorities_description"] = Priority(row["id_priorities"]).name
    return row


def trigger_row(trigger: TaskTrigger) -> dict[str, Any]:
    return {
        "id": trigger.pk,
        "id_task": trigger.task_id,
        "id_task_trigger_type": trigger.type,
        "value_main": trigger.value_main,
        "value_end": trigger.value_end,
        "fixed": trigger.fixed,
        "id_replay": 1,
        "id_period_date": trigger.period,
        "id_unit": None,
        "id_unit_operator": None,
        "id_event": trigger.pk if trigger.event else None,
        "task_trigger_type_description": TriggerType(trigger.type).name,
        "trigger_replay_description": "ALWAYS",
        "period_date_description": None if trigger.period is None else Period(trigger.period).name,
        "unit_description": trigger.unit,
        "unit_operator": None,
        "event_description": trigger.event,
        "monthly_average_data": None,
    }


class Tasks(Endpoint):
    rights: ClassVar = {"GET": "tasks:view"}

    def get(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        query = Query(request.query_params)
        rows = TASK_ROWS.filter(company_id=principal_of(request).company_id)
        if (plan := query.integer("id_group_task")) is not None:
            rows = rows.filter(plan_id=plan)
        found, total = query.page(rows.order_by("id"))
        return answer([task_row(values) for values in found], total)


class TaskTypes(Endpoint):
    rights: ClassVar = {"GET": "tasks:view"}

    def get(self, request: Request) -> Response:
        rows = TaskType.objects.filter(company_id=principal_of(request).company_id)
        found, total = Query(request.query_params).page(rows.order_by("id"))
        return answer(
            [{"id_task_type_main": row.pk, "tasks_types_main_description": row.description} for row in found],
            total,
        )


class TaskTriggers(Endpoint):
    rights: ClassVar = {"GET": "tasks:view"}

    def get(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        query = Query(request.query_params)
        rows = TaskTrigger.objects.filter(company_id=principal_of(request).company_id)
        if (task := query.integer("id_task")) is not None:
            rows = rows.filter(task_id=task)
        found, total = query.page(rows.order_by("id"))
        return answer([trigger_row(trigger) for trigger in found], total)


class Plans(Endpoint):
    """Task plans, one row for each task."""

    rights: ClassVar = {"GET": "tasks:view"}

    def get(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        company_id = principal_of(request).company_id
        rows = PlannedTask.objects.filter(company_id=company_id, plan__isnull=False).select_related(
            "plan__location"
        )
        parts = rows.prefetch_related("form_items", "resources", "triggers").order_by("plan_id", "id")
        found, total = Query(request.query_params).page(parts)
        plans = {task.plan_id for task in found}
        of_plans = PlannedTask.objects.filter(plan_id__in=plans).values_list("plan_id", flat=True)
        with_plans = Item.objects.filter(company_id=company_id, task_plan_id__in=plans)
        tasks = Counter(of_plans)
        assets = Counter(with_plans.values_list("task_plan_id", flat=True))
        return answer([self.row(task, tasks[task.plan_id], assets[task.plan_id]) for task in found], total)

    @staticmethod
    def row(task: PlannedTask, tasks: int, assets: int) -> dict[str, Any]:
        plan = task.plan
        assert plan is not None
        resources: dict[int, list[dict[str, Any]]] = {int(kind): [] for kind in ResourceType}
        for resource in task.resources.all():
            resources[resource.type].append(resource_row(resource))
        return {
            "id": plan.pk,
            "description": plan.description,
            "id_location": plan.location_id,
            "parent_description": plan.location.subtree_description if plan.location else None,
            "task_number": tasks,
            "assets_number": assets,
            "id_task": task.pk,
            "task_description": task.description,
            "task_is_active": task.is_active,
            "tasks_id_priorities": task.priority,
            "tasks_id_task_type_main": task.type_id,
            "tasks_id_task_type": None,
            "tasks_id_task_type_2": None,
            "tasks_duration": task.duration,
            "task_form_items": [
                {
                    "id_task_form_item_type": item.type,
                    "id_unit": None,
                    "description": item.description,
                    "id_task_form_item_group": item.group,
                    "order_number": item.order_number,
                    "is_required": item.is_required,
                    "iterations": None,
                }
                for item in task.form_items.all()
            ],
            "tasks_items_resources": resources[ResourceType.INVENTORY],
            "tasks_services_resources": resources[ResourceType.SERVICES],
            "tasks_human_resources": resources[ResourceType.HUMAN_RESOURCES],
            "tasks_triggers": [trigger_row(trigger) for trigger in task.triggers.all()],
        }


def resource_row(resource: PlannedResource) -> dict[str, Any]:
    row = {
        "id": resource.pk,
        "id_task": resource.task_id,
        "description": resource.description,
        "qty": resource.qty,
        "unit_cost": resource.unit_cost,
        "total_cost": round(resource.qty * resource.unit_cost, 2),
        "order_number": resource.order_number,
        "note": resource.note,
    }
    match resource.type:
        case ResourceType.INVENTORY:
            row |= {"id_item": resource.item_id, "units_description": resource.unit}
        case ResourceType.HUMAN_RESOURCES:
            row |= {"id_hourly_rate": resource.pk}
        case _:
            row |= {
                "id_company": resource.company_id,
                "id_service_type": resource.service_id,
                "iterations": {},
            }
    return row


class PlannedResources(Endpoint):
    """Planned resources of one type. The three URLs differ only in the type."""

    kind: ClassVar[ResourceType]
    rights: ClassVar = {"GET": "tasks:view"}

    def get(self, request: Request, code: str = "") -> Response:
        if code:
            raise RecordNotFound
        query = Query(request.query_params)
        rows = PlannedResource.objects.filter(company_id=principal_of(request).company_id, type=self.kind)
        if (task := query.integer("id_task")) is not None:
            rows = rows.filter(task_id=task)
        found, total = query.page(rows.order_by("task_id", "id"))
        return answer([resource_row(resource) for resource in found], total)


class PlannedLabour(PlannedResources):
    kind = ResourceType.HUMAN_RESOURCES


class PlannedParts(PlannedResources):
    kind = ResourceType.INVENTORY


class PlannedServices(PlannedResources):
    kind = ResourceType.SERVICES
