"""Resolves a bearer token to the caller, once per call.

Sources: RFC 6750, RFC 9728, docs/reference/mcp.md#resource-server. A caller is cached in this process for at
most a second, counted from before the query. Whatever is revoked, disabled or narrowed therefore takes effect
everywhere within that second, without messages between processes.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from consumers.digests import Prefix, digest, is_shaped
from consumers.oauth import token_info, token_uses
from mcp_gateway.calls.caller import READ_SCOPE, WRITE_SCOPE, Caller
from mcp_gateway.calls.fresh_connection import once_more
from mcp_gateway.expiring_cache import ExpiringCache
from mcp_gateway.http.failed_tokens import FailedTokens, TooManyFailures
from mcp_gateway.http.last_use import LastUse
from mcp_gateway.single_flight import SingleFlight

logger = logging.getLogger(__name__)
security = logging.getLogger("security")

KEEP_SECONDS = 1.0
MOST_KEPT = 10_000
LONGEST_HEADER = 4096


class Unauthorized(Exception):
    """No caller: HTTP 401 with `challenge()`. It names an error only if a token was sent."""

    def __init__(self, *, token_shown: bool) -> None:
        super().__init__("invalid token" if token_shown else "no token")
        self.token_shown = token_shown

    def challenge(self, *, reads_only: bool = False) -> str:
        scopes = READ_SCOPE if reads_only else f"{READ_SCOPE} {WRITE_SCOPE}"
        words = [_resource_metadata(), f'scope="{scopes}"']
        if self.token_shown:
            words[:0] = ['error="invalid_token"', 'error_description="The access token is not valid here"']
        return "Bearer " + ", ".join(words)


class Unavailable(Exception):
    """The database did not answer: HTTP 503, so that no client discards a valid token."""


def insufficient_scope_challenge(scopes: Iterable[str]) -> str:
    """Return the challenge for HTTP 403. `scopes` is everything that the call needs (RFC 6750 §3.1)."""
    return "Bearer " + ", ".join(
        (
            'error="insufficient_scope"',
            'error_description="The connection was not approved for this"',
            f'scope="{" ".join(scopes)}"',
            _resource_metadata(),
        )
    )


def _resource_metadata() -> str:
    document = f"{settings.PUBLIC_URL}/.well-known/oauth-protected-resource{settings.MCP_PATH}"
    return f'resource_metadata="{document}"'


class Authentication:
    """Authenticates callers. Tokens are looked up in threads of this process and cached for a second."""

    def __init__(self) -> None:
        # In a tuple, because the result "no caller" is worth caching too.
        self._found: ExpiringCache[str, tuple[Caller | None]] = ExpiringCache(MOST_KEPT)
        self._flights: SingleFlight[Caller | None] = SingleFlight()
        self._lookups = ThreadPoolExecutor(4, thread_name_prefix="authentication")
        self.last_use = LastUse()
        self.failures = FailedTokens()

    async def authenticate(self, authorization: bytes | str | None, address: str = "") -> Caller:
        """Return the caller of an Authorization header.

        Raises Unauthorized, Unavailable, or TooManyFailures for a wrong token of a failing address.
        """
        key = _digest_in(authorization)
        found = self._found.get(key)
        wait = self.failures.wait_of(address)
        if found is None:
            found = (await (self._look_up_in_lane(key, wait) if wait else self._shared(key, self._lookups)),)
        if found[0] is None:
            self.failures.note(address)
            if wait:
                raise TooManyFailures(wait)
        return _known(found[0])

    async def _shared(self, key: str, threads: ThreadPoolExecutor) -> Caller | None:
        loop = asyncio.get_running_loop()
        return await self._flights.run(key, lambda: loop.run_in_executor(threads, self._look_up, key))

    async def _look_up_in_lane(self, key: str, wait: int) -> Caller | None:
        self.failures.enter(wait)
        try:
            return await self._shared(key, self.failures.lane)
        finally:
            self.failures.leave()

    def authenticate_now(self, authorization: bytes | str | None) -> Caller:
        """Authenticate without an event loop and without the cache."""
        return _known(self._ask(_digest_in(authorization))[0])

    def forget(self) -> None:
        self._found.clear()
        self.failures.forget()

    def stop(self) -> None:
        """Record pending uses and end the threads."""
        self.last_use.stop()
        self._lookups.shutdown()
        self.failures.lane.shutdown()

    def _look_up(self, key: str) -> Caller | None:
        """Look up a caller and cache it. Runs in a thread of `_lookups`."""
        asked_at = time.monotonic()
        try:
            caller, left = once_more(lambda: self._ask(key))
        except (OperationalError, InterfaceError) as error:
            connection.close()
            raise Unavailable from error
        finally:
            if connection.vendor != "sqlite":
                connection.close()  # return it to the pool
        self._found.put(key, (caller,), asked_at + min(KEEP_SECONDS, left))
        return caller

    def _ask(self, key: str) -> tuple[Caller | None, float]:
        """Return the caller, and for how many seconds the token remains valid."""
        found = token_info.resolve_digest(key, settings.MCP_RESOURCE)
        if found is None:
            security.warning("mcp token refused digest=%s", key[:12])
            return None, KEEP_SECONDS
        if token_uses.is_due(found):
            self.last_use.note(found)
        return found.caller, (found.expires - timezone.now()).total_seconds()


def _known(caller: Caller | None) -> Caller:
    if caller is None:
        raise Unauthorized(token_shown=True)
    return caller


def _digest_in(authorization: bytes | str | None) -> str:
    if not authorization:
        raise Unauthorized(token_shown=False)
    if len(authorization) > LONGEST_HEADER:
        raise Unauthorized(token_shown=True)
    if isinstance(authorization, bytes):
        authorization = authorization.decode("latin-1")
    scheme, _space, value = authorization.strip(" ").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthorized(token_shown=False)
    value = value.strip(" ")
    if not value:
        raise Unauthorized(token_shown=False)
    if not is_shaped(Prefix.ACCESS_TOKEN, value):
        raise Unauthorized(token_shown=True)
    return digest(value)
