"""The caller: what one access token allows right now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from accounts.principal import Principal
from connections.remote_api import RemoteApi
from consumers.policy.decisions import Ceiling
from consumers.scopes import WRITE
from consumers.toolsets import DEFAULT_TOOLSET


@dataclass(frozen=True, slots=True)
class SeenTools:
    """The list of tools that the client of a connection saw last: its version and when."""

    version: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller(Principal):
    """The principal behind a consumer, with the scopes that were consented to.

    `rights` are already the stricter of the user's and the consumer's. `narrowed_to_group_id` is the
    consumer's permission group if it limits (or, without a user, gives) the rights. `authorization_id` is the
    app authorization of the token; None for client credentials.
    """

    consumer_id: int
    consumer_name: str
    scopes: frozenset[str]
    narrowed_to_group_id: int | None = None
    authorization_id: int | None = None
    # Where the company's data is; None for the embedded API.
    remote: RemoteApi | None = None
    # What the administrator allows, and which of it the connection gets (mcp_gateway/http/selection.py).
    ceilings: tuple[Ceiling, ...] = ()
    toolsets: frozenset[str] = frozenset({DEFAULT_TOOLSET})
    read_only: bool = False
    seen_tools: SeenTools | None = None

    @property
    def may_write(self) -> bool:
        return WRITE in self.scopes and not self.read_only and self.writes_paused is None
