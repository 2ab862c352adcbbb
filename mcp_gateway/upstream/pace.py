"""Decides how fast a company may send requests, and whose request is next.

It is a token bucket: a burst, then a steady flow. The burst plus the flow of a minute equal the limit, so no
minute exceeds it, whenever the upstream's minute starts. Part of the burst is reserved for people who sent
few requests, and the reserve grows with the number of people. A person who sends requests without pause lives
on the flow alone.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MINUTE = 60.0
BURST_SHARE = 0.25
SHARE_OF_ONE = 0.1  # of the limit; a person who used it within a minute gets nothing from the reserve
KEPT_FOR_EACH = 3.0  # tokens for each other person of the last minute, at most half of the burst
SAME_WINDOW_SECONDS = 5.0  # two answers whose windows end this close together describe the same window


@dataclass(frozen=True, slots=True)
class Pace:
    """A limit in requests per minute, 1 or more."""

    limit: int

    @property
    def burst(self) -> float:
        return max(1.0, self.limit * BURST_SHARE)

    @property
    def per_second(self) -> float:
        return max(self.limit - self.burst, self.limit / 2) / MINUTE

    @property
    def share(self) -> float:
        return max(1.0, self.limit * SHARE_OF_ONE)


@dataclass(frozen=True, slots=True)
class Grant:
    """The bucket's answer: `turn` is the index of the person who may go.

    If None, ask again in `wait` seconds.
    """

    turn: int | None
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What the upstream said about its own count: `left` requests until `ends` (monotonic seconds)."""

    left: int
    ends: float


class Bucket:
    """The counts of one company in this process; budget_redis.py has the same for all processes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens = math.inf  # the burst of the first pace that asks
        self._at = clock()
        self._left, self._ends = 0.0, -math.inf
        # ordered by last request; (use, time)
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, pace: Pace, people: Sequence[str]) -> Grant:
        """Take a token for the first of these people who may have one."""
        now = self._clock()
        self._tokens = min(pace.burst, self._tokens + max(0.0, now - self._at) * pace.per_second)
        self._at = now
        while self._used and now - next(iter(self._used.values()))[1] > MINUTE:
            self._used.popitem(last=False)
        is_told = now < self._ends
        wait = MINUTE
        for turn, person in enumerate(people):
            use, when = self._used.get(person, (0.0, now))
            use *= math.exp((when - now) / MINUTE)
            others = len(self._used) - (person in self._used)
            kept = min(pace.burst / 2, KEPT_FOR_EACH * others) * min(1.0, use / pace.share)
            needed = min(1.0 + kept, pace.burst)
            if self._tokens >= needed and not (is_told and self._left < needed):
                self._tokens -= 1.0
                self._left -= 1.0
                self._used[person] = (use + 1.0, now)
                self._used.move_to_end(person)
                return Grant(turn)
            missing = (needed - self._tokens) / pace.per_second
            if is_told and self._left < needed:
                missing = max(missing, self._ends - now)
            wait = min(wait, missing)
        return Grant(None, max(0.001, wait))

    def is_half_full(self, pace: Pace) -> bool:
        """Say whether half of the burst is left, and half of the limit where the upstream told its count."""
        now = self._clock()
        tokens = self._tokens + max(0.0, now - self._at) * pace.per_second
        is_told = now < self._ends
        return tokens >= pace.burst / 2 and not (is_told and self._left < pace.limit / 2)

    def note(self, heard: Heard) -> None:
        if heard.ends > self._ends + SAME_WINDOW_SECONDS:
            self._left = heard.left
        else:  # answers may overtake each other: within a window the count only falls
            self._left = min(self._left, heard.left)
        self._ends = max(self._ends, heard.ends)
