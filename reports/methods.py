"""How each metric is computed, for people. What models read is the answer's own English `method`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

METHODS: Mapping[str, Promise] = {
    "reliability": pgettext_lazy(
        "method",
        "Availability is the share of the time of the machines in which they were not out of service; "
        "overlapping records count once, and those still open last until now. A failure is a task with a "
        "failure type, or a corrective one with an out-of-service record. Mean time between failures: time "
        "of the machines divided by their failures. Mean time to repair: mean of the repairs that ended.",
    ),
    "summary": pgettext_lazy(
        "method",
        "Tasks of the work orders created in the period, by the status of the order. Late are those of "
        "orders in process that are not done and were scheduled before now, whenever they were created.",
    ),
    "compliance": pgettext_lazy(
        "method",
        "Planned tasks scheduled in the period, without those of cancelled orders. On time is what was "
        "finished within the days of grace after the scheduled date. The share leaves out tasks that are "
        "not done and still within these days.",
    ),
    "backlog": pgettext_lazy(
        "method",
        "Estimated hours of the tasks that are not done, in work orders in process or in review. Weeks: "
        "these hours divided by the weekly hours of the people responsible for them.",
    ),
    "ageing": pgettext_lazy(
        "method",
        "Work orders in process or in review, by days since they were created. Each is in one state, the "
        "first that is true: in review, waiting for parts, with a third party, in process.",
    ),
    "cost": pgettext_lazy(
        "method",
        "As entered in the work orders, for tasks finished in the period, without cancelled orders.",
    ),
    "requests": pgettext_lazy(
        "method",
        "Requests created in the period. Response: from creation to the first change of status. "
        "Resolution: from creation to the solution.",
    ),
    "planned_share": pgettext_lazy(
        "method",
        "Tasks finished in the period, without cancelled orders. Planned are those that a date or a meter "
        "triggered; the others are reactive.",
    ),
    "work_per_person": pgettext_lazy(
        "method",
        "By the person responsible for the order: the tasks finished in the period with their real "
        "duration, their orders, and the orders closed in the period with the mean time from creation to "
        "closing. Cancelled orders are left out.",
    ),
    "repeat_failures": pgettext_lazy(
        "method",
        "Assets that failed again, in work orders created in the period. The cost is that of their tasks, "
        "as entered.",
    ),
    "stale_meters": pgettext_lazy(
        "method", "Meters in use whose last reading is too old, or that were never read."
    ),
    "meter_forecast": pgettext_lazy(
        "method",
        "Counters that make a task due every so many units, already reached or soon: from the last reading, "
        "at the monthly average.",
    ),
    "stock_below_minimum": pgettext_lazy(
        "method",
        "Stock below the minimum of its warehouse, with what recent requisitions still wait for there.",
    ),
    "purchase_draft": pgettext_lazy(
        "method",
        "Buy: the minimums plus what is needed, less the stock of all warehouses. Needed is what recent "
        "requisitions wait for, and the parts of tasks due soon that no requisition asked for. Price: of "
        "the newest requisition, else the highest cost in stock, else of the plan. Nothing is ordered.",
    ),
    "stock_use": pgettext_lazy(
        "method",
        "Parts entered in work orders in the period, without cancelled ones. Monthly use is that of 30 days. "
        "The months of cover are the stock of all warehouses divided by it, the shortest first.",
    ),
    "idle_stock": pgettext_lazy(
        "method",
        "Active items in stock that no work order used and no requisition asked for. Receipts are not seen. "
        "Value: stock times unit cost in each warehouse.",
    ),
}


def method_of(answer: Mapping[str, Any]) -> str:
    """Return how the metric of the answer is computed, in the language of the page."""
    method = METHODS.get(str(answer.get("metric")))
    if method is None:
        return ""
    # No currency is named where the company has set none, and amounts need one.
    if answer.get("metric") in ("cost", "purchase_draft", "repeat_failures", "idle_stock") and not answer.get(
        "currency"
    ):
        return " ".join((str(method), _("Amounts are in the currency of the company.")))
    return str(method)
