"""What we show upstream for a caller: a credential of the caller's own.

For the embedded API a token of a few minutes; for Fracttal One that of the account the person linked,
or of the company's own consumer there. Never the bearer token that the assistant showed us.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from django.db import DatabaseError, connection

from connections import refresh as access
from connections.linking import link_url
from connections.program_tokens import ProgramTokens
from connections.remote_api import RemoteApi
from connections.token_requests import ConsumerRefused, Unavailable
from maintenance.tokens import mint_user_token
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import GatewayError, NotConnected, UpstreamUnavailable
from mcp_gateway.calls.questions import Question
from mcp_gateway.expiring_cache import ExpiringCache
from mcp_gateway.single_flight import SingleFlight

LIFETIME_SECONDS = 300
SPARE_SECONDS = 30
LARGEST = 10_000
# A linked account's token is looked up again after this, so that an unlinked one is out within it.
KEEP_SECONDS = 1.0
REFRESHES_AT_ONCE = 4  # of one company, so that its slow token endpoint holds up no other

_Key = tuple[int, int | None, int | None, bool]
_Linked = tuple[int, int | None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Account:
    """By its number where that is known, or else by its e-mail; `said` where it is more than a guess."""

    id: int | None = None
    email: str = ""
    said: bool = True


class KeptCredentials:
    """What one process looked up, and the threads in which it does."""

    def __init__(self) -> None:
        self.embedded: ExpiringCache[_Key, str] = ExpiringCache(LARGEST)
        self.programs = ProgramTokens()
        self.linked: ExpiringCache[_Linked, str] = ExpiringCache(LARGEST)
        self.lookups = ThreadPoolExecutor(4, thread_name_prefix="linked-account")
        self.refreshes = ThreadPoolExecutor(16, thread_name_prefix="refresh")

    def stop(self) -> None:
        self.lookups.shutdown()
        self.refreshes.shutdown()


class Credentials:
    """Of one event loop."""

    def __init__(self, kept: KeptCredentials) -> None:
        self._kept = kept
        self._flights: SingleFlight[str] = SingleFlight()
        self._turns: dict[int, asyncio.Semaphore] = {}

    async def of(self, caller: Caller, refused: str = "") -> str:
        """The caller's upstream token; `refused` is the last one, if the upstream did not accept it."""
        if caller.remote is None:
            return self.embedded(caller, fresh=bool(refused))
        return await self._linked_credential(caller, caller.remote, refused)

    async def account_of(self, caller: Caller) -> Account:
        """Of a linked account what Fracttal One said of it, or else the person's own e-mail."""
        if caller.remote is None or caller.user_id is None:
            return Account(email=caller.user_email)
        remote, user_id = caller.remote, caller.user_id
        look = partial(access.account_of_person, remote.connection_id, user_id)
        said = await _in_thread(self._kept.lookups, look)
        account_id, email = said or (None, "")
        if account_id is None and not email:
            return Account(email=caller.user_email, said=False)
        return Account(account_id, email)

    async def not_accepted(self, caller: Caller, refused: str) -> GatewayError:
        """A second credential was refused too: that link is dead, and the person is told once and for all."""
        if caller.remote is not None and caller.user_id is not None:
            remote, user_id = caller.remote, caller.user_id
            self._kept.linked.discard((remote.connection_id, user_id))
            mark = partial(access.mark_dead, remote.connection_id, user_id, refused)
            await _in_thread(self._kept.lookups, mark)
        elif caller.remote is not None:
            self._kept.linked.discard((caller.remote.connection_id, None))
            self._kept.programs.forget(caller.remote.connection_id, refused)
        return _reconnect(caller)

    def embedded(self, caller: Caller, *, fresh: bool = False) -> str:
        key = (caller.company_id, caller.user_id, caller.narrowed_to_group_id, not caller.may_write)
        kept = None if fresh else self._kept.embedded.get(key)
        if kept is not None:
            return kept
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
        self._kept.embedded.put(key, token, time.monotonic() + LIFETIME_SECONDS - SPARE_SECONDS)
        return token

    async def _linked_credential(self, caller: Caller, remote: RemoteApi, refused: str) -> str:
        if remote.company_id is None:
            raise NotConnected(
                "The connection to Fracttal One is not finished: an administrator has to test it under "
                "Configuration > API connections > API connection."
            )
        key = (remote.connection_id, caller.user_id)
        kept = self._kept.linked.get(key)
        if kept is not None and kept != refused:
            return kept
        try:  # calls of one person that arrive together ask once
            return await self._flights.run((key, refused), lambda: self._ask(remote, caller.user_id, refused))
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

    async def _ask(self, remote: RemoteApi, user_id: int | None, refused: str) -> str:
        asked_at = time.monotonic()
        token: str | None = None
        if user_id is not None:
            look = partial(access.kept_token_of_person, remote.connection_id, user_id, refused)
            token = await _in_thread(self._kept.lookups, look)
        if token is None:
            get = (
                partial(self._kept.programs.get, remote.connection_id, refused)
                if user_id is None
                else partial(access.token_of_person, remote.connection_id, user_id, refused)
            )
            turn = self._turns.setdefault(remote.connection_id, asyncio.Semaphore(REFRESHES_AT_ONCE))
            async with turn:
                token = await _in_thread(self._kept.refreshes, get)
                asked_at = time.monotonic()
        self._kept.linked.put((remote.connection_id, user_id), token, asked_at + KEEP_SECONDS)
        return token


async def _in_thread(pool: ThreadPoolExecutor, function: Callable[[], T]) -> T:
    def run() -> T:
        try:
            return function()
        finally:
            if connection.vendor != "sqlite":
                connection.close()  # back to the pool

    return await asyncio.get_running_loop().run_in_executor(pool, run)


def _unavailable(caller: Caller, refused_with: int | None = None) -> UpstreamUnavailable:
    if refused_with is None:
        return UpstreamUnavailable("Fracttal One could not be reached. Try again in a moment.")
    again = "an administrator has to check the API connection"
    if caller.user_id is not None:
        again = f"the person can reconnect at {link_url()}"
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
    url = link_url()
    return NotConnected(
        f"{sentence} {url} and try again.", question=Question(about="connection", url=url), connect_url=url
    )
