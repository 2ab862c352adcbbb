"""Sends requests; the only module of the gateway that knows an HTTP client library.

There are two engines with one interface: pooled connections here, and in process for the embedded API
(`in_process.py`).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings
from yarl import URL

from connections.remote_api import RemoteApi
from consumers.outbound.addresses import is_reachable
from mcp_gateway.calls.errors import InvalidArguments
from mcp_gateway.upstream.envelope import Answer

BODY_LIMIT = 4 * 1024 * 1024
CONNECT_SECONDS = 5.0
POOL_SIZE = 100
Query = Mapping[str, str | int | bool | None]


class NotSent(Exception):
    """No connection was made, so the request had no effect."""


class NoAnswer(Exception):
    """The request may have been carried out, but its answer is missing."""


class TooLarge(Exception):
    """The answer exceeds the size limit."""


class Engine(Protocol):
    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer: ...

    async def close(self) -> None: ...


class Remote:
    """Sends requests over one connection pool, without cookies, environment proxies and redirects."""

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=POOL_SIZE, resolver=resolver),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
            trust_env=False,
        )
        # The library would repeat a PUT whose connection broke. It has no public switch for that;
        # tests/gateway/upstream checks it.
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
    """Refuses host names that resolve into our own network, since companies choose the host of their API."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        if not all(is_reachable(entry["host"]) for entry in found):
            raise OSError("an address of an inner network")
        return found


class Engines:
    """The engines of one event loop, since a connection pool belongs to the loop that created it.

    `embedded` makes the engine of the embedded API.
    """

    def __init__(self, embedded: Callable[[], Engine]) -> None:
        self._embedded = embedded
        self._engines: dict[str, Engine] = {}

    def of(self, remote: RemoteApi | None) -> Engine:
        kind = "fracttal_one" if remote else "another_instance" if settings.UPSTREAM_URL else "here"
        engine = self._engines.get(kind)
        if engine is None:
            engine = self._embedded() if kind == "here" else Remote(ReachableOnly() if remote else None)
            self._engines[kind] = engine
        return engine

    async def close(self) -> None:
        for engine in self._engines.values():
            await engine.close()
        self._engines.clear()


NO_CODE = (
    "One of the arguments cannot be the code of a record: a code is not empty, not dots alone, and has no "
    "null character. Give it as the lists show it."
)


def build_url(segments: Sequence[str], query: Query | None = None, remote: RemoteApi | None = None) -> str:
    """Build a URL below the API. Each segment is fully quoted, so that a code cannot change the path."""
    base = remote.base_url if remote else settings.UPSTREAM_URL or "http://embedded/api"
    for segment in segments:
        if segment in {"", ".", ".."} or "\x00" in segment:
            raise InvalidArguments(NO_CODE)
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
        raise InvalidArguments(NO_CODE)
    # a code that ends with a slash needs another one, which the server removes
    if segments[-1].endswith("/"):
        url += "/"
    given = {name: _written(value) for name, value in (query or {}).items() if value is not None}
    return f"{url}?{urlencode(given)}" if given else url


def _written(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
