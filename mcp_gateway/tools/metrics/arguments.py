"""Which arguments each metric uses.

The others are refused, so that no answer suggests that an argument had an effect.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from mcp_gateway.tools.metrics.metric import GroupBy, Metric

Scope = Literal["asset", "location", "company"]
EVERY_SCOPE: frozenset[str] = frozenset({"asset", "location", "company"})
COMPANY: frozenset[str] = frozenset({"company"})
WORK: frozenset[GroupBy] = frozenset({"asset", "location", "family", "person"})
IN_TIME: frozenset[GroupBy] = WORK | {"month"}
PLANT: frozenset[GroupBy] = frozenset({"asset", "location", "month"})
OF_FAILURES: frozenset[GroupBy] = frozenset(
    {"family", "criticality", "manufacturer", "failure_type", "failure_cause"}
)


@dataclass(frozen=True, slots=True)
class Applies:
    """What a metric accepts. `rights` are needed besides metrics:view and work_orders:view.

    The upstream has the last word. `money` says whether the figures contain amounts. `scheduled` says that
    since and until, which may lie ahead, choose by the scheduled date, and that without them all is counted.
    """

    groups: frozenset[GroupBy] = frozenset()
    scopes: frozenset[str] = EVERY_SCOPE
    days: bool = False
    period: bool = True
    scheduled: bool = False
    rights: frozenset[str] = frozenset()
    money: bool = False


APPLIES: dict[Metric, Applies] = {
    "reliability": Applies(PLANT | OF_FAILURES, rights=frozenset({"assets:view"})),
    "summary": Applies(),
    "compliance": Applies(IN_TIME, days=True),
    "backlog": Applies(IN_TIME, scheduled=True),
    "ageing": Applies(period=False),
    "cost": Applies(IN_TIME | {"third_party"}, money=True),
    "requests": Applies(PLANT, rights=frozenset({"work_requests:view"})),
    "planned_share": Applies(IN_TIME),
    "work_per_person": Applies(),
    "repeat_failures": Applies(frozenset({"asset"}), days=True, money=True),
    "stale_meters": Applies(days=True, period=False, rights=frozenset({"meters:view"})),
    "meter_forecast": Applies(days=True, period=False, rights=frozenset({"meters:view", "tasks:view"})),
    "stock_below_minimum": Applies(scopes=COMPANY, period=False, rights=frozenset({"inventory:view"})),
    "purchase_draft": Applies(
        scopes=COMPANY,
        days=True,
        period=False,
        rights=frozenset({"inventory:view", "tasks:view"}),
        money=True,
    ),
    "stock_use": Applies(scopes=COMPANY, days=True, rights=frozenset({"inventory:view"})),
    "idle_stock": Applies(
        scopes=COMPANY, days=True, period=False, rights=frozenset({"inventory:view"}), money=True
    ),
}


def groups_known() -> str:
    """Say which metrics know which groups."""
    knowing: dict[frozenset[GroupBy], list[Metric]] = defaultdict(list)
    for metric, applies in APPLIES.items():
        knowing[applies.groups].append(metric)
    knowing.pop(frozenset(), None)
    return " ".join(
        f"{', '.join(metrics)}: {', '.join(group for group in get_args(GroupBy) if group in groups)}."
        for groups, metrics in knowing.items()
    )


def not_applied(
    metric: Metric, scope: Scope, group_by: GroupBy, given: set[str], days: int | None
) -> Iterator[str]:
    """Yield sentences on arguments that the metric does not use. `given` are the arguments that were sent."""
    applies = APPLIES[metric]
    if scope not in applies.scopes:
        yield f"{metric} covers the whole company only: leave out scope and code"
    if group_by != "none" and group_by not in applies.groups:
        known = ", ".join(sorted(applies.groups)) or "none"
        yield f"{metric} has these groups: {known}"
    if not applies.period and given & {"since", "until"}:
        yield f"{metric} describes the present: leave out since and until"
    if "compare_with" in given and (applies.scheduled or not applies.period):
        yield f"{metric} describes the present and has no earlier period: leave out compare_with"
    if "days" in given and not applies.days:
        yield f"{metric} does not use days: leave it out"
    elif days == 0 and metric != "compliance":
        yield "days must be 1 or more: only compliance knows 0, no grace"
    if "components" in given and metric != "reliability":
        yield "components applies to reliability only: leave it out"
    if "hours_per_week" in given and metric != "backlog":
        yield "hours_per_week applies to backlog only: leave it out"
