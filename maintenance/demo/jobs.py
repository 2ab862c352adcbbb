"""Two years of maintenance jobs: planned tasks, failures, and extra work."""

from __future__ import annotations

import datetime
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from maintenance.demo import texts
from maintenance.demo.kinds.machine_kind import HOUR, Failure, Plan
from maintenance.demo.meters import DAYS
from maintenance.demo.plant import Machine
from maintenance.demo.wording import Text

AHEAD_DAYS = 14
CREATED_BEFORE_DAYS = 7
TASKS_AN_ORDER = 4


@dataclass(slots=True)
class Job:
    """A task to be done: on which machine, when, and why."""

    machine: Machine
    due: datetime.datetime
    plan: Plan | None = None
    failure: Failure | None = None
    extra: tuple[Text, Text, float, Text | None] | None = None

    @property
    def estimate(self) -> int:
        """Returns the estimated duration in seconds."""
        if self.plan is not None:
            return self.plan.seconds
        hours = self.extra[2] if self.extra else 1.0
        if self.failure is not None:
            hours = self.failure.repair_hours
        return int(hours * HOUR)


@dataclass(frozen=True, slots=True)
class Batch:
    """Jobs that share a work order."""

    jobs: list[Job]
    created: datetime.datetime


def batches(machines: list[Machine], today: datetime.datetime, rng: random.Random) -> list[Batch]:
    """Returns all batches, oldest first."""
    found = [
        *_grouped(_planned_jobs(machines, today, rng), today),
        *(Batch([job], _reported(job, today, rng)) for job in _failures(machines, today, rng)),
        *(Batch([job], job.due) for job in _extra_work(machines, today, rng)),
    ]
    return sorted(found, key=lambda batch: batch.created)


def _planned_jobs(machines: list[Machine], today: datetime.datetime, rng: random.Random) -> Iterator[Job]:
    for machine in machines:
        for plan in machine.kind.plans:
            for days_ago in range(DAYS - rng.randrange(plan.every_days), -AHEAD_DAYS, -plan.every_days):
                due = (
                    today - datetime.timedelta(days=days_ago) + datetime.timedelta(hours=rng.randint(11, 20))
                )
                yield Job(machine, due, plan=plan)


def _failures(machines: list[Machine], today: datetime.datetime, rng: random.Random) -> Iterator[Job]:
    for machine in machines:
        if not machine.kind.failures:
            continue
        between = machine.kind.days_between_failures * rng.uniform(0.6, 1.6)
        days_ago = DAYS - rng.expovariate(1 / between)
        while days_ago > 0.2:
            due = today - datetime.timedelta(seconds=int(days_ago * 86_400))
            yield Job(machine, due, failure=rng.choice(machine.kind.failures))
            days_ago -= max(0.5, rng.expovariate(1 / between))


def _reported(job: Job, today: datetime.datetime, rng: random.Random) -> datetime.datetime:
    """Returns when the order for a failure was created: minutes to hours after the failure."""
    return min(today, job.due + datetime.timedelta(seconds=int(rng.expovariate(1 / 2400))))


def _extra_work(machines: list[Machine], today: datetime.datetime, rng: random.Random) -> Iterator[Job]:
    for _ in range(len(machines)):
        due = today - datetime.timedelta(seconds=rng.randint(86_400, DAYS * 86_400))
        yield Job(rng.choice(machines), due, extra=rng.choice(texts.EXTRA_WORK))


def _grouped(jobs: Iterator[Job], today: datetime.datetime) -> Iterator[Batch]:
    """Groups planned tasks of one week at one location into one order."""
    baskets: dict[tuple[int, int | None], list[Job]] = defaultdict(list)
    for job in jobs:
        weeks_ago = (today - job.due).days // 7
        baskets[weeks_ago, job.machine.item.parent_id].append(job)
    for together in baskets.values():
        together.sort(key=lambda job: job.due)
        for begin in range(0, len(together), TASKS_AN_ORDER):
            part = together[begin : begin + TASKS_AN_ORDER]
            created = part[0].due - datetime.timedelta(days=CREATED_BEFORE_DAYS, hours=1)
            if created <= today:
                yield Batch(part, created)
