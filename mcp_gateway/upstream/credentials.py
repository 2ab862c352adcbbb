"""What we show upstream for a caller: a credential of the caller's own.

For the embedded API a token of a few minutes; for Fracttal One that of the account the person linked,
or of the company's own consumer there. Never the bearer token that the assistant showed us.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import DatabaseError, connection

from connections import refresh as access
from connections.remote_api import RemoteApi
from connections.token_requests import ConsumerRefused, Unavailable
from maintenance.tokens import mint_user_token
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import GatewayError, NotConnected, UpstreamUnavailable
from mcp_gateway.calls.questions import Question

LIFETIME_SECONDS = 300
SPARE_SECONDS = 30
LARGEST = 10_000
# A linked account's token is looked up again after this, so that an unlinked one is out within it.
KEEP_SECONDS = 1.0
LINK_PATH = "/profile/fracttal-one/"
REFRESHES_AT_ONCE = 4  # of one company, so that its slow token endpoint holds up no other

_Key = tuple[int, int | None, int | None, bool]
_Linked = tuple[int, int | None]
K = TypeVar("K")
T = TypeVar("T")

_kept: OrderedDict[_Key, tuple[float, str]] = OrderedDict()
_linked: OrderedDict[_Linked, tuple[float, str]] = OrderedDict()
_under_way: dict[tuple[asyncio.AbstractEventLoop, _Linked, str], asyncio.Task[str]] = {}
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, asyncio.Semaphore]] = WeakKeyDictionary()
_lookups = ThreadPoolExecutor(4, thread_name_prefix="linked-account")
_refreshes = ThreadPoolExecutor(16, thread_name_prefix="refresh")


@dataclass(frozen=True, slots=True)
class Account:
    """By its number where that is known, or else by its e-mail; `said` where it is more than a guess."""

    id: int | None = None
    email: str = ""
    said: bool = True


async def credential_for(caller: Caller, refused: str = "") -> str:
    """The caller's upstream token; `refused` is the last one, if the upstream did not accept it."""
    if caller.remote is None:
        return embedded_credential(caller, fresh=bool(refused))
    return await _linked_credential(caller, caller.remote, refused)


async def account_of(caller: Caller) -> Account:
    """Of a linked account what Fracttal One said of it; where it said nothing, the person's own e-mail."""
    if caller.remote is None or caller.user_id is None:
        return Account(email=caller.user_email)
    remote, user_id = caller.remote, caller.user_id
    said = await _in_thread(_lookups, partial(access.account_of_person, remote.connection_id, user_id))
    account_id, email = said or (None, "")
    if account_id is None and not email:
        return Account(email=caller.user_email, said=False)
    return Account(account_id, email)


async def not_accepted(caller: Caller, refused: str) -> GatewayError:
    """A second credential was refused too: that link is dead, and the person is told once and for all."""
    if caller.remote is not None and caller.user_id is not None:
        remote, user_id = caller.remote, caller.user_id
        _linked.pop((remote.connection_id, user_id), None)
        await _in_thread(_lookups, partial(access.mark_dead, remote.connection_id, user_id, refused))
    elif caller.remote is not None:
        _linked.pop((caller.remote.connection_id, None), None)
        access.forget_program(caller.remote.connection_id, refused)
    return _reconnect(caller)


def embedded_credential(caller: Caller, *, fresh: bool = False) -> str:
    key = (caller.company_id, caller.user_id, caller.narrowed_to_group_id, not caller.may_write)
    kept = _kept.get(key)
    if kept is not None and not fresh and kept[0] > time.monotonic():
        return kept[1]
    company_id, user_id, group_id, read_only = key
    if user_id is None and group_id is None:
        raise NotConnected("This connection has neither a person nor a permission group in Fracttal One.")
    token = mint_user_token(
        company_id=company_id,
        user_id=user_id,
        group_id=group_id,
        read_only=read_only,
        lifetime_seconds=LIFETIME_SECONDS,
    )
    _keep(_kept, key, LIFETIME_SECONDS - SPARE_SECONDS, token)
    return token


