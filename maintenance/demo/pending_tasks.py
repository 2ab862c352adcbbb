"""Pending tasks of the demo plants: those that plans trigger, and requests that wait for an order."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator

from maintenance.demo.kinds import terms
from maintenance.demo.kinds.machine_kind import HOUR
from maintenance.demo.plans import Plans
from maintenance.demo.plant import Plant
from maintenance.models import PendingTask, PlannedTask, Priority, RequestStatus, TaskType, WorkRequest
from maintenance.rules.pending_tasks import pending
from maintenance.rules.plan_triggers import triggered


def add_pending(plant: Plant, plans: Plans) -> None:
    """Adds tasks that fall due in the next weeks, some overdue ones, and requests that wait for an order."""
    rng = plant.rng("pending")
    made = [*_due(plant, plans, rng), *_requested(plant, rng)]
    PendingTask.objects.bulk_create(made, batch_size=1000)


def _due(plant: Plant, plans: Plans, rng: random.Random) -> Iterator[PendingTask]:
    for machine in plant.machines:
        if not machine.item.active:
            continue
        for plan in machine.kind.plans:
            if plan.reading_hours is not None:
                continue
            task = plans.task(machine, plan)
            late = rng.random() < 0.04
            days = -rng.randint(2, 25) if late else rng.randint(15, 14 + plan.every_days)
            due = plant.today + datetime.timedelta(days=days, hours=rng.randint(11, 20))
            made = triggered(machine.item, task, plans.triggers[task.pk], due)
            made.last_date_maintenance = due - datetime.timedelta(days=plan.every_days)
            made.date_create = min(plant.today, due)
            yield made


def _requested(plant: Plant, rng: random.Random) -> Iterator[PendingTask]:
    waiting = WorkRequest.objects.filter(
        company=plant.company,
        item__isnull=False,
        status__in=(RequestStatus.REQUEST_TODO, RequestStatus.AGAIN_REQUEST_TODO),
    ).select_related("item")
    corrective = TaskType.objects.get(company=plant.company, description=plant.term(terms.CORRECTIVE))
    for request in waiting.order_by("pk"):
        assert request.item is not None
        task = PlannedTask.objects.create(
            company=plant.company,
            description=request.description,
            type=corrective,
            duration=rng.choice((1, 2, 4)) * HOUR,
            request=request,
            requested_by=request.requested_by,
        )
        due = min(plant.today, request.date) + datetime.timedelta(days=rng.randint(1, 12))
        made = pending(request.item, task, due)
        made.priority = request.priority or Priority.MEDIUM
        made.note = request.observation
        made.event_date = request.date_incident
        made.date_create = request.status_date
        yield made
