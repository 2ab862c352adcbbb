"""The way to the upstream, and the only module that knows an HTTP client library.

Two engines behind one call: in process for the embedded API, pooled connections for a remote one.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import time
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit
from weakref import WeakKeyDictionary

import aiohttp
import httpx
import orjson
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from yarl import URL

from consumers.upstream_accounts.addresses import is_reachable
from consumers.upstream_accounts.remote_api import RemoteApi
from mcp_gateway.caller import Caller
from mcp_gateway.errors import (
    GatewayError,
    InvalidArguments,
    NotPermitted,
    OutcomeUnknown,
    UpstreamNotUnderstood,
    UpstreamTimeout,
    UpstreamUnavailable,
    WrongCompany,
)
from mcp_gateway.upstream import budget, credentials, joined, reference_cache
from mcp_gateway.upstream.credentials import Account
from mcp_gateway.upstream.envelope import (
    LOST_WRITE,
    Answer,
    Envelope,
    from_another_company,
    lacks_permission,
    not_permitted,
    understood,
)

security = logging.getLogger("security")

BODY_LIMIT = 4 * 1024 * 1024
RETRIES = 2
ATTEMPT_SHARE = 0.4  # of the deadline, so that a read that hangs leaves time for another
CONNECT_SECONDS = 5.0
POOL_SIZE = 100
QUEUE_SHARE = 0.8  # of what is left of the deadline, so that time to ask remains
SPENT_SECONDS = 0.05  # with less than this left, another try cannot end
RECORDS = frozenset(
    {
        "work-orders",
        "assets",
        "work-requests",
        "meters",
        "people",
        "warehouses",
        "stock-items",
        "third-parties",
    }
)

Query = Mapping[str, str | int | bool | None]


class NotSent(Exception):
    """No connection was made: the request surely had no effect."""


class NoAnswer(Exception):
    """The request may have been carried out; its answer is missing."""


class TooLarge(Exception):
    """The answer goes on after the limit."""


class Engine(Protocol):
    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer: ...

    async def close(self) -> None: ...


@cache
def _application() -> Any:  # Django and httpx name the types of ASGI differently
    return ASGIHandler()


class InProcess:
    """The embedded API, without a socket."""

    def __init__(self) -> None:
        transport = httpx.ASGITransport(app=_application(), raise_app_exceptions=False)
        host = {"Host": urlsplit(settings.PUBLIC_URL).netloc}
        # The deadline is ours.
        self._client = httpx.AsyncClient(transport=transport, headers=host, timeout=None)  # noqa: S113
        self._running: set[asyncio.Task[httpx.Response]] = set()

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        # Who stops waiting does not stop the API half-way: it ends as it would behind a socket.
        task = asyncio.ensure_future(
            self._client.request(method, url, headers=dict(headers), content=body, follow_redirects=False)
        )
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        answer = await asyncio.shield(task)
        if len(answer.content) > BODY_LIMIT:
            raise TooLarge
        return Answer(answer.status_code, answer.headers, answer.content)

    async def close(self) -> None:
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._client.aclose()


class Remote:
    """One pool of connections. No cookies, no proxies of the environment, no redirects."""

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=POOL_SIZE, resolver=resolver),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            trust_env=False,
        )
        # The library would send a PUT again whose connection broke. It has no public switch for
        # that; tests/upstream keeps watch.
        self._session._retry_connection = False

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        try:
            async with self._session.request(
                method, URL(url, encoded=True), headers=headers, data=body, allow_redirects=False
            ) as answer:
                content = bytearray()
                async for part in answer.content.iter_chunked(64 * 1024):
                    content += part
                    if len(content) > BODY_LIMIT:
                        answer.close()
                        raise TooLarge
                received = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status, received, bytes(content))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent from error
        except (aiohttp.ClientError, OSError) as error:
            raise NoAnswer from error

    async def close(self) -> None:
        await self._session.close()


class ReachableOnly(aiohttp.ThreadedResolver):
    """A company names the host of its API: no name may lead into our own network."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        if not all(is_reachable(entry["host"]) for entry in found):
            raise OSError("an address of an inner network")
        return found


_engines: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Engine]] = WeakKeyDictionary()


def _engine(remote: RemoteApi | None) -> Engine:
    """The engine of the running loop: a pool belongs to the loop it was made in."""
    kinds = _engines.setdefault(asyncio.get_running_loop(), {})
    kind = "fracttal_one" if remote else "another_instance" if settings.UPSTREAM_URL else "here"
    if kind not in kinds:
        kinds[kind] = InProcess() if kind == "here" else Remote(ReachableOnly() if remote else None)
    return kinds[kind]


async def start() -> None:
    """For the process lifespan: makes the engine before the first call."""
    _engine(None)


async def stop() -> None:
    await budget.stop()
    for engine in _engines.pop(asyncio.get_running_loop(), {}).values():
        await engine.close()


def check_narrowing(caller: Caller, segments: Sequence[str]) -> None:
    """Fracttal One narrows work orders by the account's profile there and not for us: never show more
    than a permission group here promises."""
    narrowed = caller.remote is not None and caller.own_work_orders_only
    if narrowed and segments and segments[0].startswith(("work_order", "wo_")):
        raise NotPermitted(
            "This connection is limited to own work orders, which only the profile of an account at "
            "Fracttal One can do. An administrator has to choose a permission group here without that limit."
        )


