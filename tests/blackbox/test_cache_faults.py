"""Faults of Redis: limits are counted in each process then, and nobody is kept out or let in by it."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.blackbox.product import Product
from tests.blackbox.witness import Witness, outcome_of
from tests.process.person import Person

FAULTS: dict[str, dict[str, Any]] = {
    "refused": {"refuse": True},
    "black_hole": {"black_hole": True},
    "reset": {"cut_after": 0, "reset": True},
    "latency": {"latency": 0.7},
}
MOST_FAILURES, WORKERS = 10, 4


@pytest.mark.needs("several_processes")  # those have Redis
@pytest.mark.parametrize("fault", FAULTS)
def test_case_222_redis_fails(system: Product, planner: Witness, fault: str) -> None:
    """OWASP ASVS 16.5.3: calls, tokens and signing in go on, and the limit of wrong secrets still holds."""
    assert system.to_cache is not None
    with system.to_cache.fault(**FAULTS[fault]):
        begun = time.monotonic()
        assert outcome_of(planner.read()) == "done"
        assert planner.refresh().status_code == 200
        page = Person("technician@demo.example").open(f"{system.url}/profile/")
        assert page.status_code == 200
        assert "/accounts/logout/" in page.text
        form = {"grant_type": "client_credentials", "client_id": planner.key, "client_secret": "wrong"}
        somewhere = {"x-forwarded-for": f"192.0.2.{1 + list(FAULTS).index(fault)}"}  # nothing is counted yet
        asked = 0
        statuses: Counter[tuple[int, int]] = Counter()  # by the minute, since the limit is one of a minute
        while asked < MOST_FAILURES * WORKERS + 20 or 429 not in {status for _, status in statuses}:
            minute = int(time.time()) // 60
            answer = httpx.post(f"{system.url}/oauth/token", data=form, headers=somewhere, timeout=30)
            statuses[minute, answer.status_code] += 1
            asked += 1
            assert asked <= 2 * (MOST_FAILURES * WORKERS + 20)
        assert {status for _, status in statuses} == {401, 429}
        for (_, status), times in statuses.items():
            assert status == 429 or times <= MOST_FAILURES * (WORKERS + 1)
        assert time.monotonic() - begun < 90
    assert planner.refresh().status_code == 200
