"""The metrics on tasks: summary, compliance, backlog, planned_share, work_per_person, repeat_failures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.oracle.asked import Asked, Figures
from tests.oracle.figures.groups import key_of, place, share
from tests.oracle.tables import SCOPED, Tables

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
    folios: dict[str, dict[str, None]] = {}
    for task in _named(asked, tasks):
        of_group = folios.setdefault(task["key"], {})
        if len(of_group) < most:
            of_group[task["folio"]] = None
    for row in rows:
        row["folios"] = {*folios[row["key"]]}


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


def backlog(tables: Tables, asked: Asked) -> Figures:
    select = """
        count(*) AS tasks, count(DISTINCT folio) AS orders,
        coalesce(sum(duration), 0) / 3600.0 AS hours,
        coalesce(sum(duration IS NULL), 0) AS without_estimate,
        count(DISTINCT nullif(responsible, '-')) AS people
    """
    where = f"NOT done AND order_status IN (1, 2) AND item_id IN {SCOPED}"
    overall, rows = both(tables, asked, select, where, "created")
    if rows is not None:
        add_folios(tables, asked, "created", where, rows, 1_000_000, NEWEST)
        for row in rows:
            if len(row["folios"]) > MOST_FOLIOS:  # which of them, nothing says
                del row["folios"]
    for row in [overall, *(rows or [])]:
        row["weeks"] = share(row["hours"], row["people"] * asked.hours_per_week)
    for row in rows or []:
        del row["people"]
    return Figures(overall, rows and sorted(rows, key=lambda row: (-round(row["hours"], 2), row["key"])))


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


def work_per_person(tables: Tables, asked: Asked) -> Figures:
    select = """
        count(*) AS tasks, count(DISTINCT folio) AS orders,
        count(DISTINCT CASE WHEN order_status = 3 THEN folio END) AS closed_orders,
        sum(real_duration) / 3600.0 AS hours
    """
    named = scope(asked)
    overall = tables.row(
        f"SELECT {select}, count(DISTINCT nullif(responsible, '-')) AS people FROM work WHERE {FINISHED}",
        **named,
    )
    sums(overall, "hours")
    by_person = replace(asked, group_by="person")
    _, rows = both(tables, by_person, select, FINISHED, "final_date")
    assert rows is not None
    add_folios(tables, by_person, "final_date", FINISHED, rows, 5, NEWEST)
    return Figures(overall, sorted(rows, key=lambda row: (-round(row["hours"] or 0, 2), row["key"])))


def repeat_failures(tables: Tables, asked: Asked) -> Figures:
    found = tables(
        f"""
        SELECT coalesce(nullif(code, ''), '-') AS asset, folio,
               coalesce(nullif(description, ''), nullif(failure_type, ''), '-') AS what,
               item_description AS name
          FROM work WHERE failed AND created BETWEEN :since AND :until AND item_id IN {SCOPED}
         ORDER BY {NEWEST}
        """,
        **scope(asked),
    )
    together: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in found:
        row["what"] = " ".join(row["what"].split())
        together.setdefault((row["asset"], row["what"].casefold()), []).append(row)
    least = 3 if asked.days is None else asked.days
    rows: list[dict[str, Any]] = [
        {
            "key": asset,
            "name": tasks[0]["name"],
            "task": tasks[0]["what"],
            "failures": len(tasks),
            "folios": {task["folio"] for task in tasks},
        }
        for (asset, _what), tasks in sorted(together.items(), key=lambda part: (-len(part[1]), part[0]))
        if len(tasks) >= least
    ]
    return Figures({"failures": len(found), "repeated": len(rows)}, rows)
