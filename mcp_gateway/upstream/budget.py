"""Spends a company's requests per minute fairly: people take turns, and nobody waits beyond the deadline."""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict, deque
from collections.abc import Mapping

from django.conf import settings

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import RateLimited
from mcp_gateway.upstream.budget_redis import SharedBuckets
from mcp_gateway.upstream.envelope import LONGEST_WAIT_SECONDS, first_number, out_of_budget, wait_seconds
from mcp_gateway.upstream.pace import Bucket, Grant, Heard, Pace

LIMIT_HEADERS = ("ratelimit-limit", "request-call-limit")
REMAINING_HEADERS = ("ratelimit-remaining", "request-call-limit-remaining")
LONGEST_SLEEP = 1.0  # another process may have returned tokens, and a person's use expires
MOST_COMPANIES = 10_000
MOST_ASKED_FOR = 200  # people, in one request to the bucket


class Budgets:
    """The budgets of the companies, in one event loop."""

    def __init__(self) -> None:
        self._budgets: OrderedDict[str, Budget] = OrderedDict()
        self._shared: SharedBuckets | None = None

    def of(self, caller: Caller) -> Budget | None:
        """Return the budget of the caller's company, None if there is no limit."""
        limit = limit_of(caller)
        if limit <= 0:
            return None
        name = company_of(caller)
        budget = self._budgets.get(name)
        if budget is None or budget.configured != limit:
            if self._shared is None and settings.REDIS_URL:
                self._shared = SharedBuckets(settings.REDIS_URL)
            budget = self._budgets[name] = Budget(name, limit, self._shared)
            while len(self._budgets) > MOST_COMPANIES:
                self._budgets.popitem(last=False)
        return budget

    def has_plenty(self, caller: Caller) -> bool:
        """Say whether a request that nobody waits for may be sent, as far as this process knows."""
        budget = self.of(caller)
        return budget is None or budget.has_plenty()

    async def close(self) -> None:
        """Forgets the budgets and closes the connections to Redis."""
        self._budgets.clear()
        if self._shared is not None:
            await self._shared.close()
            self._shared = None


def limit_of(caller: Caller) -> int:
    """Return the limit in requests per minute. The embedded API in the same process has its own setting."""
    if caller.remote is None and not settings.UPSTREAM_URL:
        limit = settings.API_REQUESTS_PER_MINUTE
    else:
        limit = settings.UPSTREAM_REQUESTS_PER_MINUTE
    return int(limit)


def company_of(caller: Caller) -> str:
    """Return the name of the budget. Two companies here that link to the same company there share one."""
    remote = caller.remote
    if remote is None:
        return f"here:{caller.company_id}"
    if remote.company_id is None:
        return f"link:{remote.connection_id}"
    return f"{remote.base_url}:{remote.company_id}"


def person_of(caller: Caller) -> str:
    return f"c{caller.consumer_id}" if caller.user_id is None else f"u{caller.user_id}"


class Budget:
    """The budget of one company, in one event loop."""

    def __init__(self, name: str, limit: int, shared: SharedBuckets | None = None) -> None:
        self.configured = self._limit = limit
        self._name, self._shared, self._bucket = name, shared, Bucket()
        self._heard: Heard | None = None
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._arrived = asyncio.Event()
        self._opens_at = 0.0  # no token is available earlier
        self._serving: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[Grant | None] | None = None

    def spend_now(self, person: str) -> bool:
        """Take a token of this process if this person may have one now.

        Waiting calls of the person come first.
        """
        if person in self._waiting or (self._shared is not None and self._shared.is_up):
            return False
        return self._take_here([person]).turn is not None

    async def spend(self, person: str, seconds: float) -> None:
        """Wait for a token, at most `seconds`. The RateLimited says when to try again."""
        if person not in self._waiting:
            grant = await self._take([person])
            if grant.turn is not None:
                return
            if grant.wait > seconds:
                raise self._refusal(person)
        queue = self._waiting.setdefault(person, deque())
        if len(queue) >= self.configured:
            raise self._refusal(person)
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        self._arrived.set()
        if self._serving is None or self._serving.done():
            self._serving = asyncio.ensure_future(self._serve())
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await turn
        except TimeoutError:
            raise self._refusal(person) from None
        finally:
            self._leave(person, turn)

    def has_plenty(self) -> bool:
        """Say whether nobody waits and half of what may be sent at once is there.

        With Redis this process knows only what the upstream said about its own count.
        """
        return not self._waiting and self._bucket.is_half_full(self._pace_here())

    def hear(self, status: int, headers: Mapping[str, str]) -> None:
        """Note what an answer says about the company's count, in its headers or by a refusal."""
        left = 0.0 if status in (406, 429) else first_number(headers, REMAINING_HEADERS)
        if left is None:
            return
        heard = Heard(max(0, int(left)), time.monotonic() + wait_seconds(headers))
        self._bucket.note(heard)
        if self._shared is not None:
            self._heard = heard  # sent with the next request to Redis; a refusal is sent at once
            if not heard.left and self._shared.is_up and (self._telling is None or self._telling.done()):
                self._telling = asyncio.ensure_future(
                    self._shared.take(self._name, Pace(self._limit), [], heard)
                )
        limit = first_number(headers, LIMIT_HEADERS)
        if limit is not None and limit >= 1:
            self._limit = int(min(limit, self.configured))

    async def _take(self, people: list[str]) -> Grant:
        if self._shared is not None and self._shared.is_up:
            heard, self._heard = self._heard, None
            grant = await self._shared.take(self._name, Pace(self._limit), people, heard)
            if grant is not None:
                self._opens_at = 0.0 if grant.turn is not None else time.monotonic() + grant.wait
                return grant
        return self._take_here(people)

    def _take_here(self, people: list[str]) -> Grant:
        grant = self._bucket.take(self._pace_here(), people)
        self._opens_at = 0.0 if grant.turn is not None else time.monotonic() + grant.wait
        return grant

    def _pace_here(self) -> Pace:
        """Return the pace of this process: without a count for all, the limit is divided among them."""
        return Pace(max(1, self._limit // max(1, settings.WORKERS)))

    async def _serve(self) -> None:
        """Give tokens to waiting calls, one person after another, until none is left."""
        while self._waiting:
            people = list(self._waiting)[:MOST_ASKED_FOR]
            self._arrived.clear()
            grant = await self._take(people)
            if grant.turn is not None:
                self._give(people[grant.turn])
                continue
            try:
                async with asyncio.timeout(min(grant.wait, LONGEST_SLEEP)):
                    await self._arrived.wait()
            except TimeoutError:
                pass

    def _give(self, person: str) -> None:
        queue = self._waiting.get(person)
        while queue:
            turn = queue.popleft()
            if not turn.done():
                turn.set_result(None)
                break
        if queue:
            self._waiting.move_to_end(person)
        else:
            self._waiting.pop(person, None)

    def _leave(self, person: str, turn: asyncio.Future[None]) -> None:
        queue = self._waiting.get(person)
        if queue is not None:
            if turn in queue:
                queue.remove(turn)
            if not queue:
                del self._waiting[person]

    def _refusal(self, person: str) -> RateLimited:
        """Build the refusal.

        Its wait ends with the next token or with the person's own queue, whichever is later.
        """
        before = len(self._waiting.get(person, ())) * len(self._waiting)
        seconds = max(self._opens_at - time.monotonic(), before / Pace(self._limit).per_second)
        return out_of_budget(int(min(LONGEST_WAIT_SECONDS, max(1, math.ceil(seconds)))))
