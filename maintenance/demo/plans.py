"""Plans for each kind of machine with their resources and subtasks.

People who write in another language have a plan of their own: the same tasks, in their words.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from accounts.models import Language
from maintenance.demo import texts
from maintenance.demo.checklists import CHECKLIST, QUESTIONS
from maintenance.demo.kinds import terms
from maintenance.demo.kinds.machine_kind import (
    HALF_YEARLY,
    HOUR,
    MONTHLY,
    QUARTERLY,
    WEEKLY,
    YEARLY,
    MachineKind,
    Plan,
)
from maintenance.demo.meters import HOUR_UNIT
from maintenance.demo.plant import Machine, Plant
from maintenance.demo.wording import Text
from maintenance.models import (
    CancelReason,
    FormItem,
    Item,
    ItemType,
    Period,
    PlannedResource,
    PlannedTask,
    Priority,
    ResourceType,
    TaskPlan,
    TaskTrigger,
    TaskType,
    TriggerType,
)

PERIODS: Mapping[int, tuple[int, Period]] = {
    WEEKLY: (1, Period.WEEKS),
    MONTHLY: (1, Period.MONTHS),
    QUARTERLY: (3, Period.MONTHS),
    HALF_YEARLY: (6, Period.MONTHS),
    YEARLY: (1, Period.YEARS),
}
PLAN = Text("Plan {}", "Plano {}", "Plan {}")
EVENTS_PLAN = Text("Eventos de la planta", "Eventos da planta", "Plant events")
LABOUR_HOUR = Text("Hora", "Hora", "Hour")
LABOUR_RATES = (
    (Text("Técnico mecánico", "Técnico mecânico", "Mechanical technician"), 12.0),
    (Text("Técnico electricista", "Técnico eletricista", "Electrical technician"), 13.0),
    (Text("Especialista", "Especialista", "Specialist"), 18.0),
)
SPECIAL_SERVICE = Text("Servicio especializado", "Serviço especializado", "Specialist service")
Types = Mapping[Text, TaskType]


@dataclass(slots=True)
class Plans:
    """The records of the plans, found by the specifications that they were created from."""

    of_kind: dict[tuple[MachineKind, Language], TaskPlan] = field(default_factory=dict)
    tasks: dict[tuple[MachineKind, Plan], dict[Language, PlannedTask]] = field(default_factory=dict)
    triggers: dict[int, TaskTrigger] = field(default_factory=dict)
    questions: dict[int, list[FormItem]] = field(default_factory=dict)

    def task(self, machine: Machine, plan: Plan) -> PlannedTask:
        return self.tasks[machine.kind, plan][machine.language]


def add_plans(plant: Plant) -> Plans:
    company, rng = plant.company, plant.rng("plans")
    CancelReason.objects.bulk_create(
        CancelReason(company=company, description=plant.term(reason)) for reason in texts.CANCEL_REASONS
    )
    types = {text: TaskType(company=company, description=plant.term(text)) for text in terms.TASK_TYPES}
    TaskType.objects.bulk_create(types.values())
    plans = Plans()
    kinds = dict.fromkeys(machine.kind for machine in plant.machines if machine.kind.plans)
    written = dict.fromkeys((machine.kind, machine.language) for machine in plant.machines)
    keys = [(kind, language) for kind in kinds for of, language in written if of is kind]
    records = TaskPlan.objects.bulk_create(
        TaskPlan(
            company=company,
            description=PLAN.said_in(language).format(kind.group.said_in(language).lower()),
        )
        for kind, language in keys
    )
    plans.of_kind = dict(zip(keys, records, strict=True))
    for kind in kinds:
        own = {language: record for (of, language), record in plans.of_kind.items() if of is kind}
        for plan in kind.plans:
            plans.tasks[kind, plan] = _planned_tasks(plant, own, plan, types[plan.type], rng)
    tasks = [task for of_plan in plans.tasks.values() for task in of_plan.values()]
    triggers = [
        _trigger(task, plan, language)
        for (_kind, plan), of_plan in plans.tasks.items()
        for language, task in of_plan.items()
    ]
    events = list(_events(plant, types))
    PlannedTask.objects.bulk_create([*tasks, *(trigger.task for trigger in events)])
    TaskTrigger.objects.bulk_create([*triggers, *events])
    plans.triggers = {trigger.task_id: trigger for trigger in (*triggers, *events)}
    _add_questions(plans)
    _add_resources(plant, plans, rng)
    _give(plans, plant.machines)
    return plans


def _planned_tasks(
    plant: Plant, records: Mapping[Language, TaskPlan], plan: Plan, type_: TaskType, rng: random.Random
) -> dict[Language, PlannedTask]:
    priority = rng.choice((Priority.HIGH, Priority.MEDIUM, Priority.MEDIUM, Priority.LOW))
    classification = plant.term(rng.choice(texts.CLASSIFICATIONS_1))
    return {
        language: PlannedTask(
            company=plant.company,
            plan=record,
            description=plan.text.said_in(language),
            type=type_,
            duration=plan.seconds,
            stop_assets=plan.stops,
            stop_assets_seconds=plan.seconds if plan.stops else 0,
            priority=priority,
            classification_1=classification,
        )
        for language, record in records.items()
    }


def _events(plant: Plant, types: Types) -> Iterator[TaskTrigger]:
    """Yields the triggers of the events plan with their tasks; neither is saved."""
    plan = TaskPlan.objects.create(company=plant.company, description=plant.term(EVENTS_PLAN))
    for text, type_, hours, event in texts.EXTRA_WORK:
        if event is None:
            continue
        task = PlannedTask(
            company=plant.company,
            plan=plan,
            description=plant.term(text),
            type=types[type_],
            duration=int(hours * HOUR),
        )
        yield TaskTrigger(company=plant.company, task=task, type=TriggerType.EVENT, event=plant.term(event))


def _give(plans: Plans, machines: list[Machine]) -> None:
    for machine in machines:
        of_machine = plans.of_kind.get((machine.kind, machine.language))
        if of_machine is not None:
            machine.item.task_plan_id = of_machine.pk
    with_plan = [machine.item for machine in machines if machine.item.task_plan_id]
    Item.objects.bulk_update(with_plan, ["task_plan_id"], batch_size=400)


def _trigger(task: PlannedTask, plan: Plan, language: Language) -> TaskTrigger:
    if plan.reading_hours is not None:
        return TaskTrigger(
            company=task.company,
            task=task,
            type=TriggerType.EVERY,
            value_main=plan.reading_hours,
            unit=HOUR_UNIT.said_in(language),
            unit_code="HRS",
        )
    every, period = PERIODS.get(plan.every_days, (plan.every_days, Period.DAYS))
    return TaskTrigger(
        company=task.company, task=task, type=TriggerType.DATE, value_main=every, period=period
    )


def _add_questions(plans: Plans) -> None:
    made = [
        FormItem(
            company=task.company,
            task=task,
            type=kind,
            description=text.said_in(language),
            group=CHECKLIST.said_in(language),
            unit=unit.said_in(language) if unit else None,
            unit_code=code,
            order_number=number,
            is_required=required,
        )
        for (_kind, plan), of_plan in plans.tasks.items()
        for language, task in of_plan.items()
        for number, (text, kind, unit, code, required) in enumerate(QUESTIONS.get(plan.type, ()), 1)
    ]
    for item in FormItem.objects.bulk_create(made):
        plans.questions.setdefault(item.task_id, []).append(item)


def _add_resources(plant: Plant, plans: Plans, rng: random.Random) -> None:
    parts = list(
        Item.objects.filter(company=plant.company, type=ItemType.SPARE_PARTS, stock_levels__isnull=False)
        .distinct()
        .order_by("pk")
    )
    made: list[PlannedResource] = []
    for (_kind, plan), of_plan in plans.tasks.items():
        trade, rate = rng.choice(LABOUR_RATES)
        labour = {
            "type": ResourceType.HUMAN_RESOURCES,
            "qty": round(plan.seconds / HOUR, 2),
            "unit_cost": rate,
        }
        made += (
            PlannedResource(
                company=plant.company,
                task=task,
                description=trade.said_in(language),
                unit=LABOUR_HOUR.said_in(language),
                **labour,
            )
            for language, task in of_plan.items()
        )
        if parts and plan.type in (terms.PREVENTIVE, terms.LUBRICATION):
            part, qty, cost = rng.choice(parts), rng.randint(1, 4), float(rng.randint(4, 60))
            made += (
                PlannedResource(
                    company=plant.company,
                    task=task,
                    type=ResourceType.INVENTORY,
                    item=part,
                    description=part.description[:160],
                    qty=qty,
                    unit_cost=cost,
                    unit=part.unit,
                    order_number=2,
                )
                for task in of_plan.values()
            )
        if plan.seconds >= 10 * HOUR:
            cost = float(rng.randint(300, 1500))
            made += (
                PlannedResource(
                    company=plant.company,
                    task=task,
                    type=ResourceType.SERVICES,
                    description=SPECIAL_SERVICE.said_in(language),
                    qty=1,
                    unit_cost=cost,
                    order_number=3,
                )
                for language, task in of_plan.items()
            )
    PlannedResource.objects.bulk_create(made)
