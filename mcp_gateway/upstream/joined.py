"""Reads that are identical and in flight at once are sent once.

Only among calls of one caller with the same rights: nobody gets an answer that was made for somebody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import GatewayError, RateLimited, UpstreamTimeout
from mcp_gateway.upstream.envelope import Answer

Outcome = Answer | GatewayError | None  # None: who asked gave up, and the matter is open


def identity_of(caller: Caller) -> Hashable:
    """Everything that an answer may depend on besides its address."""
    return (
        caller.company_id, caller.user_id, caller.consumer_id, caller.narrowed_to_group_id, caller.rights,
        caller.own_work_orders_only, caller.may_write, caller.remote,
    )  # fmt: skip


class JoinedReads:
    """Of one event loop.

    Unlike in a SingleFlight, the first request runs in its own call and ends with it: it spends that call's
    time and that person's turn. When it gives up, a waiter with time left asks again.
    """

    def __init__(self) -> None:
        self._in_flight: dict[Hashable, list[asyncio.Future[Outcome]]] = {}
        self._writes = 0

    def wrote(self) -> None:
        """A read that begins now does not join one that began before a write."""
        self._writes += 1

    async def joined(
        self, caller: Caller, url: str, seconds: float, read: Callable[[str], Awaitable[Answer]]
    ) -> Answer:
        """The answer of `read`, or of the same one under way, waited for so long at most."""
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
        except (UpstreamTimeout, RateLimited):  # of this call's time
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
