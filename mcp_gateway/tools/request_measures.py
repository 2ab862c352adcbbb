"""How long people waited for an answer to their requests, and for a solution."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from mcp_gateway.tools.assets import path
from mcp_gateway.tools.measures import Measured, MeasureRow, Question, mean
from mcp_gateway.tools.moments import zone_of
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.rows import Page, Period
from mcp_gateway.upstream.work_requests import RequestRow, StatusRow, list_history, list_requests

FIRST_STATES = (1, 13)  # open, created at the guest portal: nobody has answered yet
SOLVED = (4, 6)


async def requests(question: Question) -> Measured:
    upstream: Upstream = question.call.upstream
    created = Period(question.since, question.until, "date")

    async def fetch(start: int, size: int) -> Page[RequestRow]:
        return await list_requests(upstream, asset=question.asset, period=created, start=start, size=size)

    rows = await question.reading.all_rows(fetch, "work requests")
    answered = await first_answers(question)

    def figures(part: list[RequestRow]) -> dict[str, float | int | None]:
        solved = [row for row in part if row.id_status in SOLVED and row.date and row.date_solution]
        return {
            "requests": len(part),
            "done": len(solved),
            "response_hours": mean(
                (answered[row.id] - row.date).total_seconds() / 3600
                for row in part
                if row.date is not None and row.id in answered
            ),
            "resolution_hours": mean(
                (row.date_solution - row.date).total_seconds() / 3600
                for row in solved
                if row.date_solution is not None and row.date is not None
            ),
        }

    groups: dict[str, list[RequestRow]] = defaultdict(list)
    zone = zone_of(question.call.caller)
    for row in rows:
        match question.group_by:
            case "location":
                groups[path(row.parent_description) or "-"].append(row)
            case "asset":
                groups[row.code_item or "-"].append(row)
            case "month" if row.date is not None:
                groups[row.date.astimezone(zone).strftime("%Y-%m")].append(row)
            case _:
                pass
    found = [MeasureRow(key=key, **figures(part)) for key, part in groups.items()]
    return Measured(
        figures(rows),
        "Of the requests created in the period. Response: from creation to the first change of status. "
        "Resolution: from creation to the solution, of those that are solved (`done`).",
        sorted(found, key=lambda row: (-(row.requests or 0), row.key)),
        len(rows),
    )


async def first_answers(question: Question) -> dict[int, dt.datetime]:
    """When each request left its first state. The history has no period that works: newest first until
    the period begins."""
    upstream: Upstream = question.call.upstream

    async def fetch(start: int, size: int) -> Page[StatusRow]:
        return await list_history(upstream, since=question.since, start=start, size=size)

    found: dict[int, dt.datetime] = {}
    for row in await question.reading.rows_until(fetch, "histories of requests"):
        if row.id_request is None or row.date is None or row.id_status in FIRST_STATES:
            continue
        found[row.id_request] = min(row.date, found.get(row.id_request, row.date))
    return found
