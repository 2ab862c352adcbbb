"""The caller's own credential for requests to the upstream.

For the embedded API it is a token of a few minutes. For Fracttal One it is the token of the account that the
person linked, or of the company's own consumer there. It is never the bearer token that the assistant sent.
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
# A linked account's token is read again after this time, so that unlinking takes effect within it.
KEEP_SECONDS = 1.0
REFRESHES_AT_ONCE = 4  # per company, so that a slow token endpoint blocks no other company

_Key = tuple[int, int | None, int | None, bool, str]
_Linked = tuple[int, int | None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Account:
    """An account upstream, identified by its number if known, otherwise by e-mail.

    `said` is False if the e-mail is only a guess.
    """

    id: int | None = None
    email: str = ""
    said: bool = True


class KeptCredentials:
    """The credentials that one process has cached, and the threads that look them up."""

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
    """The credentials of callers, in one event loop."""

    def __init__(self, kept: KeptCredentials) -> None:
        self._kept = kept
        self._flights: SingleFlight[str] = SingleFlight()
        self._turns: dict[int, asyncio.Semaphore] = {}

    async def of(self, caller: Caller, refused: str = "") -> str:
        """Return the caller's upstream token. `refused` is the previous one if the upstream rejected it."""
        if caller.remote is None:
            return self.embedded(caller, fresh=bool(refused))
        return await self._linked_credential(caller, caller.remote, refused)

    async def account_of(self, caller: Caller) -> Account:
        """Return the linked account as Fracttal One named it, or else the person's own e-mail address."""
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
        """Return the error after a second credential was rejected. The link is marked as dead."""
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
        key = (
            caller.company_id,
            caller.user_id,
            caller.narrowed_to_group_id,
            not caller.may_write,
            caller.consumer_name,
        )
        kept = None if fresh else self._kept.embedded.get(key)
        if kept is not None:
            return kept
        company_id, user_id, group_id, read_only, app = key
        if user_id is None and group_id is None:
            raise NotConnected("This connection has neither a person nor a permission group in Fracttal One.")
        token = mint_user_token(
            company_id=company_id,
            user_id=user_id,
            group_id=group_id,
            read_only=read_only,
            via_app=app,
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
        try:  # concurrent calls of one person share one request
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
                connection.close()  # return it to the pool

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
