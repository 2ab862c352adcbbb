"""Availability, failures, MTBF and MTTR of the assets of a scope."""

from __future__ import annotations

from collections import defaultdict

from mcp_gateway.tools.metrics.metric import MetricQuery, MetricResult, Metrics
from mcp_gateway.tools.metrics.reading import once
from mcp_gateway.tools.metrics.reliability_figures import (
    METHOD,
    Failure,
    Outage,
    Window,
    failures_of,
    figures,
    outages_of,
)
from mcp_gateway.tools.metrics.reliability_groups import groups_of, never_closed, rounded
from mcp_gateway.tools.metrics.reliability_rows import (
    Plant,
    read_of_earlier_stops,
    read_plant,
    read_reported,
    read_stops,
)


async def reliability(question: MetricQuery) -> MetricResult:
    call = question.call
    plant = await read_plant(question)
    await call.progress(1, 4, "assets")
    stops = await read_stops(question, plant)
    await call.progress(2, 4, "out of service")
    reported = await read_reported(question)
    earlier = await read_of_earlier_stops(question, plant, stops.values(), reported)
    await call.progress(3, 4, "work orders")
    tasks = once([*reported, *earlier], lambda row: row.id_work_orders_tasks)
    outages = [outage for outage in outages_of(stops, tasks) if plant.holds(outage.asset)]
    happened = [one for one in failures_of(reported, stops) if question.since <= one.at <= question.until]
    failures = [failure for failure in happened if plant.holds(failure.asset)]
    _say_components(question, plant, sum(one.asset in plant.components for one in happened))
    _say_never_closed(question, outages, failures)
    overall = figures(
        outages,
        failures,
        assets=plant.count,
        window=Window(question.since, question.until, question.now),
    )
    grouped = question.group_by != "none"
    return MetricResult(
        Metrics(**rounded(overall)),
        METHOD,
        groups=list(groups_of(question, plant, outages, failures)) if grouped else None,
        rows_used=sum(_touches(question, outage) for outage in outages) + overall.failures,
    )


def _touches(question: MetricQuery, outage: Outage) -> bool:
    return outage.begin < question.until and (outage.end or question.now) > question.since


def _say_components(question: MetricQuery, plant: Plant, failed: int) -> None:
    if plant.components:
        question.reading.say(
            f"{len(plant.components)} components (equipment that is a part of equipment) are not counted, "
            f"nor their {failed} failures and their stops: ask for one with scope asset."
        )


def _say_never_closed(question: MetricQuery, outages: list[Outage], failures: list[Failure]) -> None:
    of_asset: dict[str, tuple[list[Outage], list[Failure]]] = defaultdict(lambda: ([], []))
    for outage in outages:
        of_asset[outage.asset][0].append(outage)
    for failure in failures:
        of_asset[failure.asset][1].append(failure)
    doubtful = sum(bool(never_closed(question, *both)[1]) for both in of_asset.values())
    if doubtful:
        question.reading.say(
            f"{doubtful} assets have a stop that nobody closed and failed after it began, so they ran: the "
            "downtime is probably too high by that. group_by asset shows them by failures_since_open."
        )
