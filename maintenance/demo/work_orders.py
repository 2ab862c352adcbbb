"""Two years of work orders: the work done, its cost, and the downtime of assets."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from maintenance.demo import texts
from maintenance.demo.jobs import Batch, Job, batches
from maintenance.demo.kinds import terms
from maintenance.demo.kinds.machine_kind import DATE_TRIGGERS, HOUR, Failure, Plan
from maintenance.demo.meters import HOUR_UNIT
from maintenance.demo.plans import Plans
from maintenance.demo.plant import Machine, Plant
from maintenance.demo.requests import Requests
from maintenance.demo.staff import ELECTRICIAN, OPERATOR, PLANNER, TECHNICIAN
from maintenance.demo.wording import Text
from maintenance.models import (
    DamageType,
    FailureSeverity,
    FailureTerm,
    Item,
    OutOfService,
    Personnel,
    Priority,
    TaskStatus,
    WorkOrder,
    WorkOrderStatus,
    WorkOrderTask,
)

Terms = dict[tuple[str, Text], FailureTerm]


@dataclass(frozen=True, slots=True)
class Crew:
    """The people of the work orders: those who are responsible, who plan, and who report."""

    mechanics: list[Personnel]
    electricians: list[Personnel]
    planners: list[Personnel]
    operators: list[Personnel]

    @classmethod
    def of(cls, people: list[Personnel]) -> Crew:
        def with_role(prefix: str) -> list[Personnel]:
            return [person for person in people if person.active and (person.code or "").startswith(prefix)]

        return cls(*(with_role(role.prefix) for role in (TECHNICIAN, ELECTRICIAN, PLANNER, OPERATOR)))


def add_work(plant: Plant, plans: Plans) -> None:
    rng = plant.rng("work")
    crew = Crew.of(plant.staff)
    history = History(plant, crew, _add_failure_terms(plant), rng)
    working = [machine for machine in plant.machines if machine.item.active]
    found = batches(working, plant.today, rng)
    orders = [history.order(batch, number) for number, batch in enumerate(found, 1)]
    requests = Requests(plant, crew.operators, crew.planners, rng)
    tasks = []
    for order, batch in zip(orders, found, strict=True):
        for job in batch.jobs:
            task = history.task(order, job)
            if job.plan is not None:
                task.task_plan_id = plans.task(job.machine, job.plan).plan_id
            tasks.append(task)
    WorkOrder.objects.bulk_create(orders, batch_size=500)
    for task in tasks:
        if task.failure_type is not None:
            requests.ask_for(task)
    requests.ask_for_the_rest([machine.item for machine in working])
    requests.save()
    stops = [task.out_of_service for task in tasks if task.out_of_service is not None]
    stops.sort(key=lambda stop: stop.creation_date)
    OutOfService.objects.bulk_create(stops, batch_size=1000)
    WorkOrderTask.objects.bulk_create(tasks, batch_size=500)
    _mark_items(stops)


@dataclass(frozen=True, slots=True)
class History:
    """Builds the records of the work done until today, unsaved."""

    plant: Plant
    crew: Crew
    terms: Terms
    rng: random.Random

    def order(self, batch: Batch, number: int) -> WorkOrder:
        rng, today, crew = self.rng, self.plant.today, self.crew
        first, last_due = batch.jobs[0], max(job.due for job in batch.jobs)
        electrical = first.machine.kind.group_1 in (terms.ENERGY, terms.BUILDING)
        specialists = crew.electricians if electrical else crew.mechanics
        # The first mechanic can sign in to the demo, so this person gets more orders.
        weights = [3, *(1 for _ in specialists[1:])] if specialists is crew.mechanics else None
        responsible = rng.choices(specialists, weights)[0]
        status = _status(today - last_due, rng, failed=first.failure is not None)
        record = WorkOrder(
            company=self.plant.company,
            folio=self.plant.spec.folio.format(n=number),
            status=status,
            creation_date=batch.created,
            created_by=rng.choice(crew.planners),
            responsible=responsible,
            note=first.machine.said(rng.choice(texts.ORDER_NOTES)) if rng.random() < 0.3 else None,
            duration=sum(job.estimate for job in batch.jobs),
            labels=[self._label(*rng.choice(texts.LABELS))] if rng.random() < 0.12 else [],
            enable_budget=False,
        )
        if status == WorkOrderStatus.CANCELLED:
            record.custom_status = self.plant.term(rng.choice(texts.CANCEL_REASONS))
            record.final_date = min(today, last_due + datetime.timedelta(days=rng.randint(1, 6)))
        return record

    def task(self, order: WorkOrder, job: Job) -> WorkOrderTask:
        rng, crew, term = self.rng, self.crew, self.plant.term
        item, plan, failure = job.machine.item, job.plan, job.failure
        task = WorkOrderTask(
            company=order.company,
            work_order=order,
            order_date=order.creation_date,
            item=item,
            item_description=item.description,
            classification_1=term(rng.choice(texts.CLASSIFICATIONS_1)),
            classification_2=term(kind)
            if (kind := rng.choices((*texts.CLASSIFICATIONS_2, None), (70, 15, 3, 12))[0])
            else None,
            duration=job.estimate,
            date_maintenance=job.due,
            cal_date_maintenance=job.due,
            priority=rng.choices(tuple(Priority), (5, 20, 50, 20, 5))[0],
        )
        if plan is not None:
            task.description, task.task_type = job.machine.said(plan.text), term(plan.type)
            task.stop_assets = plan.stops
            task.cal_date_maintenance = job.due - datetime.timedelta(days=rng.randint(0, 3))
            task.trigger = _trigger(plan, job.machine)
            task.stop_assets_seconds = plan.seconds if plan.stops else 0
        elif job.extra is not None:
            text, type_, _hours, event = job.extra
            task.description, task.task_type = job.machine.said(text), term(type_)
            task.trigger = f"EVENT${term(event)}" if event else "NO_SCHEDULE_TASK"
            task.requested_by = rng.choice(crew.operators).full_name
        elif failure is not None:
            task.description, task.task_type = job.machine.said(failure.text), term(terms.CORRECTIVE)
            task.priority = rng.choices((Priority.VERY_HIGH, Priority.HIGH, Priority.MEDIUM), (25, 50, 25))[0]
            task.requested_by = rng.choice(crew.operators).full_name
            self._fail(task, failure)
        self._carry_out(task, order, job)
        return task

    def _label(self, name: Text, colour: str) -> dict[str, Any]:
        return {"description": self.plant.term(name), "color": colour, "enabled": True}

    def _fail(self, task: WorkOrderTask, failure: Failure) -> None:
        rng, known = self.rng, self.terms
        kind = FailureTerm.Kind
        task.event_date = task.date_maintenance
        task.failure_type = known[kind.TYPE, failure.type]
        task.failure_cause = known[kind.CAUSE, failure.cause]
        task.failure_detection = known[kind.DETECTION_METHOD, rng.choice(terms.DETECTION_METHODS)]
        task.failure_severity = rng.choices(tuple(FailureSeverity), (10, 25, 35, 22, 8))[0]
        task.damage_type = rng.choices(tuple(DamageType), (82, 3, 10, 2, 1, 2))[0]
        task.caused_disruption = rng.random() < 0.5
        task.caused_damage = task.damage_type != DamageType.NEITHER

    def _carry_out(self, task: WorkOrderTask, order: WorkOrder, job: Job) -> None:
        """Sets what was done until today, as the order's status allows, and the asset's downtime if any."""
        rng, today = self.rng, self.plant.today
        failed = job.failure is not None
        status = WorkOrderStatus(order.status)
        stood_still = failed and rng.random() < 0.75 and status != WorkOrderStatus.CANCELLED
        started = job.due + datetime.timedelta(seconds=rng.randint(600, 3 * 3600 if failed else 40 * 3600))
        seconds = max(300, int(task.duration * rng.lognormvariate(0, 0.35)))
        ended = started + datetime.timedelta(seconds=seconds)
        done = status in (WorkOrderStatus.FINISHED, WorkOrderStatus.REVIEW) and started < today
        if done:
            ended = min(ended, today)
            task.status = TaskStatus.DONE
            task.initial_date = task.first_date_task = started
            task.final_date, task.real_duration = ended, int((ended - started).total_seconds())
            task.note = job.machine.said(rng.choice(texts.TASK_NOTES)) if rng.random() < 0.6 else None
            _cost(task, failed=failed, rng=rng)
            _close(order, ended, today, rng)
            if task.stop_assets:
                task.real_stop_assets_seconds = task.real_duration
                stood_still = rng.random() < 0.6
        elif status == WorkOrderStatus.IN_PROCESS and started < today and rng.random() < 0.4:
            task.status = rng.choice((TaskStatus.IN_PROGRESS, TaskStatus.PAUSED))
            task.initial_date = task.first_date_task = started
            order.completed_percentage = max(order.completed_percentage, 25)
        elif status in (WorkOrderStatus.FINISHED, WorkOrderStatus.REVIEW):
            _reopen(order)
        if stood_still:
            begun = job.due if failed else started
            task.out_of_service = OutOfService(
                company=order.company,
                item=task.item,
                creation_date=begun + datetime.timedelta(minutes=5),
                initial_date=begun,
                final_date=task.final_date,
            )


def _add_failure_terms(plant: Plant) -> Terms:
    kind = FailureTerm.Kind
    made: Terms = {
        (term_kind, text): FailureTerm(company=plant.company, kind=term_kind, description=plant.term(text))
        for term_kind, texts_ in (
            (kind.TYPE, terms.FAILURE_TYPES),
            (kind.CAUSE, terms.CAUSES),
            (kind.DETECTION_METHOD, terms.DETECTION_METHODS),
        )
        for text in texts_
    }
    FailureTerm.objects.bulk_create(made.values())
    return made


def _status(age: datetime.timedelta, rng: random.Random, *, failed: bool) -> WorkOrderStatus:
    days = age.total_seconds() / 86_400
    if days < 0:
        weights = (1, 0, 0, 0)
    elif days < (4 if failed else 10):
        weights = (40, 20, 40, 0)
    elif days < 60:
        weights = (8, 6, 82, 4)
    else:
        weights = (1, 0, 94, 5)
    return rng.choices(tuple(WorkOrderStatus), weights)[0]


def _trigger(plan: Plan, machine: Machine) -> str:
    if plan.reading_hours is not None:
        unit = machine.said(HOUR_UNIT)
        return f"READING$EACH${plan.reading_hours}${unit} [HRS] ( {machine.item.field_1} )"
    return DATE_TRIGGERS.get(plan.every_days, f"DATE$EVERY${plan.every_days}$DAYS")


def _close(order: WorkOrder, ended: datetime.datetime, today: datetime.datetime, rng: random.Random) -> None:
    order.completed_percentage = 100
    order.review_date = min(today, max(order.review_date or ended, ended))
    if order.status == WorkOrderStatus.FINISHED:
        checked = order.review_date + datetime.timedelta(hours=rng.randint(1, 60))
        order.final_date = min(today, max(order.final_date or checked, checked))
        order.rating = rng.choices((None, 3, 4, 5), (60, 5, 15, 20))[0]
        order.validated_by = order.created_by


def _reopen(order: WorkOrder) -> None:
    """Puts the order back in process, because not all of its tasks are done."""
    order.status, order.completed_percentage = WorkOrderStatus.IN_PROCESS, 50
    order.review_date = order.final_date = order.rating = order.validated_by = None


def _cost(task: WorkOrderTask, *, failed: bool, rng: random.Random) -> None:
    hours = (task.real_duration or 0) / HOUR * rng.choice((1, 1, 1, 2))
    task.hours = _money(hours)
    task.labour_cost = _money(hours * rng.choice((12, 13, 18)))
    if rng.random() < (0.65 if failed else 0.3):
        task.inventory_cost = _money(rng.lognormvariate(4.6 if failed else 3.6, 0.9))
    if rng.random() < (0.12 if failed else 0.04):
        task.services_cost = _money(rng.uniform(120, 2400))


def _money(amount: float) -> Decimal:
    return Decimal(f"{amount:.2f}")


def _mark_items(periods: list[OutOfService]) -> None:
    """Copies the last downtime of each asset to the asset itself."""
    touched: dict[int, Item] = {}
    for period in sorted(periods, key=lambda period: period.initial_date):
        item = touched.setdefault(period.item.pk, period.item)
        if period.final_date is None:
            item.available, item.initial_date_out_of_service = False, period.initial_date
        else:
            item.last_final_date_available = period.final_date
    Item.objects.bulk_update(
        touched.values(),
        ["available", "initial_date_out_of_service", "last_final_date_available"],
        batch_size=100,
    )
