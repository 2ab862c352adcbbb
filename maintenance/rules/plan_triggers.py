"""Pending tasks that plans trigger: by date, or by the reading of a meter."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Mapping

from django.utils import timezone

from maintenance.models import (
    Item,
    Meter,
    PendingTask,
    Period,
    PlannedTask,
    TaskPlan,
    TaskTrigger,
    TriggerType,
)
from maintenance.rules.dates import end_of_today
from maintenance.rules.pending_tasks import pending

DAYS: Mapping[Period, int] = {Period.DAYS: 1, Period.WEEKS: 7, Period.MONTHS: 30, Period.YEARS: 365}


def triggered(item: Item, task: PlannedTask, trigger: TaskTrigger, due: datetime.datetime) -> PendingTask:
    """Builds a pending task of the asset's plan, unsaved."""
    made = pending(item, task, due)
    made.trigger = trigger.code(item.field_1)
    return made


def start_plan(item: Item, plan: TaskPlan, last: datetime.date | None) -> None:
    """Creates the first pending task of each date trigger, counted from the last maintenance or today.

    A date becomes noon in the company's time zone, which no clock change moves into another day.
    """
    zone = zoneinfo.ZoneInfo(item.company.time_zone)
    start = timezone.localtime(timezone=zone)
    if last is not None:
        start = datetime.datetime.combine(last, datetime.time(12), zone)
    triggers = TaskTrigger.objects.select_related("task__type").filter(task__plan=plan, type=TriggerType.DATE)
    due = []
    for trigger in triggers:
        if trigger.period is None or not trigger.task.is_active:
            continue
        days = DAYS[Period(trigger.period)] * (trigger.value_main or 1)
        due.append(triggered(item, trigger.task, trigger, start + datetime.timedelta(days=days)))
        due[-1].last_date_maintenance = start if last is not None else None
    PendingTask.objects.bulk_create(due)


def fire(meter: Meter, before: float | None, now: float) -> list[PendingTask]:
    """Creates the tasks that a reading triggers: those of "every n" triggers whose step it passed."""
    if before is None or meter.item.task_plan_id is None or not meter.is_counter:
        return []
    triggers = TaskTrigger.objects.select_related("task__type").filter(
        company_id=meter.company_id,
        task__plan_id=meter.item.task_plan_id,
        task__is_active=True,
        type=TriggerType.EVERY,
        unit_code=meter.unit_code,
    )
    passed = [
        trigger
        for trigger in triggers
        if trigger.value_main and now // trigger.value_main > before // trigger.value_main
    ]
    if not passed:
        return []
    due = end_of_today(meter.company_id)
    return PendingTask.objects.bulk_create(
        triggered(meter.item, trigger.task, trigger, due) for trigger in passed
    )
