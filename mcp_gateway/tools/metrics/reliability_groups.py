"""Reliability figures per asset, kind of asset, location or month, rounded as they are shown."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.tools.kit.codes import PRIORITY_BY_NAME
from mcp_gateway.tools.kit.datetimes import shown, zone_of
from mcp_gateway.tools.kit.locations import path
from mcp_gateway.tools.metrics.metric import Group, MetricQuery, share
from mcp_gateway.tools.metrics.reliability_figures import Failure, Figures, Outage, Window, figures
from mcp_gateway.tools.metrics.reliability_rows import Plant
from mcp_gateway.tools.metrics.spelling import NOBODY, by_text, most_frequent
from mcp_gateway.tools.metrics.task_groups import folios
from mcp_gateway.upstream.resources.items import ItemRow
from mcp_gateway.upstream.resources.work_orders import TaskRow

MOST_TEXTS = 3
MOST_FOLIOS = 5
TOOL = 3  # its second field is the part number, its third the manufacturer


def window_of(question: MetricQuery) -> Window:
    return Window(question.since, question.until, question.now)


def by_asset(
    question: MetricQuery, plant: Plant, outages: list[Outage], failures: list[Failure], overall: Figures
) -> Iterator[Group]:
    stops, failed = _of_assets(outages), _of_assets(failures)
    computed = []
    for key, items in _grouped(question, plant).items():
        of_stops = [stop for item in items for stop in stops[item.code]]
        of_failures = [failure for item in items for failure in failed[item.code]]
        part = figures(of_stops, of_failures, assets=len(items), window=window_of(question))
        computed.append((part, key, items, of_stops, of_failures))
    computed.sort(key=lambda entry: (-entry[0].downtime_seconds, -entry[0].failures, entry[1]))
    for part, key, items, of_stops, of_failures in computed:
        opened = [never_closed(question, stops[item.code], failed[item.code]) for item in items]
        since = min((begin for begin, _ in opened if begin is not None), default=None)
        later = None if since is None else sum(count or 0 for _, count in opened)
        yield Group(
            key=key,
            **_named(question, plant, key, items[0]),
            **_shares(part, overall),
            **what_failed(tasks_behind(of_stops, of_failures, window_of(question))),
            open_since=shown(question.call.caller, since),
            failures_since_open=later,
            **rounded(part),
        )


def _grouped(question: MetricQuery, plant: Plant) -> dict[str, list[ItemRow]]:
    items = (plant.by_code or {}).values()
    match question.group_by:
        case "family":
            return by_text(items, lambda item: item.groups_description)
        case "criticality":
            return by_text(items, _criticality)
        case "manufacturer":
            return by_text(items, lambda item: item.field_3 if item.id_type_item == TOOL else item.field_2)
        case "asset":
            return {item.code: [item] for item in items}
    groups: dict[str, list[ItemRow]] = defaultdict(list)
    for item in items:
        groups[item.location_code or NOBODY].append(item)
    return groups


def _criticality(item: ItemRow) -> str | None:
    return PRIORITY_BY_NAME.get(item.priorities_description or "", item.priorities_description)


def _named(question: MetricQuery, plant: Plant, key: str, item: ItemRow) -> dict[str, str | None]:
    match question.group_by:
        case "asset":
            part_of = item.location_code if item.code in plant.components else None
            return {"name": item.field_1, "part_of": part_of, "url": record_url("assets", key)}
        case "location" if key != NOBODY:
            return {"name": path(item.parent_description), "url": record_url("assets", key)}
    return {}


def _shares(part: Figures, overall: Figures) -> dict[str, float | None]:
    return {
        "failures_share": share(part.failures, overall.failures),
        "downtime_share": share(part.downtime_seconds, overall.downtime_seconds),
    }


def tasks_behind(outages: Iterable[Outage], failures: Iterable[Failure], window: Window) -> list[TaskRow]:
    """Return the tasks of the failures, newest first, then those that name a stop of the period."""
    newest = sorted(failures, key=lambda failure: (-failure.at.timestamp(), failure.row.wo_folio))
    touching = sorted(
        (outage for outage in outages if window.touches(outage)),
        key=lambda outage: (-outage.begin.timestamp(), outage.number),
    )
    rows = [failure.row for failure in newest]
    for outage in touching:
        rows += sorted(outage.named_by, key=lambda row: row.wo_folio)
    return list({id(row): row for row in rows}.values())


def what_failed(rows: Sequence[TaskRow]) -> dict[str, Any]:
    return {
        "failure_types": most_frequent(rows, lambda row: row.types_description, MOST_TEXTS) or None,
        "failure_causes": most_frequent(rows, lambda row: row.causes_description, MOST_TEXTS) or None,
        "detected_by": most_frequent(rows, lambda row: row.detection_method_description, MOST_TEXTS) or None,
        "folios": folios(rows, MOST_FOLIOS) or None,
    }


def _of_assets(rows: Iterable[Outage] | Iterable[Failure]) -> defaultdict[str, list]:  # type: ignore[type-arg]
    found = defaultdict(list)
    for row in rows:
        found[row.asset].append(row)
    return found


def never_closed(
    question: MetricQuery, outages: Iterable[Outage], failures: Iterable[Failure]
) -> tuple[dt.datetime | None, int | None]:
    """Return the start of the asset's earliest open stop, and the number of failures after it.

    A stopped machine cannot fail, so such failures suggest that the stop was never closed.
    """
    stops = [stop for stop in outages if stop.end is None and stop.begin <= question.until]
    if not stops:
        return None, None
    first = min(stops, key=lambda stop: stop.begin)
    return first.begin, sum(
        one.at > first.begin and one.row.id_items_availability != first.number for one in failures
    )


def by_month(
    question: MetricQuery, plant: Plant, outages: list[Outage], failures: list[Failure], overall: Figures
) -> Iterator[Group]:
    zone = zone_of(question.call.caller)
    of_month: dict[str, list[Failure]] = defaultdict(list)
    for failure in failures:
        of_month[failure.at.astimezone(zone).strftime("%Y-%m")].append(failure)
    for begin, end in _months(question.since, question.until, zone):
        month = begin.astimezone(zone).strftime("%Y-%m")
        window = Window(begin, end, question.now)
        part = figures(outages, of_month[month], assets=plant.count, window=window)
        rows = tasks_behind(outages, of_month[month], window)
        yield Group(key=month, **_shares(part, overall), **what_failed(rows), **rounded(part))


def _months(
    since: dt.datetime, until: dt.datetime, zone: dt.tzinfo
) -> Iterable[tuple[dt.datetime, dt.datetime]]:
    begin = since
    while begin < until:
        local = begin.astimezone(zone)
        first = dt.datetime(local.year + local.month // 12, local.month % 12 + 1, 1, tzinfo=zone)
        end = min(until, first.astimezone(dt.UTC))
        yield begin, end
        begin = end


def rounded(part: Figures) -> dict[str, Any]:
    def to(digits: int, value: float | None) -> float | None:
        return None if value is None else round(value, digits)

    return {
        "assets": part.assets,
        "availability": to(5, part.availability),
        "availability_by_failures": to(5, part.availability_by_failures),
        "failures": part.failures,
        "mtbf_hours": to(2, part.mtbf_hours),
        "too_few": part.too_few,
        "mttr_hours": to(2, part.mttr_hours),
        "repairs": part.repairs,
        "downtime_hours": round(part.downtime_seconds / 3600, 2),
        "failure_downtime_hours": round(part.failure_downtime_seconds / 3600, 2),
    }
