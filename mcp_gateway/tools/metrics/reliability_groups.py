"""Reliability figures per asset, location or month, rounded as they are shown."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.tools.kit.datetimes import shown, zone_of
from mcp_gateway.tools.kit.locations import path
from mcp_gateway.tools.metrics.metric import Group, MetricQuery
from mcp_gateway.tools.metrics.reliability_figures import Failure, Figures, Outage, Window, figures
from mcp_gateway.tools.metrics.reliability_rows import Plant
from mcp_gateway.upstream.resources.items import ItemRow


def groups_of(
    question: MetricQuery, plant: Plant, outages: list[Outage], failures: list[Failure]
) -> Iterator[Group]:
    if question.group_by == "month":
        yield from _by_month(question, plant, outages, failures)
        return
    by_asset = question.group_by == "asset"
    groups: dict[str, list[ItemRow]] = defaultdict(list)
    for item in (plant.by_code or {}).values():
        groups[item.code if by_asset else item.location_code or "-"].append(item)
    stops, failed = _of_assets(outages), _of_assets(failures)
    computed = []
    for key, items in groups.items():
        part = figures(
            [stop for item in items for stop in stops[item.code]],
            [failure for item in items for failure in failed[item.code]],
            assets=len(items),
            window=Window(question.since, question.until, question.now),
        )
        computed.append((part, key, items[0]))
    computed.sort(key=lambda entry: (-entry[0].downtime_seconds, -entry[0].failures, entry[1]))
    for part, key, item in computed:
        since, later = never_closed(question, stops[key], failed[key]) if by_asset else (None, None)
        yield Group(
            key=key,
            name=item.field_1 if by_asset else path(item.parent_description),
            open_since=shown(question.call.caller, since),
            failures_since_open=later,
            url=record_url("assets", key) if key != "-" else None,
            **rounded(part),
        )


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
    return first.begin, sum(one.at > first.begin and one.outage != first.number for one in failures)


def _by_month(
    question: MetricQuery, plant: Plant, outages: list[Outage], failures: list[Failure]
) -> Iterator[Group]:
    zone = zone_of(question.call.caller)
    of_month: dict[str, list[Failure]] = defaultdict(list)
    for failure in failures:
        of_month[failure.at.astimezone(zone).strftime("%Y-%m")].append(failure)
    for begin, end in _months(question.since, question.until, zone):
        month = begin.astimezone(zone).strftime("%Y-%m")
        part = figures(outages, of_month[month], assets=plant.count, window=Window(begin, end, question.now))
        yield Group(key=month, **rounded(part))


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


def rounded(part: Figures) -> dict[str, float | None]:
    def to(digits: int, value: float | None) -> float | None:
        return None if value is None else round(value, digits)

    return {
        "assets": part.assets,
        "availability": to(5, part.availability),
        "availability_by_failures": to(5, part.availability_by_failures),
        "failures": part.failures,
        "mtbf_hours": to(2, part.mtbf_hours),
        "mttr_hours": to(2, part.mttr_hours),
        "downtime_hours": round(part.downtime_seconds / 3600, 2),
        "failure_downtime_hours": round(part.failure_downtime_seconds / 3600, 2),
    }
