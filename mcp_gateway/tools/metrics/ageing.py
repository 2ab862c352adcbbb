"""Ageing: how old the open orders are, by what they wait for."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from mcp_gateway.tools.kit.datetimes import LATEST
from mcp_gateway.tools.metrics.metric import MetricQuery, MetricResult, MetricRow
from mcp_gateway.tools.metrics.reading import once
from mcp_gateway.tools.metrics.stock_rows import LOOK_BACK, read_requisitions, waiting_lines
from mcp_gateway.tools.metrics.task_groups import folios, read
from mcp_gateway.tools.work.task_facts import IN_PROCESS, OPEN
from mcp_gateway.upstream.resources.work_orders import TaskRow

STATES = ("review", "waiting_for_parts", "third_party", "in_process")
BANDS = {"up_to_7_days": 7, "up_to_30_days": 30, "up_to_90_days": 90}
PARTS_RIGHT = "inventory:view"


async def ageing(question: MetricQuery) -> MetricResult:
    """Count open orders by state and age. Each order is in one state, the first that is true of it."""
    read_rows = [row for status in OPEN for row in await read(question, None, status=status)]
    orders: dict[str, list[TaskRow]] = defaultdict(list)
    for row in once(read_rows, lambda row: row.id_work_orders_tasks):
        orders[row.wo_folio].append(row)
    waiting = await _waiting_for_parts(question)

    def state(order: list[TaskRow]) -> str:
        if order[0].id_status_work_order != IN_PROCESS:
            return "review"
        if order[0].wo_folio in waiting:
            return "waiting_for_parts"
        return "in_process" if all(row.id_contact is None for row in order) else "third_party"

    by_state: dict[str, list[TaskRow]] = defaultdict(list)
    for order in orders.values():
        by_state[state(order)].append(order[0])
    every = [order[0] for order in orders.values()]
    undated = sum(row.creation_date is None for row in every)
    if undated:
        question.reading.say(f"The age of {undated} orders is not known: they are in no band.")
    overall = _figures(question, every)
    return MetricResult(
        overall,
        "Open orders now, by days since they were created. An order is in the first state that is true: in "
        f"review; waiting for parts: a requisition of the last {LOOK_BACK.days} days is not wholly "
        "delivered; third party: responsible is a contact of one; in process.",
        [
            MetricRow(
                key=key,
                **_figures(question, by_state[key]),
                folios=folios(sorted(by_state[key], key=lambda row: row.creation_date or LATEST)),
            )
            for key in STATES
            if by_state[key]
        ],
        sum(map(len, orders.values())),
    )


async def _waiting_for_parts(question: MetricQuery) -> set[str]:
    """Return the folios of the orders for which a warehouse still owes something."""
    if PARTS_RIGHT not in question.call.caller.rights:
        question.reading.incomplete(
            f"Which orders wait for parts is not told: this person lacks the permission {PARTS_RIGHT}."
        )
        return set()
    papers = await read_requisitions(question)
    return {paper.document for paper, _line in waiting_lines(papers) if paper.document}


def _figures(question: MetricQuery, orders: list[TaskRow]) -> dict[str, float | int | None]:
    ages = [question.now - row.creation_date for row in orders if row.creation_date is not None]
    counts: dict[str, float | int | None] = {"orders": len(orders)}
    before = 0
    for name, days in BANDS.items():
        within = sum(age <= dt.timedelta(days=days) for age in ages)
        counts[name], before = within - before, within
    counts["over_90_days"] = len(ages) - before
    counts["days"] = max(ages).days if ages else None
    return counts
