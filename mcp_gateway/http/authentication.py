"""Bearer token to caller, once per call: RFC 6750, RFC 9728, docs/reference/mcp.md#resource-server.

A caller is kept in this process for at most a second, counted from before the question, so
whatever is revoked, disabled or narrowed is out everywhere within that second, with no message
between processes.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from consumers.digests import Prefix, digest, is_shaped
from consumers.oauth import token_info
from mcp_gateway.calls.caller import READ_SCOPE, WRITE_SCOPE, Caller
from mcp_gateway.calls.fresh_connection import once_more
from mcp_gateway.calls.tool import DEFAULT_TOOLSET

logger = logging.getLogger(__name__)
security = logging.getLogger("security")

KEEP_SECONDS = 1.0
MOST_KEPT = 10_000
LONGEST_HEADER = 4096

_lookups = ThreadPoolExecutor(4, thread_name_prefix="authentication")
# Of its own: a write that waits for the database must not hold up a question.
_touches = ThreadPoolExecutor(1, thread_name_prefix="last-use")
_kept: dict[str, tuple[float, Caller | None]] = {}
_under_way: dict[tuple[asyncio.AbstractEventLoop, str], asyncio.Future[Caller | None]] = {}
_touching: set[tuple[int, int | None]] = set()
_touching_lock = threading.Lock()


class Unauthorized(Exception):
    """No caller: HTTP 401 with `challenge()`. An error is named only where a token was shown."""

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
    """The database did not answer: HTTP 503, so that nobody throws a good token away."""


def insufficient_scope_challenge(scopes: Iterable[str]) -> str:
    """For HTTP 403: `scopes` is everything that the call needs (RFC 6750 §3.1)."""
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


async def authenticate(authorization: bytes | str | None) -> Caller:
    """The caller behind an Authorization header. Raises Unauthorized or Unavailable."""
    key = _digest_in(authorization)
    kept = _kept.get(key)
    if kept is not None and kept[0] > time.monotonic():
        return _known(kept[1])
    loop = asyncio.get_running_loop()
    question = _under_way.get((loop, key))
    if question is None:  # calls that arrive together ask once
        question = loop.run_in_executor(_lookups, _look_up, key)
        _under_way[loop, key] = question
        question.add_done_callback(lambda _done: _under_way.pop((loop, key), None))
    return _known(await asyncio.shield(question))


def authenticate_now(authorization: bytes | str | None) -> Caller:
    """The same without an event loop, and without what is kept."""
    return _known(_ask(_digest_in(authorization))[0])


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


def _look_up(key: str) -> Caller | None:
    """In a thread of `_lookups`."""
    asked_at = time.monotonic()
    try:
        caller, left = once_more(lambda: _ask(key))
    except (OperationalError, InterfaceError) as error:
        connection.close()
        raise Unavailable from error
    finally:
        if connection.vendor != "sqlite":
            connection.close()  # back to the pool
    _keep(key, asked_at + min(KEEP_SECONDS, left), caller)
    return caller


def _ask(key: str) -> tuple[Caller | None, float]:
    """The caller, and for how many seconds the token is still good."""
    found = token_info.resolve_digest(key, settings.MCP_RESOURCE)
    if found is None:
        security.warning("mcp token refused digest=%s", key[:12])
        return None, KEEP_SECONDS
    if token_info.is_due(found):
        _touch_soon(found)
    who = found.principal
    caller = Caller(
        company_id=who.company_id,
        company_name=who.company_name,
        language=who.language,
        time_zone=who.time_zone,
        currency=who.currency,
        rights=who.rights,
        group_name=who.group_name,
        user_id=who.user_id,
        user_name=who.user_name,
        user_email=who.user_email,
        own_work_orders_only=who.own_work_orders_only,
        consumer_id=found.consumer_id,
        consumer_name=found.consumer_name,
        scopes=found.scopes,
        narrowed_to_group_id=found.limiting_group_id,
        authorization_id=found.authorization_id,
        remote=found.remote,
        toolsets=found.toolsets | {DEFAULT_TOOLSET},
    )
    return caller, (found.expires - timezone.now()).total_seconds()


def _keep(key: str, until: float, caller: Caller | None) -> None:
    if len(_kept) >= MOST_KEPT:
        now = time.monotonic()
        for old in [name for name, (end, _caller) in list(_kept.items()) if end <= now]:
            _kept.pop(old, None)
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
    _kept[key] = (until, caller)


def _touch_soon(found: token_info.TokenInfo) -> None:
    """Note the last use after the answer is under way; once at a time for each connection."""
    name = (found.consumer_id, found.authorization_id)
    with _touching_lock:
        if name in _touching:
            return
        _touching.add(name)
    _touches.submit(_touch, name, found)


def _touch(name: tuple[int, int | None], found: token_info.TokenInfo) -> None:
    try:
        token_info.record_use(found)
    finally:
        connection.close()
        with _touching_lock:
            _touching.discard(name)
