"""The rows of /work_orders: one per task, with every field of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from maintenance.api.kit.rows import Columns, pop_name, row_of, time_between, values_of
from maintenance.models import (
    DamageType,
    FailureSeverity,
    Priority,
    TaskStatus,
    WorkOrder,
    WorkOrderTask,
)

COLUMNS: Columns = {
    "id_company": "company_id",
    "id_work_order": "work_order_id",
    "id_work_orders_tasks": "id",
    "wo_folio": "work_order__folio",
    "id_status_work_order": "work_order__status",
    "work_orders_status_custom_description": "work_order__custom_status",
    "creation_date": "order_date",
    "initial_date": "initial_date",
    "final_date": "final_date",
    "wo_final_date": "work_order__final_date",
    "review_date": "work_order__review_date",
    "date_maintenance": "date_maintenance",
    "cal_date_maintenance": "cal_date_maintenance",
    "first_date_task": "first_date_task",
    "event_date": "event_date",
    "duration": "work_order__duration",
    "tasks_duration": "duration",
    "real_duration": "real_duration",
    "completed_percentage": "work_order__completed_percentage",
    "creator_first_name": "work_order__created_by__first_name",
    "creator_last_name": "work_order__created_by__last_name",
    "code_create_by": "work_order__created_by__code",
    "id_personnel": "work_order__responsible_id",
    "responsible_first_name": "work_order__responsible__first_name",
    "responsible_last_name": "work_order__responsible__last_name",
    "code_responsible": "work_order__responsible__code",
    "id_contact": "work_order__contact_id",
    "contact_name": "work_order__contact__name",
    "validator_first_name": "work_order__validated_by__first_name",
    "validator_last_name": "work_order__validated_by__last_name",
    "requested_by": "requested_by",
    "id_request": "request_id",
    "code": "item__code",
    "id_item": "item_id",
    "items_log_description": "item_description",
    "items_log_types_description": "item__group",
    "parent_description": "item__parent_description",
    "groups_description": "item__group",
    "groups_1_description": "item__group_1",
    "groups_2_description": "item__group_2",
    "costs_center_description": "item__cost_center",
    "description": "description",
    "note": "work_order__note",
    "task_note": "note",
    "tasks_log_task_type_main": "task_type",
    "tasks_log_types_description": "classification_1",
    "tasks_log_types_2_description": "classification_2",
    "id_priorities": "priority",
    "trigger_description": "trigger",
    "id_group_task": "task_plan_id",
    "stop_assets": "stop_assets",
    "stop_assets_sec": "stop_assets_seconds",
    "real_stop_assets_sec": "real_stop_assets_seconds",
    "caused_disruption": "caused_disruption",
    "caused_damage": "caused_damage",
    "id_items_availability": "out_of_service_id",
    "out_of_service_since": "out_of_service__initial_date",
    "out_of_service_until": "out_of_service__final_date",
    "id_failure_type": "failure_type_id",
    "types_description": "failure_type__description",
    "id_failure_cause": "failure_cause_id",
    "causes_description": "failure_cause__description",
    "id_failure_detection_method": "failure_detection_id",
    "detection_method_description": "failure_detection__description",
    "id_failure_severity": "failure_severity",
    "id_damage_type": "damage_type",
    "resources_hours": "hours",
    "resources_inventory": "inventory_cost",
    "resources_human_resources": "labour_cost",
    "resources_services": "services_cost",
    "enable_budget": "work_order__enable_budget",
    "rating": "work_order__rating",
    "has_children": "has_children",
    "id_parent_wo": "work_order__parent_id",
    "labels": "work_order__labels",
    "annotations": "work_order__annotations",
    "id_status_work_order_task": "status",
}
# Fields of the contract for which this plant has no records.
EMPTY: Mapping[str, None] = dict.fromkeys(
    (
        "id_parent", "dependencies", "signature", "details_signature",
        "responsible_path_signature", "validator_path_signature", "personnel_path_image",
    )
)  # fmt: skip
MONEY = ("resources_inventory", "resources_human_resources", "resources_services")


def task_row(values: tuple[Any, ...], *, with_costs: bool) -> dict[str, Any]:
    row = row_of(COLUMNS, values)
    row.update(EMPTY)
    row["created_by"] = pop_name(row, "creator")
    contact = row.pop("contact_name")
    row["personnel_description"] = row["user_assigned"] = pop_name(row, "responsible") or contact
    row["id_contacts_log"] = row["id_contact"]
    row["validated_by_description"] = pop_name(row, "validator")
    row["id_personnel_log"] = row["id_personnel"]
    row["priorities_description"] = Priority(row["id_priorities"]).name
    since, until = row.pop("out_of_service_since"), row.pop("out_of_service_until")
    row["out_of_service_sec"] = None if until is None else int(time_between(since, until).total_seconds())
    row["time_disruption"] = None if until is None else str(row["out_of_service_sec"])
    severity, damage = row["id_failure_severity"], row["id_damage_type"]
    row["severiry_description"] = None if severity is None else FailureSeverity(severity).name
    row["damages_types_description"] = None if damage is None else DamageType(damage).name
    row["total_cost_task"] = sum(row[part] for part in MONEY)
    if not with_costs:
        row.update(dict.fromkeys((*MONEY, "total_cost_task")))
    status = TaskStatus(row["id_status_work_order_task"])
    row["task_status"] = status.name
    row["done"] = status is TaskStatus.DONE
    row["is_offline"] = False
    return row


def newest_first(rows: QuerySet[WorkOrderTask]) -> QuerySet[WorkOrderTask]:
    return rows.order_by("-order_date", "-work_order_id", "-pk")


# Made once: to resolve these columns takes as long as to read a page of them.
_ROWS = values_of(
    newest_first(
        WorkOrderTask.objects.annotate(
            has_children=Exists(WorkOrder.objects.filter(parent_id=OuterRef("work_order_id")))
        )
    ),
    COLUMNS,
)


def read(keys: list[int]) -> QuerySet[WorkOrderTask, tuple[Any, ...]]:
    """Returns the values that `task_row` turns into rows."""
    return _ROWS.filter(pk__in=keys)
