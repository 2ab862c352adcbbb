"""The metric reliability: availability, MTBF, MTTR, downtime, failures."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

from tests.oracle.asked import Asked, Figures
from tests.oracle.calendars import first_moment
from tests.oracle.figures.groups import place, share
from tests.oracle.tables import Tables

WEEK = 7 * 86_400.0
# Below a location: active machines without their components. Below equipment: its own components.
COUNTED = """
SELECT asset.id, asset.code, asset.field_1, parent.code AS place, asset.parent_description AS path
  FROM Item AS asset LEFT JOIN Item AS parent ON parent.id = asset.parent_id
 WHERE CASE :scope
       WHEN 'asset' THEN asset.code = :code
       WHEN 'company' THEN asset.type = 2 AND asset.active AND coalesce(parent.type, 0) <> 2
       ELSE asset.type = 2 AND asset.active
            AND instr(asset.ancestors, (SELECT '/' || id || '/' FROM Item WHERE code = :code)) > 0
            AND (coalesce(parent.type, 0) <> 2 OR parent.code = :code)
       END
"""
FAILURES = """
SELECT work.id, work.item_id, work.out_of_service_id, work.done, work.initial_date, work.final_date,
       work.real_duration, work.created,
       coalesce(work.event_date, stop.initial_date, work.initial_date, work.date_maintenance, work.created)
           AS happened,
       stop.initial_date AS stopped, stop.final_date AS back
  FROM work LEFT JOIN OutOfService AS stop ON stop.id = work.out_of_service_id AND stop.item_id = work.item_id
 WHERE work.failed
"""
STOPS = """
SELECT id, item_id, initial_date AS begin, coalesce(final_date, :now) AS "end", final_date IS NULL AS open
  FROM OutOfService WHERE coalesce(final_date, :now) >= initial_date
"""


def union(stops: list[dict[str, Any]], since: float, until: float) -> float:
    """Return the seconds that at least one stop covers: the time between two edges is counted once."""
    cuts = [(max(stop["begin"], since), min(stop["end"], until)) for stop in stops]
    cuts = [(begin, end) for begin, end in cuts if begin < end]
    edges = sorted({edge for cut in cuts for edge in cut})
    seconds: float = sum(
        after - before
        for before, after in pairwise(edges)
        if any(begin <= before and after <= end for begin, end in cuts)
    )
    return seconds


def _repair(failure: dict[str, Any]) -> float | None:
    stopped, back = failure["stopped"], failure["back"]
    if stopped is not None and back is not None and back >= stopped:
        return float(back - stopped)
    if not failure["done"]:
        return None
    begun, over = failure["initial_date"], failure["final_date"]
    if begun is not None and over is not None and over >= begun:
        return float(over - begun)
    return None if failure["real_duration"] is None else float(failure["real_duration"])


def _figures(
    assets: int, since: float, until: float, stops: list[list[dict[str, Any]]], failures: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the figures. `stops` has the stops of each asset."""
    time = assets * (until - since)
    down = sum(union(each, since, until) for each in stops)
    broken = sum(union([stop for stop in each if stop["failure"]], since, until) for each in stops)
    repairs = [length for failure in failures if (length := _repair(failure)) is not None]
    return {
        "assets": assets,
        "availability": 1 - down / time if time else None,
        "availability_by_failures": 1 - broken / time if time else None,
        "failures": len(failures),
        "mtbf_hours": share(time / 3600, len(failures)),
        "mttr_hours": share(sum(repairs) / 3600, len(repairs)),
        "downtime_hours": down / 3600,
        "failure_downtime_hours": broken / 3600,
    }


def reliability(tables: Tables, asked: Asked) -> Figures:
    since, until = asked.since, asked.until
    assets = tables(COUNTED, scope=asked.scope, code=asked.code)
    reported = min(tables.now, until + WEEK)
    all_failures = tables(FAILURES)
    seen = [failure for failure in all_failures if since <= failure["created"] <= reported]
    stops = tables(STOPS)
    for stop in stops:
        linked = all_failures if stop["begin"] < since else seen
        stop["failure"] = any(failure["out_of_service_id"] == stop["id"] for failure in linked)
    counted = {asset["id"] for asset in assets}
    failures = [
        failure for failure in seen if failure["item_id"] in counted and since <= failure["happened"] <= until
    ]

    def of(
        chosen: list[dict[str, Any]], begin: float, end: float, some: list[dict[str, Any]]
    ) -> dict[str, Any]:
        by_asset = [[stop for stop in stops if stop["item_id"] == asset["id"]] for asset in chosen]
        return _figures(len(chosen), begin, end, by_asset, some)

    overall = of(assets, since, until, failures)
    if asked.group_by == "none":
        return Figures(overall)
    rows = []
    if asked.group_by == "month":
        for month, begin, end in _months(tables, since, until):
            some = [failure for failure in failures if _month(tables, failure["happened"]) == month]
            rows.append({"key": month, **of(assets, begin, end, some)})
        return Figures(overall, rows)
    key = "code" if asked.group_by == "asset" else "place"
    for value in {asset[key] for asset in assets}:
        chosen = [asset for asset in assets if asset[key] == value]
        ids = {asset["id"] for asset in chosen}
        some = [failure for failure in failures if failure["item_id"] in ids]
        row: dict[str, Any] = {"key": value or "-", **of(chosen, since, until, some)}
        if asked.group_by == "asset":
            row["name"] = chosen[0]["field_1"]
            row |= _never_closed([stop for stop in stops if stop["item_id"] in ids], some, until)
        elif value is not None:
            row["name"] = place(chosen[0]["path"])
        rows.append(row)
    # Sorted by unrounded values: one second of downtime comes before none.
    rows.sort(key=lambda row: (-round(row["downtime_hours"] * 3600, 6), -row["failures"], row["key"]))
    return Figures(overall, rows)


def _never_closed(
    stops: list[dict[str, Any]], failures: list[dict[str, Any]], until: float
) -> dict[str, Any]:
    begins = [stop["begin"] for stop in stops if stop["open"] and stop["begin"] <= until]
    if not begins:
        return {}
    since = min(begins)
    itself = {stop["id"] for stop in stops if stop["open"] and stop["begin"] == since}
    return {
        "open_since": dt.datetime.fromtimestamp(since, dt.UTC),
        "failures_since_open": sum(
            failure["happened"] > since and failure["out_of_service_id"] not in itself for failure in failures
        ),
    }


def _month(tables: Tables, moment: float) -> str:
    return dt.datetime.fromtimestamp(moment, tables.tz).strftime("%Y-%m")


def _months(tables: Tables, since: float, until: float) -> list[tuple[str, float, float]]:
    """Return each month with the part of it that is in the period."""
    parts, begin = [], since
    while True:
        day = dt.datetime.fromtimestamp(begin, tables.tz).date().replace(day=1)
        following = (day + dt.timedelta(days=32)).replace(day=1)
        end = min(first_moment(tables.tz, following).timestamp(), until)
        parts.append((day.strftime("%Y-%m"), begin, end))
        if end >= until:
            return parts
        begin = end
