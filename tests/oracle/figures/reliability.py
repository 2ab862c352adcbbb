"""The metric reliability: availability, MTBF, MTTR, downtime, failures."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from tests.oracle.asked import Asked, Figures
from tests.oracle.calendars import first_moment
from tests.oracle.figures.groups import place, share
from tests.oracle.tables import Tables, folded

WEEK = 7 * 86_400.0
FEWEST = 5  # failures of which there is a mean time between them
MOST_FOLIOS, MOST_TEXTS = 5, 3
# Below a location: active machines, and their components if these are asked for. Below equipment its own
# components are the machines.
COUNTED = """
SELECT asset.id, asset.code, asset.field_1, parent.code AS place, asset.parent_description AS path,
       asset."group" AS family, asset.priority, asset.field_2 AS manufacturer,
       CASE WHEN parent.type = 2 AND asset.type = 2 AND asset.active
             AND asset.code <> coalesce(:code, '')
             AND NOT (:scope = 'location' AND parent.code = :code)
            THEN parent.code END AS part_of
  FROM Item AS asset LEFT JOIN Item AS parent ON parent.id = asset.parent_id
 WHERE CASE :scope
       WHEN 'asset' THEN asset.code = :code OR (:components AND asset.type = 2 AND asset.active
            AND instr(asset.ancestors, (SELECT '/' || id || '/' FROM Item WHERE code = :code)) > 0)
       WHEN 'company' THEN asset.type = 2 AND asset.active AND (:components OR coalesce(parent.type, 0) <> 2)
       ELSE asset.type = 2 AND asset.active
            AND instr(asset.ancestors, (SELECT '/' || id || '/' FROM Item WHERE code = :code)) > 0
            AND (:components OR coalesce(parent.type, 0) <> 2 OR parent.code = :code)
       END
"""
FAILURES = """
SELECT work.id, work.item_id, work.out_of_service_id, work.done, work.initial_date, work.final_date,
       work.real_duration, work.created, work.folio, work.failure_type, cause.description AS failure_cause,
       detection.description AS detected_by,
       coalesce(work.event_date, stop.initial_date, work.initial_date, work.date_maintenance, work.created)
           AS happened,
       stop.initial_date AS stopped, stop.final_date AS back
  FROM work LEFT JOIN OutOfService AS stop ON stop.id = work.out_of_service_id AND stop.item_id = work.item_id
       LEFT JOIN FailureTerm AS cause ON cause.id = work.failure_cause_id
       LEFT JOIN FailureTerm AS detection ON detection.id = work.failure_detection_id
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
    broken = sum(union([stop for stop in each if stop["named_by"]], since, until) for each in stops)
    repairs = [length for failure in failures if (length := _repair(failure)) is not None]
    few = len(failures) < FEWEST
    return {
        "assets": assets,
        "availability": 1 - down / time if time else None,
        "availability_by_failures": 1 - broken / time if time else None,
        "failures": len(failures),
        "mtbf_hours": None if few or not time else share(time / 3600, len(failures)),
        "too_few": _words(len(failures), time / 3600) if few and time else None,
        "mttr_hours": share(sum(repairs) / 3600, len(repairs)),
        "repairs": len(repairs),
        "downtime_hours": down / 3600,
        "failure_downtime_hours": broken / 3600,
    }


def _words(failures: int, hours: float) -> str:
    within = f"in {hours:,.0f} hours"
    if failures == 0:
        return f"No failure {within}."
    return f"{failures} failure{'s' * (failures > 1)} {within}: too few for an MTBF."


