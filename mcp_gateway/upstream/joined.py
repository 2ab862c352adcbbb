"""Sends identical concurrent reads once.

Only calls of one caller with the same rights are joined, so nobody gets an answer that was made for somebody
else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import GatewayError, RateLimited, UpstreamTimeout
from mcp_gateway.upstream.envelope import Answer

Outcome = Answer | GatewayError | None  # None: the first call gave up, so another one must ask


def identity_of(caller: Caller) -> Hashable:
    """Return everything that an answer depends on besides its URL."""
    return (
        caller.company_id, caller.user_id, caller.consumer_id, caller.narrowed_to_group_id, caller.rights,
        caller.own_work_orders_only, caller.may_write, caller.remote,
    )  # fmt: skip


class JoinedReads:
    """The reads in flight in one event loop.

    Unlike in a SingleFlight, the first request runs within its own call and ends with it, because it spends
    that call's time and budget. If it gives up, a waiting call with time left asks again.
    """

    def __init__(self) -> None:
        self._in_flight: dict[Hashable, list[asyncio.Future[Outcome]]] = {}
        self._writes = 0

    def wrote(self) -> None:
        """Note a write: later reads do not join those that began before it."""
        self._writes += 1

    async def joined(
        self, caller: Caller, url: str, seconds: float, read: Callable[[str], Awaitable[Answer]]
    ) -> Answer:
        """Return the answer of `read`, or of the same read in flight, waiting at most `seconds` for it."""
        key = (identity_of(caller), url, self._writes)
        while (waiting := self._in_flight.get(key)) is not None:
            loop = asyncio.get_running_loop()
            began = loop.time()
            turn: asyncio.Future[Outcome] = loop.create_future()
            waiting.append(turn)
            try:
                async with asyncio.timeout(max(0.0, seconds)):
                    outcome = await turn
            except TimeoutError:
                raise UpstreamTimeout("Fracttal One took too long. Narrow the question.") from None
            seconds -= loop.time() - began
            if isinstance(outcome, GatewayError):
                raise outcome
            if outcome is not None:
                return outcome
        waiting = self._in_flight[key] = []
        outcome = None
        try:
            outcome = await read(url)
        except (UpstreamTimeout, RateLimited):  # specific to this call's time
            raise
        except GatewayError as error:
            outcome = error
            raise
        finally:
            del self._in_flight[key]
            for turn in waiting:
                if not turn.done():
                    turn.set_result(outcome)
        return outcome
