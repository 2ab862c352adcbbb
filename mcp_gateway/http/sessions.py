"""`Mcp-Session-Id` of the older revisions, for clients that can be asked during a call or show cards.

Such a client announces its capabilities only once, in `initialize`. The id is signed and contains the whole
session, so nothing is stored and every process can read it. It grants nothing: each request needs its bearer
token. It is valid only for the company, person, consumer and authorization that it was issued to.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp_gateway.calls.caller import Caller
from mcp_gateway.protocol.apps import DECLARED, shows_cards
from mcp_gateway.sealing import NotSealed, Seal

SESSION_HEADER = "mcp-session-id"
SINCE = "2025-06-18"  # the first revision with elicitation and without batches, in which an answer could hide
LIFETIME_SECONDS = 30 * 24 * 3600
LONGEST_ID = 1000


class UnknownSession(Exception):
    """The id is not ours, was changed, has expired, or belongs to another connection."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session. `key` identifies it in the database.

    `shows_both` says that the client shows its model both the text and the structured content of a result.
    """

    version: str
    capabilities: Mapping[str, Any]
    key: str
    shows_both: bool = False


class Sessions:
    def __init__(self, key: bytes) -> None:
        self._seal = Seal(key, "mcp-session", LIFETIME_SECONDS)

    def begin(
        self, caller: Caller, version: str, declared: Mapping[str, Any], *, shows_both: bool = False
    ) -> str | None:
        """Return the id of a new session, None if the client announced nothing that has to be remembered."""
        capabilities = _askable(declared)
        if shows_cards(declared):
            capabilities["extensions"] = DECLARED
        if version < SINCE or not capabilities.keys() & {"elicitation", "sampling", "extensions"}:
            return None
        content = [version, capabilities, secrets.token_urlsafe(12), *([True] if shows_both else [])]
        return self._seal.seal(_connection(caller), content)

    def open(self, caller: Caller, session_id: str) -> Session:
        """Read a session id. Raises UnknownSession."""
        if len(session_id) > LONGEST_ID:
            raise UnknownSession
        try:
            version, capabilities, _chance, *both = self._seal.unseal(_connection(caller), session_id)
        except NotSealed:
            raise UnknownSession from None
        return Session(version, capabilities, hashlib.sha256(session_id.encode()).hexdigest(), bool(both))


def _connection(caller: Caller) -> tuple[int | None, ...]:
    return caller.company_id, caller.user_id, caller.consumer_id, caller.authorization_id


def _askable(declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the announced capabilities that a server may use to ask."""
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