class Reliability:
    """The assets, stops and failures of a question."""

    def __init__(self, tables: Tables, asked: Asked) -> None:
        self.tables, self.asked = tables, asked
        self.since, self.until = asked.since, asked.until
        self.assets = tables(COUNTED, scope=asked.scope, code=asked.code, components=asked.components)
        reported = min(tables.now, self.until + WEEK)
        all_failures = tables(FAILURES)
        seen = [failure for failure in all_failures if self.since <= failure["created"] <= reported]
        counted = {asset["id"] for asset in self.assets}
        self.stops = [stop for stop in tables(STOPS) if stop["item_id"] in counted]
        for stop in self.stops:
            stop["named_by"] = [one for one in seen if one["out_of_service_id"] == stop["id"]]
            if not stop["named_by"] and stop["begin"] < self.since:
                stop["named_by"] = [one for one in all_failures if one["out_of_service_id"] == stop["id"]]
        self.failures = [
            failure
            for failure in seen
            if failure["item_id"] in counted and self.since <= failure["happened"] <= self.until
        ]
        self.overall = self.figures(self.assets, self.stops, self.failures)

    def figures(
        self,
        assets: list[dict[str, Any]],
        stops: list[dict[str, Any]],
        failures: list[dict[str, Any]],
        since: float | None = None,
        until: float | None = None,
    ) -> dict[str, Any]:
        of_assets = [
            [stop for stop in stops if stop["item_id"] == number]
            for number in {stop["item_id"] for stop in stops}
        ]
        begin, end = self.since if since is None else since, self.until if until is None else until
        return _figures(len(assets), begin, end, of_assets, failures)

    def groups(self) -> list[dict[str, Any]]:
        group_by = self.asked.group_by
        if group_by == "month":
            return list(self._months())
        if group_by in {"failure_type", "failure_cause"}:
            return self._pareto()
        rows = [self._row(key, assets) for key, assets in self._of_assets().items()]
        # Sorted by unrounded values: one second of downtime comes before none.
        return sorted(rows, key=_most_downtime)

    def _of_assets(self) -> dict[str, list[dict[str, Any]]]:
        group_by = self.asked.group_by
        if group_by in {"family", "manufacturer"}:
            return spelled(self.assets, group_by)
        found: dict[str, list[dict[str, Any]]] = {}
        for asset in self.assets:
            level = LEVELS.get(asset["priority"], "-")
            key = {"asset": asset["code"], "location": asset["place"], "criticality": level}[group_by]
            found.setdefault(key or "-", []).append(asset)
        return found

    def _row(self, key: str, assets: list[dict[str, Any]]) -> dict[str, Any]:
        ids = {asset["id"] for asset in assets}
        stops = [stop for stop in self.stops if stop["item_id"] in ids]
        failures = [failure for failure in self.failures if failure["item_id"] in ids]
        row = {"key": key, **self.figures(assets, stops, failures)}
        row |= self._shares(row) | self._never_closed(assets)
        row |= _what_failed(_behind(failures, stops, self.since, self.until))
        if self.asked.group_by == "asset":
            row |= {"name": assets[0]["field_1"], "part_of": assets[0]["part_of"]}
        elif self.asked.group_by == "location" and key != "-":
            row["name"] = place(assets[0]["path"])
        return row

    def _shares(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "failures_share": share(row["failures"], self.overall["failures"]),
            "downtime_share": share(row["downtime_hours"], self.overall["downtime_hours"]),
        }

    def _months(self) -> Iterator[dict[str, Any]]:
        for month, begin, end in _months(self.tables, self.since, self.until):
            some = [one for one in self.failures if _month(self.tables, one["happened"]) == month]
            row = {"key": month, **self.figures(self.assets, self.stops, some, begin, end)}
            yield row | self._shares(row) | _what_failed(_behind(some, self.stops, begin, end))

    def _pareto(self) -> list[dict[str, Any]]:
        """The failures that happened, and those behind the stops, by what the person chose."""
        column = self.asked.group_by
        behind = _behind(self.failures, self.stops, self.since, self.until)
        rows = []
        for key, tasks in spelled(behind, column).items():
            ids = {task["id"] for task in tasks}
            stops = [stop for stop in self.stops if any(one["id"] in ids for one in stop["named_by"])]
            failures = [failure for failure in self.failures if failure["id"] in ids]
            row = {"key": key, **self.figures(self.assets, stops, failures), **_what_failed(tasks)}
            del row[f"{column}s"]
            row["failures_share"] = share(len(failures), self.overall["failures"])
            row["downtime_share"] = share(row["downtime_hours"], self.overall["failure_downtime_hours"])
            rows.append(row)
        rows.sort(key=lambda row: (-row["failures"], *_most_downtime(row)))
        counted = 0
        for row in rows:
            counted += row["failures"]
            row["cumulative_share"] = share(counted, self.overall["failures"])
        return rows

    def _never_closed(self, assets: list[dict[str, Any]]) -> dict[str, Any]:
        begins: list[float] = []
        later = 0
        for asset in assets:
            mine = [stop for stop in self.stops if stop["item_id"] == asset["id"] and stop["open"]]
            since = min((stop["begin"] for stop in mine if stop["begin"] <= self.until), default=None)
            if since is None:
                continue
            begins.append(since)
            itself = {stop["id"] for stop in mine if stop["begin"] == since}
            later += sum(
                failure["item_id"] == asset["id"]
                and failure["happened"] > since
                and failure["out_of_service_id"] not in itself
                for failure in self.failures
            )
        if not begins:
            return {}
        return {"open_since": dt.datetime.fromtimestamp(min(begins), dt.UTC), "failures_since_open": later}


LEVELS = {1: "very_high", 2: "high", 3: "medium", 4: "low", 5: "very_low"}


def _most_downtime(row: dict[str, Any]) -> tuple[float, int, str]:
    return -round(row["downtime_hours"] * 3600, 6), -row["failures"], row["key"]


def _behind(
    failures: list[dict[str, Any]], stops: list[dict[str, Any]], since: float, until: float
) -> list[dict[str, Any]]:
    """Return the failures, newest first, then those that name a stop which is not over at `since`."""
    found = sorted(failures, key=lambda one: (-one["happened"], one["folio"]))
    for stop in sorted(stops, key=lambda stop: (-stop["begin"], stop["id"])):
        if stop["begin"] < until and stop["end"] > since:
            found += sorted(stop["named_by"], key=lambda one: one["folio"])
    return [
        one for number, one in enumerate(found) if one["id"] not in {each["id"] for each in found[:number]}
    ]


def _what_failed(tasks: list[dict[str, Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {"folios": [*dict.fromkeys(task["folio"] for task in tasks)][:MOST_FOLIOS]}
    for field, column in (
        ("failure_types", "failure_type"),
        ("failure_causes", "failure_cause"),
        ("detected_by", "detected_by"),
    ):
        row[field] = most_frequent(tasks, column)
    return row


def most_frequent(rows: list[dict[str, Any]], column: str) -> list[str]:
    words = spelled(rows, column)
    words.pop("-", None)
    return sorted(words, key=lambda word: (-len(words[word]), word))[:MOST_TEXTS]


def spelled(rows: list[dict[str, Any]], column: str) -> dict[str, list[dict[str, Any]]]:
    """Group rows by a text, whatever its case, accents and spaces; the usual spelling is the key."""
    same: dict[str | None, list[tuple[str, dict[str, Any]]]] = {}
    for row in rows:
        text = " ".join((row[column] or "-").split()) or "-"
        same.setdefault(folded(text), []).append((text, row))
    found = {}
    for part in same.values():
        counts = Counter(text for text, _row in part)
        usual = min(counts, key=lambda text: (-counts[text], text))
        found[usual] = [row for _text, row in part]
    return found


def reliability(tables: Tables, asked: Asked) -> Figures:
    found = Reliability(tables, asked)
    return Figures(found.overall, None if asked.group_by == "none" else found.groups())


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
