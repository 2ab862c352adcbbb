"""Plans for each kind of machine with their resources and subtasks, and the pending tasks."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.models import Company
from maintenance.demo import machine_catalogue, texts
from maintenance.demo.machine_catalogue import MachineKind, Plan
from maintenance.demo.plant import Machine, Plant
from maintenance.models import (
    CancelReason,
    FormItem,
    FormItemType,
    Item,
    ItemType,
    PendingTask,
    Period,
    PlannedResource,
    PlannedTask,
    Priority,
    RequestStatus,
    ResourceType,
    TaskPlan,
    TaskTrigger,
    TaskType,
    TriggerType,
    WorkRequest,
)
from maintenance.rules.pending_tasks import pending
from maintenance.rules.plan_triggers import triggered

PERIODS: Mapping[int, tuple[int, Period]] = {
    machine_catalogue.WEEKLY: (1, Period.WEEKS),
    machine_catalogue.MONTHLY: (1, Period.MONTHS),
    machine_catalogue.QUARTERLY: (3, Period.MONTHS),
    machine_catalogue.HALF_YEARLY: (6, Period.MONTHS),
    machine_catalogue.YEARLY: (1, Period.YEARS),
}
TASK_TYPES = ("Preventiva", "Correctiva", "Predictiva", "Inspección", "Lubricación", "Calibración", "Mejora")
# description, type, unit, unit code, required
QUESTIONS: Mapping[str, Sequence[tuple[str, FormItemType, str | None, str | None, bool]]] = {
    "Inspección": (
        ("¿Guardas y protecciones en su lugar?", FormItemType.YES_NO, None, None, True),
        ("Estado general", FormItemType.VERIFICATION, None, None, True),
        ("Observaciones", FormItemType.TEXT, None, None, False),
    ),
    "Predictiva": (
        ("Temperatura máxima", FormItemType.NUMBER, "Grados Celsius", "°C", True),
        ("Requer ação?", FormItemType.YES_NO, None, None, True),
    ),
    "Calibración": (
        ("Valor patrón", FormItemType.NUMBER, None, None, True),
        ("Reading after adjustment", FormItemType.NUMBER, None, None, True),
        ("Resultado", FormItemType.VERIFICATION, None, None, True),
    ),
    "Lubricación": (("Gramos de grasa aplicados", FormItemType.NUMBER, "Gramo", "g", True),),
}
LABOUR_RATES = (("Técnico mecánico", 12.0), ("Técnico electricista", 13.0), ("Especialista", 18.0))


@dataclass(slots=True)
class Plans:
    """The records of the plans, found by the specifications that they were created from."""

    of_kind: dict[MachineKind, TaskPlan] = field(default_factory=dict)
    tasks: dict[tuple[str, str], PlannedTask] = field(default_factory=dict)
    triggers: dict[int, TaskTrigger] = field(default_factory=dict)
    questions: dict[int, list[FormItem]] = field(default_factory=dict)

    def task(self, kind: MachineKind, plan: Plan) -> PlannedTask:
        return self.tasks[kind.group, plan.text]


def add_plans(plant: Plant) -> Plans:
    company, rng = plant.company, plant.rng("plans")
    CancelReason.objects.bulk_create(
        CancelReason(company=company, description=reason) for reason in texts.CANCEL_REASONS
    )
    types = {
        made.description: made
        for made in TaskType.objects.bulk_create(
            TaskType(company=company, description=description) for description in TASK_TYPES
        )
    }
    plans = Plans()
    kinds = list(dict.fromkeys(machine.kind for machine in plant.machines if machine.kind.plans))
    records = TaskPlan.objects.bulk_create(
        TaskPlan(company=company, description=f"Plan {kind.group.lower()}") for kind in kinds
    )
    plans.of_kind = dict(zip(kinds, records, strict=True))
    for kind, record in plans.of_kind.items():
        for plan in kind.plans:
            plans.tasks[kind.group, plan.text] = _planned_task(record, plan, types[plan.type], rng)
    tasks = list(plans.tasks.values())
    triggers = [_trigger(plans.task(kind, plan), plan) for kind in plans.of_kind for plan in kind.plans]
    events = _events(company, types)
    PlannedTask.objects.bulk_create([*tasks, *(trigger.task for trigger in events)])
    TaskTrigger.objects.bulk_create([*triggers, *events])
    plans.triggers = {trigger.task_id: trigger for trigger in (*triggers, *events)}
    _add_questions(company, plans)
    _add_resources(company, tasks, rng)
    _give(plans, plant.machines)
    return plans


def _planned_task(record: TaskPlan, plan: Plan, type_: TaskType, rng: random.Random) -> PlannedTask:
    return PlannedTask(
        company=record.company,
        plan=record,
        description=plan.text,
        type=type_,
        duration=plan.seconds,
        stop_assets=plan.stops,
        stop_assets_seconds=plan.seconds if plan.stops else 0,
        priority=rng.choice((Priority.HIGH, Priority.MEDIUM, Priority.MEDIUM, Priority.LOW)),
        classification_1=rng.choice(texts.CLASSIFICATIONS_1),
    )


def _events(company: Company, types: dict[str, TaskType]) -> list[TaskTrigger]:
    """Returns the triggers of the events plan with their tasks; neither is saved."""
    plan = TaskPlan.objects.create(company=company, description="Eventos de la planta")
    made = []
    for text, type_name, hours, trigger in texts.EXTRA_WORK:
        event = trigger.partition("EVENT$")[2]
        if not event:
            continue
        task = PlannedTask(
            company=company,
            plan=plan,
            description=text,
            type=types[type_name],
            duration=int(hours * machine_catalogue.HOUR),
        )
        made.append(TaskTrigger(company=company, task=task, type=TriggerType.EVENT, event=event))
    return made


def _give(plans: Plans, machines: list[Machine]) -> None:
    for machine in machines:
        of_machine = plans.of_kind.get(machine.kind)
        if of_machine is not None:
            machine.item.task_plan_id = of_machine.pk
    with_plan = [machine.item for machine in machines if machine.item.task_plan_id]
    Item.objects.bulk_update(with_plan, ["task_plan_id"], batch_size=400)


def _trigger(task: PlannedTask, plan: Plan) -> TaskTrigger:
    if plan.reading_hours is not None:
        return TaskTrigger(
            company=task.company,
            task=task,
            type=TriggerType.EVERY,
            value_main=plan.reading_hours,
            unit="Horas",
            unit_code="HRS",
        )
    every, period = PERIODS.get(plan.every_days, (plan.every_days, Period.DAYS))
    return TaskTrigger(
        company=task.company, task=task, type=TriggerType.DATE, value_main=every, period=period
    )


def _add_questions(company: Company, plans: Plans) -> None:
    made = [
        FormItem(
            company=company,
            task=task,
            type=kind,
            description=text,
            group="Lista de chequeo",
            unit=unit,
            unit_code=code,
            order_number=number,
            is_required=required,
        )
        for task in plans.tasks.values()
        for number, (text, kind, unit, code, required) in enumerate(
            QUESTIONS.get(task.type.description, ()), 1
        )
    ]
    for item in FormItem.objects.bulk_create(made):
        plans.questions.setdefault(item.task_id, []).append(item)


def _add_resources(company: Company, tasks: list[PlannedTask], rng: random.Random) -> None:
    parts = list(
        Item.objects.filter(company=company, type=ItemType.SPARE_PARTS, stock_levels__isnull=False)
        .distinct()
        .order_by("pk")
    )
    made = []
    for task in tasks:
        trade, rate = rng.choice(LABOUR_RATES)
        made.append(
            PlannedResource(
                company=company,
                task=task,
                type=ResourceType.HUMAN_RESOURCES,
                description=trade,
                qty=round(task.duration / machine_catalogue.HOUR, 2),
                unit_cost=rate,
                unit="Hora",
            )
        )
        if parts and task.type.description in ("Preventiva", "Lubricación"):
            part = rng.choice(parts)
            made.append(
                PlannedResource(
                    company=company,
                    task=task,
                    type=ResourceType.INVENTORY,
                    item=part,
                    description=part.description[:160],
                    qty=rng.randint(1, 4),
                    unit_cost=float(rng.randint(4, 60)),
                    unit=part.unit,
                    order_number=2,
                )
            )
        if task.duration >= 10 * machine_catalogue.HOUR:
            made.append(
                PlannedResource(
                    company=company,
                    task=task,
                    type=ResourceType.SERVICES,
                    description="Servicio especializado",
                    qty=1,
                    unit_cost=float(rng.randint(300, 1500)),
                    order_number=3,
                )
            )
    PlannedResource.objects.bulk_create(made)


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
            task = plans.task(machine.kind, plan)
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
    corrective = TaskType.objects.get(company=plant.company, description="Correctiva")
    for request in waiting.order_by("pk"):
        assert request.item is not None
        task = PlannedTask.objects.create(
            company=plant.company,
            description=request.description,
            type=corrective,
            duration=rng.choice((1, 2, 4)) * machine_catalogue.HOUR,
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
