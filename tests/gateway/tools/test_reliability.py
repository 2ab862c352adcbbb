"""The arithmetic of reliability in cases that the demo plant does not have."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import msgspec
import pytest

from mcp_gateway.tools.metrics.reliability_figures import (
    FEWEST_FAILURES,
    Failure,
    Outage,
    Window,
    failures_of,
    figures,
    outages_of,
)
from mcp_gateway.tools.work.task_facts import is_failure
from mcp_gateway.upstream.resources.availability import OutageRow
from mcp_gateway.upstream.resources.work_orders import TaskRow

BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def task(**fields: Any) -> TaskRow:
    return msgspec.convert({"wo_folio": "OT-1", "code": "A", "id_status_work_order": 3, **fields}, TaskRow)


@pytest.mark.parametrize(
    ("fields", "failed"),
    [
        ({"types_description": "Mecánica"}, True),
        ({"types_description": "Mecánica", "id_status_work_order": 4}, False),
        ({"tasks_log_task_type_main": "CORRECTIVA", "id_items_availability": 1}, True),
        ({"tasks_log_task_type_main": "Corretiva", "id_items_availability": 1}, True),
        ({"tasks_log_task_type_main": "Corrective", "id_items_availability": 1}, True),
        ({"tasks_log_task_type_main": "Correctiva"}, False),
        ({"tasks_log_task_type_main": "Preventiva", "id_items_availability": 1}, False),
        ({}, False),
    ],
)
def test_what_a_failure_is(fields: dict[str, Any], failed: bool) -> None:
    assert is_failure(task(**fields)) is failed


def test_repair_time_is_the_first_that_is_known() -> None:
    stop = OutageRow(id=1, code="A", initial_date=BEGIN, final_date=BEGIN + 5 * HOUR)
    open_yet = OutageRow(id=2, code="A", initial_date=BEGIN)
    of_another = OutageRow(id=3, code="B", initial_date=BEGIN, final_date=BEGIN + 7 * HOUR)
    done = {"types_description": "x", "event_date": BEGIN, "id_status_work_order_task": 3}
    worked = {"initial_date": BEGIN, "final_date": BEGIN + 2 * HOUR}
    rows = [
        task(**done, id_items_availability=1),
        task(**done, **worked),
        task(**done, real_duration=1800),
        task(**done, real_duration=-1800),
        task(**done),
        task(**done, **worked, id_items_availability=2),  # done, but nobody closed the stop
        task(**done, **worked, id_items_availability=3),
        task(types_description="x", id_items_availability=2),  # continues
        task(types_description="x", **worked, id_status_work_order_task=1),  # partly reported
    ]
    repairs = [failure.repair_seconds for failure in failures_of(rows, {1: stop, 2: open_yet, 3: of_another})]
    assert repairs == [5 * 3600, 2 * 3600, 1800, None, None, 2 * 3600, 2 * 3600, None, None]


def test_overlaps_are_of_one_asset_and_the_future_counts_for_nothing() -> None:
    named = (task(types_description="x"),)
    outages = [
        Outage(1, "A", BEGIN - 10 * HOUR, BEGIN + 4 * HOUR),
        Outage(2, "A", BEGIN + 1 * HOUR, BEGIN + 2 * HOUR, named),
        Outage(3, "A", BEGIN + 3 * HOUR, BEGIN + 6 * HOUR, named),
        Outage(4, "B", BEGIN + 5 * HOUR, None),
        Outage(5, "C", BEGIN + 50 * HOUR, None, named),
        Outage(6, "D", BEGIN + 6 * HOUR, BEGIN + 2 * HOUR, named),  # ends before it begins
    ]
    failures = [Failure("A", BEGIN, 3600, named[0]), Failure("A", BEGIN + 6 * HOUR, None, named[0])]
    found = figures(outages, failures, assets=4, window=Window(BEGIN, BEGIN + 20 * HOUR, BEGIN + 10 * HOUR))
    assert found.period_seconds == 10 * 3600
    assert found.downtime_seconds == (6 + 5) * 3600
    assert found.failure_downtime_seconds == (1 + 3) * 3600
    assert found.availability == pytest.approx(1 - 11 / 40)
    assert (found.failures, found.mtbf_hours, found.mttr_hours, found.repairs) == (2, None, 1.0, 1)
    assert found.too_few == "2 failures in 40 hours: too few for an MTBF."


def test_nothing_gives_no_figures() -> None:
    found = figures([], [], assets=0, window=Window(BEGIN, BEGIN + HOUR, BEGIN + HOUR))
    assert (found.availability, found.mtbf_hours, found.mttr_hours) == (None, None, None)
    assert found.too_few is None


def limits(failures: int) -> tuple[float, float]:
    """Return both ends of the 90 % interval of the mean time between failures, divided by the estimate.

    Failures come at random, so their number in a given time is Poisson distributed: at the lower end so few
    occur in 5 % of all cases, at the upper end so many.
    """

    def at_most(count: int, mean: float) -> float:
        return sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(count + 1))

    def mean_with(count: int, chance: float) -> float:
        low, high = 0.0, 100.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if at_most(count, middle) > chance else (low, middle)
        return low

    return failures / mean_with(failures, 0.05), failures / mean_with(failures - 1, 0.95)


def test_how_much_a_mean_of_few_failures_says() -> None:
    """docs/metrics.md#reliability: with two failures the true mean may be five times the computed one."""
    assert limits(2) == pytest.approx((0.318, 5.63), abs=0.005)
    assert limits(FEWEST_FAILURES) == pytest.approx((0.476, 2.54), abs=0.005)
    assert limits(FEWEST_FAILURES - 1)[1] > 2.9


def test_a_mean_is_said_of_enough_failures_only() -> None:
    window = Window(BEGIN, BEGIN + 1_000 * HOUR, BEGIN + 2_000 * HOUR)
    said = {}
    for count in (0, 1, 4, 5):
        failures = [Failure("A", BEGIN, None, task())] * count
        found = figures([], failures, assets=3, window=window)
        said[count] = found.mtbf_hours or found.too_few
    assert said == {
        0: "No failure in 3,000 hours.",
        1: "1 failure in 3,000 hours: too few for an MTBF.",
        4: "4 failures in 3,000 hours: too few for an MTBF.",
        5: 600.0,
    }


def test_an_outage_is_a_failures_when_a_failure_of_its_asset_names_it() -> None:
    rows = {number: OutageRow(id=number, code="A", initial_date=BEGIN) for number in (1, 2, 3)}
    linked = [
        task(types_description="x", id_items_availability=2),
        task(id_items_availability=1),
        task(types_description="x", code="B", id_items_availability=3),
    ]
    assert [bool(outage.named_by) for outage in outages_of(rows, linked)] == [False, True, False]
