"""The metrics on tasks: summary, compliance, backlog, planned_share, work_per_person."""

from __future__ import annotations

from typing import Any

from tests.oracle.asked import Asked, Figures
from tests.oracle.figures.groups import key_of, place, share, usual_spellings
from tests.oracle.tables import SCOPED, Tables, spelling

FINISHED = f"""
    done AND final_date BETWEEN :since AND :until AND order_status <> 4 AND item_id IN {SCOPED}
"""


def scope(asked: Asked) -> dict[str, Any]:
    return {
        "scope": asked.scope,
        "code": asked.code,
        "since": asked.since,
        "until": asked.until,
    }


def _named(asked: Asked, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if asked.group_by == "location":
        for row in rows:
            row["key"] = place(row["key"])
    return rows


def both(
    tables: Tables, asked: Asked, select: str, where: str, month: str, **given: Any
) -> tuple[dict[str, Any], list[dict[str, Any]] | None]:
    """Return the same sums over all tasks and over those of each group."""
    named = scope(asked) | given
    overall = tables.row(f"SELECT {select} FROM work WHERE {where}", **named)
    if asked.group_by == "none":
        return overall, None
    key = key_of(asked.group_by, month)
    rows = tables(f"SELECT {key} AS key, {select} FROM work WHERE {where} GROUP BY 1", **named)
    _add_names(tables, asked.group_by, key, where, rows, named)
    if asked.group_by == "family":
        written = tables(f"SELECT family FROM work WHERE {where}", **named)
        usual = usual_spellings(row["family"] for row in written)
        for row in rows:
            row["key"] = usual[row["key"]]
    return overall, _named(asked, rows)


MOST_FOLIOS = 10
NEWEST = "created DESC, work_order_id DESC, id DESC"
# The columns of a task that give the name of its group.
WRITTEN = {"asset": "nullif(item_description, '')", "person": "person"}


def _add_names(
    tables: Tables, group_by: str, key: str, where: str, rows: list[dict[str, Any]], named: dict[str, Any]
) -> None:
    """Add the name of each group, as its newest task writes it."""
    if group_by in WRITTEN:
        written = f"SELECT {key} AS key, {WRITTEN[group_by]} AS name FROM work WHERE {where}"
        found = tables(f"{written} ORDER BY {NEWEST}", **named)
        names = {row["key"]: row["name"] for row in reversed(found) if row["name"]}
        for row in rows:
            row["name"] = names.get(row["key"])


def add_folios(
    tables: Tables, asked: Asked, month: str, where: str, rows: list[dict[str, Any]], most: int, order: str
) -> None:
    """Add the orders of the first tasks of each group, up to a limit."""
    key = key_of(asked.group_by, month)
    tasks = tables(f"SELECT {key} AS key, folio FROM work WHERE {where} ORDER BY {order}", **scope(asked))
    folios: dict[str | None, dict[str, None]] = {}
    for task in _named(asked, tasks):
        of_group = folios.setdefault(task["key"], {})
        if len(of_group) < most:
            of_group[task["folio"]] = None
    for row in rows:
        group = spelling(row["key"]) if asked.group_by == "family" else row["key"]
        row["folios"] = {*folios[group]}


def sums(row: dict[str, Any], *names: str) -> None:
    """Sum a column. Over no rows the sum is 0; if no row has a value it is left out."""
    for name in names:
        if not row["tasks"]:
            row[name] = 0


def summary(tables: Tables, asked: Asked) -> Figures:
    overall = tables.row(
        f"""
        SELECT coalesce(sum(order_status = 1), 0) AS in_process_tasks,
               coalesce(sum(order_status = 2), 0) AS review_tasks,
               coalesce(sum(order_status = 3), 0) AS completed_tasks,
               coalesce(sum(order_status = 4), 0) AS cancelled_tasks
          FROM work WHERE created BETWEEN :since AND :until AND item_id IN {SCOPED}
        """,
        **scope(asked),
    )
    overall |= tables.row(
        f"""
        SELECT count(*) AS late_in_process_tasks FROM work
         WHERE order_status = 1 AND late AND item_id IN {SCOPED}
        """,
        **scope(asked),
    )
    return Figures(overall)


def compliance(tables: Tables, asked: Asked) -> Figures:
    grace = 86_400.0 * (7 if asked.days is None else asked.days)
    select = """
        count(*) AS tasks,
        coalesce(sum(done), 0) AS done,
        coalesce(sum(done AND final_date <= date_maintenance + :grace), 0) AS on_time,
        coalesce(sum(NOT done AND :now <= date_maintenance + :grace), 0) AS in_grace,
        group_concat(DISTINCT CASE WHEN NOT done AND NOT :now <= date_maintenance + :grace THEN folio END)
            AS folios
    """
    where = f"""
        planned AND date_maintenance BETWEEN :since AND :until AND order_status <> 4 AND item_id IN {SCOPED}
    """
    overall, rows = both(tables, asked, select, where, "date_maintenance", grace=grace)
    for row in [overall, *(rows or [])]:
        row["share"] = share(row["on_time"], row["tasks"] - row["in_grace"])
        row["folios"] = _folios(row["folios"])
    del overall["folios"]
    if rows is not None and asked.group_by == "month":
        rows.sort(key=lambda row: row["key"])
    elif rows is not None:
        rows.sort(key=lambda row: (row["share"] is None, round(row["share"] or 0, 4), row["key"]))
    return Figures(overall, rows)


def _folios(joined: str | None) -> set[str]:
    return set(joined.split(",")) if joined else set()


def planned_share(tables: Tables, asked: Asked) -> Figures:
    select = """
        count(*) AS tasks, coalesce(sum(planned), 0) AS planned,
        sum(real_duration) / 3600.0 AS hours,
        sum(CASE WHEN planned THEN real_duration ELSE 0 END) / 3600.0 AS planned_hours
    """
    overall, rows = both(tables, asked, select, FINISHED, "final_date")
    for row in [overall, *(rows or [])]:
        row["share"] = share(row["planned"], row["tasks"])
        row["planned_hours_share"] = share(row.pop("planned_hours") or 0, row["hours"] or 0)
    for row in rows or []:
        del row["planned_hours_share"]
    sums(overall, "hours")
    overall["planned_tasks"], overall["planned_share"] = overall.pop("planned"), overall.pop("share")
    return Figures(overall, rows and sorted(rows, key=lambda row: row["key"]))


# Orders that were closed in the period, as rows of their tasks in the scope.
CLOSED = f"order_status = 3 AND closed BETWEEN :since AND :until AND item_id IN {SCOPED}"


def work_per_person(tables: Tables, asked: Asked) -> Figures:
    named = scope(asked)
    counted = f"""
        SELECT responsible AS key, coalesce(sum(finished), 0) AS tasks,
               count(DISTINCT CASE WHEN finished THEN folio END) AS worked_orders,
               count(DISTINCT CASE WHEN over THEN folio END) AS closed_orders,
               sum(CASE WHEN finished THEN real_duration END) / 3600.0 AS hours
          FROM (SELECT *, {FINISHED} AS finished, {CLOSED} AS over FROM work)
         WHERE finished OR over
    """
    # Each order once, however many of its tasks are in the scope.
    times = f"""
        SELECT responsible AS key, avg(closed - created) / 3600.0 AS hours_to_close
          FROM (SELECT DISTINCT folio, responsible, closed, created FROM work WHERE {CLOSED})
    """
    overall = tables.row(counted, **named) | tables.row(times, **named)
    sums(overall, "hours")
    rows = tables(f"{counted} GROUP BY 1", **named)
    means = {row["key"]: row["hours_to_close"] for row in tables(f"{times} GROUP BY 1", **named)}
    overall["people"] = len({row["key"] for row in rows} - {"-"})
    del overall["key"]
    either = f"(({FINISHED}) OR ({CLOSED}))"
    _add_names(tables, "person", "responsible", either, rows, named)
    shown: dict[str, dict[str, None]] = {}
    for where in (FINISHED, CLOSED):
        found = tables(f"SELECT responsible AS key, folio FROM work WHERE {where} ORDER BY {NEWEST}", **named)
        first: dict[str, dict[str, None]] = {}
        for task in found:
            first.setdefault(task["key"], {})[task["folio"]] = None
        shown = {**first, **shown}
    for row in rows:
        row["hours_to_close"] = means.get(row["key"])
        row["folios"] = {*list(shown[row["key"]])[:5]}
    return Figures(overall, sorted(rows, key=lambda row: (-round(row["hours"] or 0, 2), row["key"])))
