"""Faults on the way to the upstream. Its ledger says what was written."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.blackbox.product import DEADLINE_SECONDS, Product
from tests.blackbox.witness import Witness, outcome_of

GRACE_SECONDS = 4.0
FAULTS: dict[str, dict[str, Any]] = {
    "refused": {"refuse": True},
    "black_hole": {"black_hole": True},
    "cut_before_the_answer": {"cut_after": 0},
    "reset_before_the_answer": {"cut_after": 0, "reset": True},
    "cut_in_the_head": {"cut_after": 10},
    "cut_in_the_body": {"cut_after": 150},
    "cut_in_the_request": {"cut_after": 40, "direction": "requests"},
    "drip": {"drip": 20},
    "latency_beyond_the_deadline": {"latency": DEADLINE_SECONDS + 1},
}
AFTER_THE_WRITE = [name for name in FAULTS if name != "cut_in_the_request"]
CERTAIN = {"upstream_unavailable", "upstream_timeout"}


def times(system: Product, title: str) -> int:
    return [each.title for each in system.upstream.written].count(title)


@pytest.mark.parametrize("fault", AFTER_THE_WRITE)
def test_case_198_an_answer_that_is_lost_after_the_write(
    system: Product, planner: Witness, fault: str
) -> None:
    """Stripe's rule: one write in the ledger, `unknown` for the client, and never a second write."""
    title = f"Lost by {fault} {time.monotonic()}"
    system.upstream.once_written = lambda: system.to_upstream.set(**FAULTS[fault])
    try:
        begun = time.monotonic()
        assert planner.try_to_write(title) == "outcome_unknown"
        assert time.monotonic() - begun < DEADLINE_SECONDS + GRACE_SECONDS
    finally:
        system.upstream.once_written = lambda: None
        system.to_upstream.set()
    assert times(system, title) == 1
    assert planner.try_to_write(title) == "outcome_unknown"
    assert times(system, title) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_case_196_197_a_line_that_is_broken_from_the_start(
    system: Product, planner: Witness, fault: str
) -> None:
    """Both end in time with a sentence of ours, and what was not sent may be sent again."""
    title = f"Over {fault} {time.monotonic()}"
    with system.to_upstream.fault(**FAULTS[fault]):
        begun = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            reading, writing = pool.submit(planner.read), pool.submit(planner.try_to_write, title)
        took = time.monotonic() - begun
    told = writing.result()
    assert outcome_of(reading.result()) in CERTAIN
    assert told in CERTAIN
    assert times(system, title) == 0
    assert took < DEADLINE_SECONDS + GRACE_SECONDS
    assert outcome_of(planner.read()) == "done"
    assert planner.try_to_write(title) == "done"
    assert times(system, title) == 1


def test_case_197_a_short_latency_is_waited_for(system: Product, planner: Witness) -> None:
    with system.to_upstream.fault(latency=0.5):
        assert outcome_of(planner.read()) == "done"
        assert planner.try_to_write(f"Slow line {time.monotonic()}") == "done"
