"""How long requests waited for a first response and for a solution."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import partial

from mcp_gateway.tools.kit.datetimes import EARLIEST, zone_of
from mcp_gateway.tools.kit.locations import path
from mcp_gateway.tools.metrics.metric import MetricQuery, MetricResult, MetricRow, mean
from mcp_gateway.tools.metrics.reading import once
from mcp_gateway.tools.metrics.spelling import NOBODY
from mcp_gateway.upstream.resources.items import ItemFilter, list_items
from mcp_gateway.upstream.resources.work_requests import RequestRow, list_history, list_requests
from mcp_gateway.upstream.rows import Period

FIRST_STATES = (1, 13)  # open, and created at the guest portal: nobody has responded yet
SOLVED = (4, 6)


async def requests(question: MetricQuery) -> MetricResult:
    rows = await _asked(question)
    answered, known_since = await first_answers(question, rows)

    def waited(begin: dt.datetime | None, end: dt.datetime | None) -> float | None:
        if begin is None or end is None or end < begin:
            return None
        return (end - begin).total_seconds() / 3600

    def figures(part: list[RequestRow]) -> dict[str, float | int | None]:
        solved = [row for row in part if row.id_status in SOLVED and row.date_solution]
        responses = (
            waited(row.date, answered.get(row.id))
            for row in part
            if row.date is not None and row.date >= known_since
        )
        resolutions = (waited(row.date, row.date_solution) for row in solved)
        return {
            "requests": len(part),
            "done": len(solved),
            "response_hours": mean(wait for wait in responses if wait is not None),
            "resolution_hours": mean(wait for wait in resolutions if wait is not None),
        }

    found = [MetricRow(key=key, **figures(part)) for key, part in _grouped(question, rows).items()]
    by_month = question.group_by == "month"
    return MetricResult(
        figures(rows),
        "Requests created in the period. From creation: response to the first change of status, resolution "
        "to the solution (`done`).",
        sorted(found, key=lambda row: (0 if by_month else -(row.requests or 0), row.key)),
        len(rows),
    )


async def _asked(question: MetricQuery) -> list[RequestRow]:
    upstream = question.call.upstream
    created = Period(question.since, question.until, "date")
    fetch = partial(list_requests, upstream, asset=question.asset, period=created)
    rows = once(await question.reading.all_rows(fetch, "work requests"), lambda row: row.id)
    if question.location is None:
        return rows
    codes = await _codes_in(question, question.location)
    return [row for row in rows if row.code_item in codes]


async def _codes_in(question: MetricQuery, location: str) -> set[str]:
    """Return the codes of all assets in the location, since the upstream filters requests only by asset."""
    upstream = question.call.upstream
    fetch = partial(list_items, upstream, ItemFilter(location=location, whole_tree=True))
    rows = await question.reading.all_rows(fetch, "assets of the location")
    return {location} | {row.code for row in rows}


def _grouped(question: MetricQuery, rows: list[RequestRow]) -> dict[str, list[RequestRow]]:
    groups: dict[str, list[RequestRow]] = defaultdict(list)
    zone = zone_of(question.call.caller)
    for row in rows:
        match question.group_by:
            case "location":
                groups[path(row.parent_description) or NOBODY].append(row)
            case "asset":
                groups[row.code_item or NOBODY].append(row)
            case "month" if row.date is not None:
                groups[row.date.astimezone(zone).strftime("%Y-%m")].append(row)
            case _:
                pass
    return groups


async def first_answers(
    question: MetricQuery, requests: list[RequestRow]
) -> tuple[dict[int, dt.datetime], dt.datetime]:
    """Return when each request left its first status, and the creation date from which this is complete.

    The history has no working filter by period, so it is read newest first back to the start of the period.
    """
    upstream = question.call.upstream
    fetch = partial(list_history, upstream, since=question.since)
    rows, whole = await question.reading.rows_until(fetch, "histories of requests")
    known_since = EARLIEST
    if not whole:
        known_since = min((row.date for row in rows if row.date is not None), default=question.now)
    made = {request.id: request.date for request in requests if request.date is not None}
    found: dict[int, dt.datetime] = {}
    for row in rows:
        if row.id_request is None or row.date is None or row.id_status in FIRST_STATES:
            continue
        if row.date < made.get(
            row.id_request, row.date
        ):  # a change before the request was created is no response
            continue
        found[row.id_request] = min(row.date, found.get(row.id_request, row.date))
    return found, known_since
