"""Measures of work: how much there is, how much of it was planned, done, on time, by whom."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable

from mcp_gateway.tools.assets import path
from mcp_gateway.tools.measures import Measured, MeasureRow, Question, hours, largest_first, share
from mcp_gateway.tools.moments import EARLIEST, zone_of
from mcp_gateway.tools.reliability import is_failure
from mcp_gateway.tools.words import ORDER_STATUS
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.rows import Page, Period
from mcp_gateway.upstream.work_orders import TaskLine, TaskRow, list_tasks

OPEN = (1, 2)
CANCELLED, DONE = 4, 3
ON_TIME = dt.timedelta(days=7)
REPEATED = 3
PLANNED = ("DATE$", "READING$")


def is_planned(row: TaskRow) -> bool:
    return (row.trigger_description or "").startswith(PLANNED)


def is_done(row: TaskLine) -> bool:
    return row.id_status_work_order_task == DONE or row.final_date is not None


async def read(
    question: Question, kind: str, *, status: int | None = None, whole: bool = False
) -> list[TaskRow]:
    """The tasks of the scope whose date of this kind lies in the period; `whole` asks for all of them."""
    period = None if whole else Period(question.since, question.until, kind)
    upstream: Upstream = question.call.upstream

    async def fetch(start: int, size: int) -> Page[TaskRow]:
        return await list_tasks(
            upstream,
            TaskRow,
            status=status,
            asset=question.asset,
            location=question.location,
            period=period,
            start=start,
            size=size,
        )

    return await question.reading.all_rows(fetch, "work orders")


def key_of(question: Question) -> Callable[[TaskRow], tuple[str, str | None]]:
    """Code and name of the group that a task belongs to."""
    zone = zone_of(question.call.caller)

    def month(row: TaskRow) -> tuple[str, str | None]:
        moment = row.final_date or row.date_maintenance or row.creation_date
        return ("-" if moment is None else moment.astimezone(zone).strftime("%Y-%m"), None)

    def person(row: TaskRow) -> tuple[str, str | None]:
        return row.code_responsible or row.personnel_description or "-", row.personnel_description

    def place(row: TaskRow) -> tuple[str, str | None]:
        where = path(row.parent_description)
        return where or "-", None

    ways: dict[str, Callable[[TaskRow], tuple[str, str | None]]] = {
        "asset": lambda row: (row.code or "-", row.items_log_description),
        "location": place,
        "month": month,
        "family": lambda row: (row.groups_description or "-", None),
        "person": person,
    }
    return ways.get(question.group_by, lambda row: ("all", None))


def grouped(question: Question, rows: Iterable[TaskRow]) -> dict[tuple[str, str | None], list[TaskRow]]:
    groups: dict[tuple[str, str | None], list[TaskRow]] = defaultdict(list)
    if question.group_by != "none":
        key = key_of(question)
        for row in rows:
            groups[key(row)].append(row)
    return groups


def folios(rows: Iterable[TaskRow], most: int = 10) -> list[str]:
    return list(dict.fromkeys(row.wo_folio for row in rows))[:most]


async def summary(question: Question) -> Measured:
    """Five calls for a company of any size: only the totals are asked for."""
    upstream: Upstream = question.call.upstream
    created = Period(question.since, question.until, "creation_date")
    late = Period(EARLIEST, question.now, "date_maintenance")

    async def count(status: int, period: Period) -> int | None:
        page = await list_tasks(
            upstream,
            TaskLine,
            status=status,
            asset=question.asset,
            location=question.location,
            period=period,
            size=1,
        )
        question.reading.pages_read += 1
        return page.total

    counted = await asyncio.gather(*(count(status, created) for status in ORDER_STATUS), count(1, late))
    names = [f"{word}_tasks" for word in ORDER_STATUS.values()]
    overall: dict[str, float | int | None] = dict(zip(names, counted, strict=False))
    overall["late_in_process_tasks"] = counted[-1]
    return Measured(
        overall,
        "Tasks of work orders created in the period, by the status of their order, as the upstream counts "
        "them. Late: tasks of orders in process whose scheduled date is over, whenever created; it may hold "
        "tasks that are done in an order that is still open.",
        rows_used=sum(number or 0 for number in counted),
    )


async def compliance(question: Question) -> Measured:
    due = [
        row
        for row in await read(question, "date_maintenance")
        if is_planned(row) and row.id_status_work_order != CANCELLED
    ]
    tolerance = ON_TIME if question.days is None else dt.timedelta(days=question.days)

    def figures(rows: list[TaskRow]) -> dict[str, float | int | None]:
        done = [row for row in rows if is_done(row)]
        punctual = [row for row in done if on_time(row, tolerance)]
        return {
            "tasks": len(rows),
            "done": len(done),
            "on_time": len(punctual),
            "share": share(len(punctual), len(rows)),
        }

    rows = [
        MeasureRow(
            key=key, name=name, **figures(part), folios=folios(row for row in part if not is_done(row))
        )
        for (key, name), part in grouped(question, due).items()
    ]
    return Measured(
        figures(due),
        "Share = planned tasks (date or meter triggers) scheduled in the period and finished no later than "
        f"{tolerance.days} days after the scheduled date ÷ all planned tasks scheduled in it, but those of "
        "cancelled orders.",
        sorted(rows, key=lambda row: (row.share or 0, row.key)),
        len(due),
    )


def on_time(row: TaskRow, tolerance: dt.timedelta) -> bool:
    return (
        row.final_date is not None
        and row.date_maintenance is not None
        and row.final_date <= row.date_maintenance + tolerance
    )


async def backlog(question: Question) -> Measured:
    """Hours of open work as estimated, and how long the people who have it need for it."""
    waiting = [
        row
        for status in OPEN
        for row in await read(question, "creation_date", status=status, whole=True)
        if not is_done(row)
    ]
    people = {row.code_responsible or row.personnel_description for row in waiting} - {None}

    def weeks(seconds: float, workers: int) -> float | None:
        return round(seconds / 3600 / (workers * question.hours_per_week), 2) if workers else None

    def figures(rows: list[TaskRow], workers: int) -> dict[str, float | int | None]:
        seconds = sum(row.tasks_duration or 0 for row in rows)
        return {
            "tasks": len(rows),
            "orders": len({row.wo_folio for row in rows}),
            "hours": hours(seconds),
            "weeks": weeks(seconds, workers),
        }

    rows = []
    for (key, name), part in grouped(question, waiting).items():
        own = {row.code_responsible or row.personnel_description for row in part} - {None}
        rows.append(MeasureRow(key=key, name=name, **figures(part, len(own)), folios=folios(part)))
    overall = figures(waiting, len(people))
    overall["people"] = len(people)
    return Measured(
        overall,
        "Hours = estimated duration of the tasks that are not done in orders in process or in review. "
        f"Weeks = hours ÷ (people who are responsible for them × {question.hours_per_week:g} hours a week).",
        largest_first(rows, lambda row: row.hours),
        len(waiting),
    )


async def planned_share(question: Question) -> Measured:
    rows = [
        row
        for row in await read(question, "final_date")
        if is_done(row) and row.id_status_work_order != CANCELLED
    ]

    def figures(part: list[TaskRow]) -> dict[str, float | int | None]:
        planned = [row for row in part if is_planned(row)]
        worked = sum(row.real_duration or 0 for row in part)
        return {
            "tasks": len(part),
            "done": len(planned),
            "share": share(len(planned), len(part)),
            "hours": hours(worked),
        }

    overall = figures(rows)
    overall = {
        "tasks": overall["tasks"],
        "planned_tasks": overall["done"],
        "planned_share": overall["share"],
        "hours": overall["hours"],
        "planned_hours_share": share(
            sum(row.real_duration or 0 for row in rows if is_planned(row)),
            sum(row.real_duration or 0 for row in rows),
        ),
    }
    groups = [
        MeasureRow(key=key, name=name, **figures(part))
        for (key, name), part in grouped(question, rows).items()
    ]
    return Measured(
        overall,
        "Planned: triggered by a date or a meter; all others are reactive. Of the tasks finished in the "
        "period; `done` of a row is how many of its tasks were planned.",
        sorted(groups, key=lambda row: row.key),
        len(rows),
    )


async def work_per_person(question: Question) -> Measured:
    rows = [row for row in await read(question, "final_date") if is_done(row)]
    people: dict[str, list[TaskRow]] = defaultdict(list)
    for row in rows:
        people[row.code_responsible or row.personnel_description or "-"].append(row)
    worked = sum(row.real_duration or 0 for row in rows)
    return Measured(
        {"people": len(people), "tasks": len(rows), "hours": hours(worked)},
        "Tasks finished in the period, by who is responsible for the order, with their real duration.",
        largest_first(
            (
                MeasureRow(
                    key=key,
                    name=part[0].personnel_description,
                    tasks=len(part),
                    orders=len({row.wo_folio for row in part}),
                    hours=hours(sum(row.real_duration or 0 for row in part)),
                    folios=folios(part, 5),
                )
                for key, part in people.items()
            ),
            lambda row: row.hours,
        ),
        len(rows),
    )


async def repeat_failures(question: Question) -> Measured:
    """The same asset, the same failure, again and again."""
    most = question.days or REPEATED
    failures = [row for row in await read(question, "creation_date") if is_failure(row)]
    same: dict[tuple[str, str], list[TaskRow]] = defaultdict(list)
    for row in failures:
        same[row.code or "-", (row.description or row.types_description or "-").strip()].append(row)
    rows = [
        MeasureRow(
            key=code,
            name=part[0].items_log_description,
            task=what,
            failures=len(part),
            folios=folios(part),
            url=question.call.upstream.link("assets", code),
        )
        for (code, what), part in same.items()
        if len(part) >= most
    ]
    return Measured(
        {"failures": len(failures), "repeated": len(rows)},
        f"Failures reported in the period, by asset and description, where there are at least {most}.",
        largest_first(rows, lambda row: row.failures),
        len(failures),
    )
