"""Limits what one person and one consumer may ask of a process, so that a loop takes nothing from others.

Each process counts for itself: a shared counter would cost every call a round trip, and what is protected is
the process. Whoever exceeds a limit gets 429 with Retry-After. A stream that has begun counts no longer as
under way.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

from mcp_gateway.calls.caller import Caller

WINDOW_SECONDS = 60


class TooManyRequests(Exception):
    """HTTP 429. `wait` is in seconds."""

    def __init__(self, sentence: str, wait: int) -> None:
        super().__init__(sentence)
        self.sentence, self.wait = sentence, wait


@dataclass
class RequestLimits:
    """`person` and `consumer` are requests a minute, `at_once` those of one person under way. 0: no limit.

    A program that acts for the company has no person: it counts as a consumer, and for `at_once` as itself.
    """

    person: int = 0
    consumer: int = 0
    at_once: int = 0
    _window: int = 0
    _counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    _running: Counter[tuple[str, int]] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def enter(self, caller: Caller) -> None:
        """Count a request. Raises TooManyRequests; otherwise `leave` must follow."""
        window, into = divmod(int(time.monotonic()), WINDOW_SECONDS)
        who, consumer = _who(caller), ("consumer", caller.consumer_id)
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, Counter()
            if self.at_once and self._running[who] >= self.at_once:
                raise TooManyRequests(
                    f"At most {self.at_once} requests of one person are answered at the same time.", 1
                )
            for key, most in ((who, self.person if who[0] == "person" else 0), (consumer, self.consumer)):
                if most and self._counts[key] >= most:
                    raise TooManyRequests(
                        f"At most {most} requests a minute of one {key[0]} are answered.",
                        WINDOW_SECONDS - into,
                    )
            self._counts[who] += 1
            self._counts[consumer] += consumer != who
            self._running[who] += 1

    def leave(self, caller: Caller) -> None:
        who = _who(caller)
        with self._lock:
            self._running[who] -= 1
            if self._running[who] <= 0:
                del self._running[who]


def _who(caller: Caller) -> tuple[str, int]:
    return ("consumer", caller.consumer_id) if caller.user_id is None else ("person", caller.user_id)
