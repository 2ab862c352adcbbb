"""`Mcp-Session-Id` of the older revisions: given to a client that can be asked in the middle of a call, since
it tells its capabilities once only, in `initialize`.

The id is signed and holds all there is to a session, so nothing is stored and any process knows it. It gives
no right: the bearer token does, on each request. It is good for the company, person, consumer and
authorization that it was given to.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp_gateway.calls.caller import Caller
from mcp_gateway.sealing import NotSealed, Seal

SESSION_HEADER = "mcp-session-id"
SINCE = "2025-06-18"  # has elicitation, and no batches, in which an answer could hide
LIFETIME_SECONDS = 30 * 24 * 3600
LONGEST_ID = 1000


class UnknownSession(Exception):
    """Not ours, changed, too old, or of another connection."""


@dataclass(frozen=True, slots=True)
class Session:
    """`key` stands for its id in the database."""

    version: str
    capabilities: Mapping[str, Any]
    key: str


class Sessions:
    def __init__(self, key: bytes) -> None:
        self._seal = Seal(key, "mcp-session", LIFETIME_SECONDS)

    def begin(self, caller: Caller, version: str, declared: Mapping[str, Any]) -> str | None:
        """The id of a new session; None where the client declared nothing that it could be asked."""
        capabilities = _askable(declared)
        if version < SINCE or not capabilities.keys() & {"elicitation", "sampling"}:
            return None
        return self._seal.seal(_connection(caller), [version, capabilities, secrets.token_urlsafe(12)])

    def open(self, caller: Caller, session_id: str) -> Session:
        """Raises UnknownSession."""
        if len(session_id) > LONGEST_ID:
            raise UnknownSession
        try:
            version, capabilities, _chance = self._seal.unseal(_connection(caller), session_id)
        except NotSealed:
            raise UnknownSession from None
        return Session(version, capabilities, hashlib.sha256(session_id.encode()).hexdigest())


def _connection(caller: Caller) -> tuple[int | None, ...]:
    return caller.company_id, caller.user_id, caller.consumer_id, caller.authorization_id


def _askable(declared: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was declared, what a server may ask for."""
    kept: dict[str, Any] = {
        name: {} for name in ("roots", "sampling") if isinstance(declared.get(name), dict)
    }
    elicitation = declared.get("elicitation")
    if isinstance(elicitation, dict):
        modes: dict[str, Any] = {
            mode: {} for mode in ("form", "url") if isinstance(elicitation.get(mode), dict)
        }
        if modes or not elicitation:  # an empty object means the form
            kept["elicitation"] = modes
    return kept
