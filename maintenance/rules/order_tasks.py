"""Turns a pending task into a task of a work order, with the planned subtasks and resources."""

from __future__ import annotations

from maintenance.models import (
    Meter,
    PendingTask,
    PlannedTask,
    ResourceType,
    Subtask,
    TaskResource,
    WorkOrder,
    WorkOrderTask,
)
from maintenance.rules.stops import last_open
from maintenance.rules.task_costs import add_up


def add_task(order: WorkOrder, pending: PendingTask) -> WorkOrderTask:
    """Adds the pending task to the order.

    In orders the contract swaps the names of the two dates: `date_maintenance` is when the task is scheduled,
    and `cal_date_maintenance` is what the plan calculated (docs/reference/fracttal-api.md#work-orders).
    """
    item, stop = pending.item, pending.out_of_service
    planned = PlannedTask.objects.prefetch_related("form_items", "resources__service__third_party").get(
        pk=pending.task_id
    )
    task = WorkOrderTask.objects.create(
        company_id=order.company_id,
        work_order=order,
        order_date=order.creation_date,
        item=item,
        request=pending.request,
        item_description=item.description,
        description=pending.description,
        note=pending.note,
        task_type=pending.type,
        classification_1=pending.classification_1,
        classification_2=pending.classification_2,
        priority=pending.priority,
        trigger=pending.trigger,
        task_plan_id=planned.plan_id,
        requested_by=pending.requested_by,
        date_maintenance=pending.cal_date_maintenance,
        cal_date_maintenance=pending.date_maintenance,
        event_date=pending.event_date,
        duration=pending.duration,
        stop_assets=planned.stop_assets,
        stop_assets_seconds=planned.stop_assets_seconds,
        out_of_service=stop if stop is not None and stop.final_date is None else last_open(item),
    )
    pending.order_task = task
    pending.save(update_fields=["order_task"])
    if pending.request is not None:
        pending.request.folio = order.folio
        pending.request.date_maintenance = task.date_maintenance
        pending.request.save(update_fields=["folio", "date_maintenance"])
    _add_subtasks(task, planned)
    _add_resources(task, planned)
    return task


def _add_subtasks(task: WorkOrderTask, planned: PlannedTask) -> None:
    meters = {meter.unit_code: meter for meter in Meter.objects.filter(item_id=task.item_id, active=True)}
    Subtask.objects.bulk_create(
        Subtask(
            company_id=task.company_id,
            task=task,
            type=item.type,
            description=item.description,
            group=item.group,
            unit=item.unit,
            unit_code=item.unit_code,
            order_number=item.order_number,
            is_required=item.is_required,
            meter=meters.get(item.unit_code or ""),
        )
        for item in planned.form_items.all()
    )


def _add_resources(task: WorkOrderTask, planned: PlannedTask) -> None:
    made = []
    for resource in planned.resources.all():
        party = resource.service.third_party if resource.service else None
        made.append(
            TaskResource(
                company_id=task.company_id,
                task=task,
                type=resource.type,
                item=resource.item,
                third_party=party,
                description=resource.description,
                source=party.name if party else None,
                source_code=party.code if party else None,
                qty=resource.qty,
                unit_cost=resource.unit_cost,
                total_cost=round(resource.qty * resource.unit_cost, 2),
                unit=resource.unit or ("Hora" if resource.type == ResourceType.HUMAN_RESOURCES else None),
            )
        )
    TaskResource.objects.bulk_create(made)
    add_up(task)
