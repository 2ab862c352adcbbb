"""The upstream as tools see it: reads are retried, writes are sent once, and one deadline covers everything.

Each request waits for a token of the company's budget and carries the caller's own credential.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from django.conf import settings

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import (
    GatewayError,
    OutcomeUnknown,
    UpstreamNotUnderstood,
    UpstreamTimeout,
    UpstreamUnavailable,
    WrongCompany,
)
from mcp_gateway.upstream import caller_limits
from mcp_gateway.upstream.budget import Budget, Budgets, person_of
from mcp_gateway.upstream.credentials import Account, Credentials, KeptCredentials
from mcp_gateway.upstream.envelope import (
    IN_ITS_PLACE,
    LOST_WRITE,
    Answer,
    Envelope,
    from_another_company,
    is_envelope,
    lacks_permission,
    not_permitted,
    understood,
)
from mcp_gateway.upstream.gaps import Gaps
from mcp_gateway.upstream.http import Engine, Engines, NoAnswer, NotSent, Query, TooLarge, build_url
from mcp_gateway.upstream.joined import JoinedReads
from mcp_gateway.upstream.reference_cache import ReferenceCache, is_kept

security = logging.getLogger("security")

RETRIES = 2
ATTEMPT_SHARE = 0.4  # of the usual deadline, so that a read that hangs leaves time for another
QUEUE_SHARE = 0.8  # of the remaining deadline, so that time for the request itself remains
SPENT_SECONDS = 0.05  # with less time than this, another attempt cannot finish


class UpstreamRuntime:
    """The state that upstream calls of one event loop share."""

    def __init__(self, kept: KeptCredentials, embedded: Callable[[], Engine]) -> None:
        self.engines = Engines(embedded)
        self.budgets = Budgets()
        self.credentials = Credentials(kept)
        self.reads = JoinedReads()
        self.references = ReferenceCache()

    async def close(self) -> None:
        await self.budgets.close()
        await self.engines.close()


class Upstream:
    """The upstream for one caller and one call, with the caller's credential and one deadline.

    `seconds` is the time for all requests of the call together.
    """

    def __init__(self, caller: Caller, shared: UpstreamRuntime, seconds: float) -> None:
        self.seconds = seconds
        self.calls = 0
        self.may_have_written = False  # a write was sent and was not refused
        self.gaps = Gaps()  # what the reads of this call had to leave out
        self._caller = caller
        self._shared = shared
        self._budget: Budget | None = None
        self._deadline = time.monotonic() + seconds

    @property
    def may_pass_over_filters(self) -> bool:
        """Return whether a filter may have no effect.

        Fracttal One returns and counts everything if it does not know a filter
        (docs/reference/fracttal-api.md#general-behaviour). The embedded service applies each filter.
        """
        return self._caller.remote is not None

    async def account(self) -> Account:
        """Return the account that the caller uses upstream: the linked one, or the person's own e-mail."""
        return await self._shared.credentials.account_of(self._caller)

    async def get(self, segments: Sequence[str], query: Query | None = None) -> Envelope:
        """Read a resource. An unknown record gives an empty answer, as does an unknown filter value."""
        envelope = await self._get(segments, query)
        return replace(envelope, resource=segments[0], gaps=self.gaps)

    async def _get(self, segments: Sequence[str], query: Query | None) -> Envelope:
        url = self._url(segments, query)
        cache = self._shared.references
        if not is_kept(segments):
            return understood(await self._joined(url), is_write=False)
        kept = cache.get(self._caller, segments[0], url)
        if kept is not None:
            # a caller who lost the credential gets no cached answer either
            await self._shared.credentials.of(self._caller)
            return understood(kept, is_write=False)
        writes = cache.writes
        answer = await self._joined(url)
        envelope = understood(answer, is_write=False)
        _ = envelope.entries  # raises: an unreadable answer is not cached
        cache.put(self._caller, segments[0], url, answer, writes)
        return envelope

    async def put(
        self,
        segments: Sequence[str],
        body: Mapping[str, Any],
        query: Query | None = None,
        *,
        bare: str | None = None,
    ) -> Envelope:
        """Send a PUT. For `bare` see `understood`."""
        return await self._write("PUT", segments, query, body, bare)

    async def post(self, segments: Sequence[str], body: Mapping[str, Any]) -> Envelope:
        return await self._write("POST", segments, None, body)

    async def _joined(self, url: str) -> Answer:
        return await self._shared.reads.joined(self._caller, url, self._left(), self._read)

    async def _read(self, url: str) -> Answer:
        """Read, and retry after a broken connection or a server error, but never beyond the deadline."""
        for attempt in range(RETRIES + 1):
            last = attempt == RETRIES
            await self._turn()
            try:
                async with asyncio.timeout(settings.UPSTREAM_DEADLINE_SECONDS * ATTEMPT_SHARE):
                    answer = await self._authorized("GET", url, None)
            except TooLarge:
                raise UpstreamNotUnderstood("The answer of Fracttal One is too large.") from None
            except (NotSent, NoAnswer):
                if last:
                    raise UpstreamUnavailable(
                        "Fracttal One could not be reached. Try again in a moment."
                    ) from None
            except TimeoutError:
                if last:
                    raise UpstreamTimeout("Fracttal One took too long. Narrow the question.") from None
            else:
                if answer.status < 500 or last:
                    return answer
            pause = random.uniform(0.05, 0.25) * 2**attempt  # noqa: S311 - spreads retries
            if self._left() < pause + SPENT_SECONDS:
                raise UpstreamTimeout("Fracttal One took too long. Try again in a moment.")
            await asyncio.sleep(pause)
        raise AssertionError  # the last attempt returns or raises

    async def _write(
        self,
        method: str,
        segments: Sequence[str],
        query: Query | None,
        body: Mapping[str, Any],
        bare: str | None = None,
    ) -> Envelope:
        """Send a write once. If its outcome is uncertain, raise OutcomeUnknown."""
        url = self._url(segments, query)
        await self._turn()
        if self._left() < SPENT_SECONDS:
            raise UpstreamTimeout("The time ran out before anything was written. Try again.")
        before, self.may_have_written = self.may_have_written, True
        try:
            answer = await self._authorized(method, url, orjson.dumps(body))
            return understood(answer, is_write=True, bare=bare)
        except NotSent:
            self.may_have_written = before
            raise UpstreamUnavailable(
                "Fracttal One could not be reached; nothing was written. Try again in a moment."
            ) from None
        except (NoAnswer, TooLarge, TimeoutError):
            raise OutcomeUnknown(LOST_WRITE) from None
        except (OutcomeUnknown, WrongCompany):
            raise
        except GatewayError:  # refused: nothing was written
            self.may_have_written = before
            raise
        finally:
            self._shared.reads.wrote()
            self._shared.references.forget(self._caller, segments[0])

    async def _authorized(self, method: str, url: str, body: bytes | None) -> Answer:
        """Send a request with the caller's credential. After a 401, send it once more with a fresh one.

        The refused request had no effect, so repeating it is safe for writes too.
        """
        remote = self._caller.remote
        refused = ""
        for attempt in range(2):
            if attempt:
                await self._turn()
            token = await self._credential(refused)
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
            if body is not None:
                headers["Content-Type"] = "application/json"
            self.calls += 1
            async with asyncio.timeout(max(0.0, self._left())):
                answer = await self._shared.engines.of(remote).send(method, url, headers, body)
            if self._budget is not None:
                self._budget.hear(answer.status, answer.headers)
            if answer.status != 401:
                if remote and from_another_company(answer, remote.company_id):
                    security.warning("answer of another company connection=%d", remote.connection_id)
                    raise WrongCompany(
                        "Fracttal One answered with records of another company, so they are not shown. An "
                        "administrator has to check the API connection."
                    )
                return answer
            if lacks_permission(answer):
                raise not_permitted()
            refused = token
        if not is_envelope(answer):
            raise UpstreamUnavailable(IN_ITS_PLACE)
        raise await self._shared.credentials.not_accepted(self._caller, refused)

    async def _credential(self, refused: str) -> str:
        if self._caller.remote is None:  # created here without waiting
            return await self._shared.credentials.of(self._caller, refused)
        try:
            async with asyncio.timeout(max(0.0, self._left())):
                return await self._shared.credentials.of(self._caller, refused)
        except TimeoutError:  # the refresh took too long
            raise NotSent from None

    def _url(self, segments: Sequence[str], query: Query | None = None) -> str:
        caller_limits.check(self._caller, segments)
        return build_url(segments, query, self._caller.remote)

    async def _turn(self) -> None:
        """Spend one request of the company's budget, now or after waiting with the company's other people."""
        self._budget = self._shared.budgets.of(self._caller)
        if self._budget is not None:
            person = person_of(self._caller)
            if not self._budget.spend_now(person):
                await self._budget.spend(person, self._left() * QUEUE_SHARE)

    def _left(self) -> float:
        return self._deadline - time.monotonic()
