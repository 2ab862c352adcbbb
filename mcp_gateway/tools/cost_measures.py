"""What maintenance cost: labour, parts and services."""

from __future__ import annotations

from collections import defaultdict

from mcp_gateway.tools.measures import Measured, MeasureRow, Question, largest_first
from mcp_gateway.tools.work_measures import folios, grouped, read
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.rows import Page, Period
from mcp_gateway.upstream.work_order_parts import ResourceRow, list_resources
from mcp_gateway.upstream.work_orders import TaskRow

SERVICE = 3


def figures(rows: list[TaskRow]) -> dict[str, float | int | None]:
    def total(name: str) -> float:
        return round(sum(getattr(row, name) or 0 for row in rows), 2)

    return {
        "tasks": len(rows),
        "labour": total("resources_human_resources"),
        "parts": total("resources_inventory"),
        "services": total("resources_services"),
        "total": total("total_cost_task"),
    }


async def cost(question: Question) -> Measured:
    """Of the tasks finished in the period; by third party of the services entered in it."""
    if question.group_by == "third_party":
        return await by_third_party(question)
    rows = [row for row in await read(question, "final_date") if row.total_cost_task is not None]
    groups = [
        MeasureRow(
            key=key,
            name=name,
            **figures(part),
            folios=folios(sorted(part, key=lambda row: -(row.total_cost_task or 0)), 5),
            url=question.call.upstream.link("assets", key) if question.group_by == "asset" else None,
        )
        for (key, name), part in grouped(question, rows).items()
    ]
    ordered = (
        sorted(groups, key=lambda row: row.key)
        if question.group_by == "month"
        else largest_first(groups, lambda row: row.total)
    )
    return Measured(
        figures(rows),
        "Labour, parts and services of the tasks finished in the period, in the company's currency, as "
        "entered in the work orders.",
        ordered,
        len(rows),
    )


async def by_third_party(question: Question) -> Measured:
    upstream: Upstream = question.call.upstream
    period = Period(question.since, question.until, "date_create")

    async def fetch(start: int, size: int) -> Page[ResourceRow]:
        return await list_resources(
            upstream, kind=SERVICE, location=question.location, period=period, start=start, size=size
        )

    rows = await question.reading.all_rows(fetch, "services")
    parties: dict[tuple[str, str | None], list[ResourceRow]] = defaultdict(list)
    for row in rows:
        parties[row.source_code or row.source_description or "-", row.source_description].append(row)
    found = [
        MeasureRow(
            key=key,
            name=name,
            tasks=len(part),
            services=round(sum(row.total_cost or 0 for row in part), 2),
            folios=list(dict.fromkeys(row.wo_folio or "-" for row in part))[:5],
            url=upstream.link("third-parties", key) if part[0].source_code else None,
        )
        for (key, name), part in parties.items()
    ]
    return Measured(
        {"services": round(sum(row.total_cost or 0 for row in rows), 2), "tasks": len(rows)},
        "Services entered in work orders in the period, by third party, in the company's currency.",
        largest_first(found, lambda row: row.services),
        len(rows),
    )
