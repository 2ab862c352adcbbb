"""Availability, failures, MTBF and MTTR of the assets of a scope."""

from __future__ import annotations

from collections import defaultdict

from mcp_gateway.tools.metrics.failure_pareto import pareto
from mcp_gateway.tools.metrics.metric import Group, GroupBy, MetricQuery, MetricResult, Metrics
from mcp_gateway.tools.metrics.reading import once
from mcp_gateway.tools.metrics.reliability_figures import (
    METHOD,
    Failure,
    Figures,
    Outage,
    failures_of,
    figures,
    outages_of,
)
from mcp_gateway.tools.metrics.reliability_groups import (
    by_asset,
    by_month,
    never_closed,
    rounded,
    window_of,
)
from mcp_gateway.tools.metrics.reliability_rows import (
    OF_ASSETS,
    Plant,
    read_of_earlier_stops,
    read_plant,
    read_reported,
    read_stops,
)
from mcp_gateway.tools.metrics.spelling import NOBODY

BY_TEXT: frozenset[GroupBy] = frozenset(
    {"family", "criticality", "manufacturer", "failure_type", "failure_cause"}
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
    window = window_of(question)
    overall = figures(outages, failures, assets=plant.count, window=window)
    groups = _groups_of(question, plant, outages, failures, overall)
    _say_unnamed(question, groups or [], overall)
    return MetricResult(
        Metrics(**rounded(overall)),
        METHOD,
        groups=groups,
        rows_used=sum(map(window.touches, outages)) + overall.failures,
    )


def _groups_of(
    question: MetricQuery, plant: Plant, outages: list[Outage], failures: list[Failure], overall: Figures
) -> list[Group] | None:
    match question.group_by:
        case "none":
            return None
        case "month":
            groups = by_month(question, plant, outages, failures, overall)
        case "failure_type" | "failure_cause":
            groups = pareto(question, plant, outages, failures, overall)
        case _:
            groups = by_asset(question, plant, outages, failures, overall)
    return list(groups)


def _say_components(question: MetricQuery, plant: Plant, failed: int) -> None:
    if not plant.components:
        return
    parts = f"{len(plant.components)} components (parts of equipment)"
    if question.components:
        question.reading.say(f"{parts} are counted as assets, with {failed} failures.")
        return
    question.reading.say(
        f"{parts} and their {failed} failures are not counted: components true counts them too."
    )


def _say_unnamed(question: MetricQuery, groups: list[Group], overall: Figures) -> None:
    """Say how much of the whole has no text to be grouped by."""
    word = question.group_by.replace("_", " ")
    unnamed = next((group for group in groups if group.key == NOBODY), None)
    if unnamed is None or question.group_by not in BY_TEXT:
        return
    if question.group_by in OF_ASSETS:
        known = f"{unnamed.assets} of {overall.assets} assets have no {word}"
    else:
        known = f"{unnamed.failures} of {overall.failures} failures have no {word}"
    question.reading.say(f"{known} in Fracttal One: they are the row {NOBODY}.")


def _say_never_closed(question: MetricQuery, outages: list[Outage], failures: list[Failure]) -> None:
    of_asset: dict[str, tuple[list[Outage], list[Failure]]] = defaultdict(lambda: ([], []))
    for outage in outages:
        of_asset[outage.asset][0].append(outage)
    for failure in failures:
        of_asset[failure.asset][1].append(failure)
    doubtful = sum(bool(never_closed(question, *both)[1]) for both in of_asset.values())
    if doubtful:
        question.reading.say(
            f"{doubtful} asset{'s' if doubtful > 1 else ''} failed after the start of a stop that nobody "
            "closed: the downtime is probably too high. group_by asset shows failures_since_open."
        )
