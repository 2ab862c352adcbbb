"""The request bucket of a company, with a clock that the test controls."""

from __future__ import annotations

import random

import pytest

from mcp_gateway.upstream.pace import Bucket, Heard, Pace


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bucket(clock: Clock) -> Bucket:
    return Bucket(clock)


def drained(bucket: Bucket, pace: Pace, person: str) -> int:
    count = 0
    while bucket.take(pace, [person]).turn is not None:
        count += 1
    return count


@pytest.mark.parametrize("limit", [1, 2, 3, 10, 60, 200, 1000])
def test_no_minute_holds_more_than_the_limit(bucket: Bucket, clock: Clock, limit: int) -> None:
    sent: list[float] = []
    dice = random.Random(limit)
    pace = Pace(limit)
    for _ in range(4000):
        clock.now += dice.choice([0.0, 0.01, 0.3, 2.0, 40.0 if dice.random() < 0.02 else 0.1])
        if bucket.take(pace, [dice.choice("abcdef")]).turn is not None:
            sent.append(clock.now)
    worst = max(
        sum(start <= at < start + 60 for at in sent[i : i + limit + 2]) for i, start in enumerate(sent)
    )
    assert worst <= max(limit, 2)


def test_who_is_alone_has_the_whole_burst(bucket: Bucket) -> None:
    assert drained(bucket, Pace(200), "a") == 50


def test_a_greedy_person_leaves_tokens_to_others(bucket: Bucket, clock: Clock) -> None:
    pace = Pace(200)
    for number in range(20):
        assert bucket.take(pace, [f"quiet {number}"]).turn == 0
    clock.now += 30
    assert 20 <= drained(bucket, pace, "greedy") <= 30
    assert bucket.take(pace, ["greedy"]).turn is None
    assert all(bucket.take(pace, [f"quiet {number}"]).turn == 0 for number in range(20))


def test_the_wait_is_that_until_a_token_is_there(bucket: Bucket, clock: Clock) -> None:
    pace = Pace(60)
    drained(bucket, pace, "a")
    wait = bucket.take(pace, ["a"]).wait
    clock.now += wait - 0.01
    assert bucket.take(pace, ["a"]).turn is None
    clock.now += 0.02
    assert bucket.take(pace, ["a"]).turn == 0


def test_what_the_upstream_has_counted_is_not_there_for_us(bucket: Bucket, clock: Clock) -> None:
    pace = Pace(200)
    bucket.note(Heard(2, clock.now + 30))
    assert bucket.take(pace, ["a"]).turn == 0
    assert bucket.take(pace, ["a"]).turn == 0
    refused = bucket.take(pace, ["a"])
    assert refused.turn is None
    assert refused.wait == pytest.approx(30)
    # An older answer of the same window that arrives late does not raise the count.
    bucket.note(Heard(150, clock.now + 31))
    assert bucket.take(pace, ["a"]).turn is None
    clock.now += 32
    assert bucket.take(pace, ["a"]).turn == 0


def test_a_new_window_opens_again(bucket: Bucket, clock: Clock) -> None:
    pace = Pace(200)
    bucket.note(Heard(0, clock.now + 20))
    assert bucket.take(pace, ["a"]).turn is None
    clock.now += 19
    bucket.note(Heard(199, clock.now + 60))
    assert bucket.take(pace, ["a"]).turn == 0