def build_url(segments: Sequence[str], query: Query | None = None, remote: RemoteApi | None = None) -> str:
    """An address below the API: each segment is quoted whole, so that none can leave its place."""
    base = remote.base_url if remote else settings.UPSTREAM_URL or "http://embedded/api"
    for segment in segments:
        if segment in {"", ".", ".."} or "\x00" in segment:
            raise InvalidArguments("That is not the code of a record.")
    path = "/".join(quote(segment, safe="") for segment in segments)
    url = f"{base}/{path}"
    built, root = urlsplit(url), urlsplit(base)
    if (
        not segments
        or (built.scheme, built.netloc) != (root.scheme, root.netloc)
        or not built.path.startswith(f"{root.path}/")
        or built.path.count("/") != root.path.count("/") + len(segments)
        or built.query
        or built.fragment
    ):
        raise InvalidArguments("That is not the code of a record.")
    given = {name: _written(value) for name, value in (query or {}).items() if value is not None}
    return f"{url}?{urlencode(given)}" if given else url


def _written(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class Upstream:
    """The upstream for one caller and one call: own credential, one deadline over everything."""

    def __init__(self, caller: Caller) -> None:
        self.calls = 0
        self.may_have_written = False  # a write was sent and was not refused
        self._caller = caller
        self._budget: budget.Budget | None = None
        self._deadline = time.monotonic() + settings.UPSTREAM_DEADLINE_SECONDS

    @classmethod
    def for_caller(cls, caller: Caller) -> Upstream:
        return cls(caller)

    async def account(self) -> Account:
        """Whose account upstream this caller uses: the linked one, or the person's own e-mail."""
        return await credentials.account_of(self._caller)

    @staticmethod
    def link(kind: str, identifier: str | int) -> str:
        """The page of a record, for people."""
        assert kind in RECORDS
        return f"{settings.PUBLIC_URL}/records/{kind}/{quote(str(identifier), safe='')}"

    async def get(self, segments: Sequence[str], query: Query | None = None) -> Envelope:
        """An unknown record is an empty answer, as an unknown filter value is."""
        url = self._url(segments, query)
        cache = reference_cache.reference_cache(segments)
        if cache is None:
            return understood(await self._joined(url), is_write=False)
        kept = cache.get(self._caller, segments[0], url)
        if kept is not None:
            await credentials.credential_for(self._caller)  # who has lost theirs gets nothing kept either
            return understood(kept, is_write=False)
        writes = cache.writes
        answer = await self._joined(url)
        envelope = understood(answer, is_write=False)
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
        """`bare`: see `understood`."""
        return await self._write("PUT", segments, query, body, bare)

    async def post(self, segments: Sequence[str], body: Mapping[str, Any]) -> Envelope:
        return await self._write("POST", segments, None, body)

    async def _joined(self, url: str) -> Answer:
        return await joined.joined(self._caller, url, self._left(), self._read)

    async def _read(self, url: str) -> Answer:
        """Tried again after a broken connection or an error there, never past the deadline."""
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
        """Sent once. Whatever leaves its outcome open is said to be open."""
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
            joined.wrote()
            reference_cache.forget(self._caller, segments[0])

    async def _authorized(self, method: str, url: str, body: bytes | None) -> Answer:
        """One fresh credential after a 401: the request was refused, so it may be sent again."""
        remote = self._caller.remote
        refused = ""
        for attempt in range(2):
            if attempt:
                await self._turn()
            try:
                async with asyncio.timeout(max(0.0, self._left())):
                    token = await credentials.credential_for(self._caller, refused)
            except TimeoutError:  # while it was renewed
                raise NotSent from None
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
            if body is not None:
                headers["Content-Type"] = "application/json"
            self.calls += 1
            async with asyncio.timeout(max(0.0, self._left())):
                answer = await _engine(remote).send(method, url, headers, body)
            if self._budget is not None:
                self._budget.hear(answer.status, answer.headers)
            if answer.status != 401:
                if remote and from_another_company(answer, remote.company_id):
                    security.warning("answer of another company connection=%d", remote.connection_id)
                    raise WrongCompany(
                        "Fracttal One answered with records of another company, so they are not shown. "
                        "An administrator has to look at the API connection."
                    )
                return answer
            if lacks_permission(answer):
                raise not_permitted()
            refused = token
        raise await credentials.not_accepted(self._caller, refused)

    def _url(self, segments: Sequence[str], query: Query | None = None) -> str:
        check_narrowing(self._caller, segments)
        return build_url(segments, query, self._caller.remote)

    async def _turn(self) -> None:
        """One request of the company's budget: at once, or in turn with the company's other people."""
        self._budget = budget.budget_of(self._caller)
        if self._budget is not None:
            person = budget.person_of(self._caller)
            if not self._budget.spend_now(person):
                await self._budget.spend(person, self._left() * QUEUE_SHARE)

    def _left(self) -> float:
        return self._deadline - time.monotonic()