async def _linked_credential(caller: Caller, remote: RemoteApi, refused: str) -> str:
    if remote.company_id is None:
        raise NotConnected(
            "The connection to Fracttal One is not finished: an administrator has to test it under "
            "Configuration > API connections > API connection."
        )
    key = (remote.connection_id, caller.user_id)
    kept = _linked.get(key)
    if kept is not None and kept[1] != refused and kept[0] > time.monotonic():
        return kept[1]
    # Calls of one person that arrive together ask once.
    name = (asyncio.get_running_loop(), key, refused)
    task = _under_way.get(name)
    if task is None:
        task = _under_way[name] = asyncio.ensure_future(_ask(remote, caller.user_id, refused))
        task.add_done_callback(
            lambda done: (_under_way.pop(name, None), done.cancelled() or done.exception())
        )
    try:
        return await asyncio.shield(task)
    except access.NotLinked:
        raise _not_linked(caller) from None
    except access.LinkDead:
        raise _reconnect(caller) from None
    except ConsumerRefused:
        raise NotConnected(
            "Fracttal One does not accept the key of this company's API connection. An administrator "
            "has to check it under Configuration > API connections > API connection."
        ) from None
    except Unavailable as error:
        raise _unavailable(caller, error.refused_with) from None
    except DatabaseError:
        raise _unavailable(caller) from None


async def _ask(remote: RemoteApi, user_id: int | None, refused: str) -> str:
    asked_at = time.monotonic()
    token: str | None = None
    if user_id is not None:
        look = partial(access.kept_token_of_person, remote.connection_id, user_id, refused)
        token = await _in_thread(_lookups, look)
    if token is None:
        get = (
            partial(access.token_of_program, remote.connection_id, refused)
            if user_id is None
            else partial(access.token_of_person, remote.connection_id, user_id, refused)
        )
        turns = _turns.setdefault(asyncio.get_running_loop(), {})
        turn = turns.setdefault(remote.connection_id, asyncio.Semaphore(REFRESHES_AT_ONCE))
        async with turn:
            token = await _in_thread(_refreshes, get)
            asked_at = time.monotonic()
    _keep(_linked, (remote.connection_id, user_id), KEEP_SECONDS - (time.monotonic() - asked_at), token)
    return token


async def _in_thread(pool: ThreadPoolExecutor, function: Callable[[], T]) -> T:
    def run() -> T:
        try:
            return function()
        finally:
            if connection.vendor != "sqlite":
                connection.close()  # back to the pool

    return await asyncio.get_running_loop().run_in_executor(pool, run)


def _keep(kept: OrderedDict[K, tuple[float, str]], key: K, seconds: float, token: str) -> None:
    kept[key] = (time.monotonic() + seconds, token)
    kept.move_to_end(key)
    while len(kept) > LARGEST:
        kept.popitem(last=False)


def _unavailable(caller: Caller, refused_with: int | None = None) -> UpstreamUnavailable:
    if refused_with is None:
        return UpstreamUnavailable("Fracttal One could not be reached. Try again in a moment.")
    again = "an administrator has to check the API connection"
    if caller.user_id is not None:
        again = f"the person can reconnect at {settings.PUBLIC_URL}{LINK_PATH}"
    return UpstreamUnavailable(
        f"Something answered {refused_with} instead of Fracttal One when this connection was being renewed, "
        "probably a firewall. The connection is kept. Try again in a few minutes; if it happens again, "
        f"{again}."
    )


def _not_linked(caller: Caller) -> NotConnected:
    if caller.user_id is None:
        return NotConnected(
            "This company's API connection has no consumer for programs at Fracttal One. An administrator "
            "can enter one under Configuration > API connections > API connection."
        )
    return _connect_at("This person has not connected an account at Fracttal One yet. Connect it at")


def _reconnect(caller: Caller) -> NotConnected:
    if caller.remote is None or caller.user_id is None:
        return NotConnected("Fracttal One does not accept this connection. Connect again.")
    return _connect_at("Fracttal One no longer accepts this person's connection. Reconnect at")


def _connect_at(sentence: str) -> NotConnected:
    url = settings.PUBLIC_URL + LINK_PATH
    return NotConnected(
        f"{sentence} {url} and try again.", question=Question(about="connection", url=url), connect_url=url
    )
