"""Figures of reliability for each asset, location or month, rounded as they are shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from mcp_gateway.registry import Call
from mcp_gateway.tools.assets import path
from mcp_gateway.tools.metrics_data import Plant
from mcp_gateway.tools.metrics_shapes import Group, Input
from mcp_gateway.tools.moments import zone_of
from mcp_gateway.tools.reliability import Failure, Figures, Outage, figures
from mcp_gateway.upstream.items import ItemRow


def groups_of(
    call: Call,
    arguments: Input,
    plant: Plant,
    outages: list[Outage],
    failures: list[Failure],
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime,
) -> Iterator[Group]:
    if arguments.group_by == "month":
        for begin, end in _months(since, until, zone_of(call.caller)):
            part = figures(outages, failures, assets=plant.count, since=begin, until=end, now=now)
            month = begin.astimezone(zone_of(call.caller)).strftime("%Y-%m")
            yield Group(key=month, **rounded(part))
        return
    groups: dict[str, list[ItemRow]] = {}
    for item in (plant.by_code or {}).values():
        key = item.code if arguments.group_by == "asset" else item.location_code or "-"
        groups.setdefault(key, []).append(item)
    computed = []
    for key, items in groups.items():
        codes = {item.code for item in items}
        part = figures(
            [outage for outage in outages if outage.asset in codes],
            [failure for failure in failures if failure.asset in codes],
            assets=len(items),
            since=since,
            until=until,
            now=now,
        )
        computed.append((part, key, items[0]))
    computed.sort(key=lambda entry: (-entry[0].downtime_seconds, -entry[0].failures, entry[1]))
    for part, key, item in computed:
        by_asset = arguments.group_by == "asset"
        yield Group(
            key=key,
            name=item.field_1 if by_asset else path(item.parent_description),
            url=call.upstream.link("assets", key) if key != "-" else None,
            **rounded(part),
        )


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


def touches(outage: Outage, since: dt.datetime, until: dt.datetime, now: dt.datetime) -> bool:
    return outage.begin < until and (outage.end or now) > since


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
