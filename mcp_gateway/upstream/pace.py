"""How fast one company may ask, and whose turn a request is: the numbers, and the book of one process.

A token bucket: a burst, then a steady flow. Burst and a minute's flow together are the limit, so that no
minute, wherever the upstream lets it begin, holds more. Part of the burst is kept for people who asked
little, the more so the more of them there are: who asks without end lives on the flow.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MINUTE = 60.0
BURST_SHARE = 0.25
SHARE_OF_ONE = 0.1  # of the limit: who used that in a minute finds the whole reserve closed
KEPT_FOR_EACH = 3.0  # tokens for each other person of the last minute, at most half of the burst
SAME_WINDOW_SECONDS = 5.0  # two answers that name ends this close speak of one window


@dataclass(frozen=True, slots=True)
class Pace:
    """Requests a minute, 1 or more."""

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
    """`turn` is the place in the list of who may go; None: ask again in `wait` seconds."""

    turn: int | None
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What the upstream said of its own count: `left` requests until `ends` (monotonic seconds)."""

    left: int
    ends: float


class Bucket:
    """The book of one company in this process; budget_redis.py keeps the same one for all of them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens = math.inf  # the burst of whatever pace asks first
        self._at = clock()
        self._left, self._ends = 0.0, -math.inf
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()  # by who asked last: use, when

    def take(self, pace: Pace, people: Sequence[str]) -> Grant:
        """A token for the first of these people who may have one."""
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

    def note(self, heard: Heard) -> None:
        if heard.ends > self._ends + SAME_WINDOW_SECONDS:
            self._left = heard.left
        else:  # answers overtake each other: within a window the count only falls
            self._left = min(self._left, heard.left)
        self._ends = max(self._ends, heard.ends)
