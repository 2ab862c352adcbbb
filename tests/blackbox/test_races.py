"""The same request many times at once, through all processes of an engine."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar

import pytest

from tests.blackbox.conftest import Installation
from tests.blackbox.counts import count
from tests.blackbox.product import Product
from tests.blackbox.witness import Witness, outcome_of

ROUNDS, AT_ONCE = count("RACES", 2), 16
FAMILY = (
    "SELECT count(*) FROM consumers_refreshtoken r JOIN consumers_consumer c ON c.id = r.application_id "
    "WHERE c.client_id = '{key}' AND r.revoked IS NULL AND r.superseded_at IS NULL"
)
T = TypeVar("T")
pytestmark = pytest.mark.timeout(ROUNDS * 30 + 180)


def at_once(ask: Callable[[], T]) -> list[T]:
    together = Barrier(AT_ONCE)

    def asked(_number: int) -> T:
        together.wait()
        return ask()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(asked, range(AT_ONCE)))


def test_case_084_085_one_code_redeemed_at_once(system: Product, installation: Installation) -> None:
    """RFC 6749 §4.1.2: one answer has tokens, the others are replays, and those end the family."""
    witness = installation.connect("technician@demo.example")
    for _ in range(ROUNDS):
        sent_back_to = witness.person.decide(witness.authorization_address())
        answers = at_once(partial(witness.redeem, sent_back_to))
        statuses = Counter(answer.status_code for answer in answers)
        assert statuses == {200: 1, 400: AT_ONCE - 1}
        witness.connect(witness.person)


def test_case_093_refreshed_at_once(system: Product, installation: Installation, planner: Witness) -> None:
    """A client whose processes refresh together loses nothing: each pair that was answered works."""
    for _ in range(ROUNDS):
        shown = planner.tokens["refresh_token"]
        answers = at_once(partial(planner.refresh, shown))
        statuses = Counter(answer.status_code for answer in answers)
        assert set(statuses) <= {200, 429}
        assert 1 <= statuses[200] <= 10
        tokens = [answer.json()["refresh_token"] for answer in answers if answer.status_code == 200]
        assert len(set(tokens)) == len(tokens)
        assert planner.refresh(tokens[-1]).status_code == 200
        # the others are of the same family; a connection anew leaves none of them for the next round
        planner.connect(planner.person)


def test_case_182_183_equal_writes_at_once(system: Product, planner: Witness) -> None:
    """Stripe's rule: one write, and the same answer for all."""
    for number in range(ROUNDS):
        title = f"Race {number} {time.monotonic()}"
        answers = at_once(partial(planner.write, title))
        assert {outcome_of(answer) for answer in answers} == {"done"}
        ids = {answer.json()["result"]["structuredContent"]["id"] for answer in answers}
        assert len(ids) == 1
        assert [each.title for each in system.upstream.written].count(title) == 1
