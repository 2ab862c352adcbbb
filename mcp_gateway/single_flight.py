"""The same question, asked several times at once, is put once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Calls of one key that arrive while one is under way share its result or its exception.

    The work goes on when the call that began it is cancelled: others may wait for it. A result belongs to
    the event loop that asked.
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
                    done.exception()  # nobody may be left to take it

            flight.add_done_callback(landed)
        return await asyncio.shield(flight)
