"""Runs work once for several identical requests at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Concurrent calls with the same key share one result or exception.

    The work continues if the call that started it is cancelled, since others may wait for it. A result is
    shared within one event loop only.
    """

    def __init__(self) -> None:
        self._flights: dict[tuple[asyncio.AbstractEventLoop, Hashable], asyncio.Future[T]] = {}

    async def run(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        name = (asyncio.get_running_loop(), key)
        flight = self._flights.get(name)
        if flight is None:
            flight = self._flights[name] = asyncio.ensure_future(work())

            def landed(done: asyncio.Future[T]) -> None:
                self._flights.pop(name, None)
                if not done.cancelled():
                    done.exception()  # nobody may be left to retrieve it

            flight.add_done_callback(landed)
        return await asyncio.shield(flight)
