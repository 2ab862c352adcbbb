"""Reads that are identical and in flight at once are sent once.

Only among calls of one caller with the same rights: nobody gets an answer that was made for somebody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from weakref import WeakKeyDictionary

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import GatewayError, RateLimited, UpstreamTimeout
from mcp_gateway.upstream.envelope import Answer

Outcome = Answer | GatewayError | None  # None: who asked gave up, and the matter is open

_in_flight: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, list[asyncio.Future[Outcome]]]] = (
    WeakKeyDictionary()
)
_writes = 0


def identity_of(caller: Caller) -> Hashable:
    """Everything that an answer may depend on besides its address."""
    return (
        caller.company_id, caller.user_id, caller.consumer_id, caller.narrowed_to_group_id, caller.rights,
        caller.own_work_orders_only, caller.may_write, caller.remote,
    )  # fmt: skip


def wrote() -> None:
    """A read that begins now does not join one that began before a write."""
    global _writes
    _writes += 1


async def joined(
    caller: Caller, url: str, seconds: float, read: Callable[[str], Awaitable[Answer]]
) -> Answer:
    """The answer of `read`, or of the same one under way, waited for so long at most.

    The first request runs in its own time. When that ends, a waiter with time left asks again.
    """
    flights = _in_flight.setdefault(asyncio.get_running_loop(), {})
    key = (identity_of(caller), url, _writes)
    while (waiting := flights.get(key)) is not None:
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
    waiting = flights[key] = []
    outcome = None
    try:
        outcome = await read(url)
    except (UpstreamTimeout, RateLimited):  # of this call's time
        raise
    except GatewayError as error:
        outcome = error
        raise
    finally:
        del flights[key]
        for turn in waiting:
            if not turn.done():
                turn.set_result(outcome)
    return outcome
