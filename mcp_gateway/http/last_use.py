"""Records when a connection was last used, for the screens, without delaying the answer."""

from __future__ import annotations

from consumers.oauth import token_info, token_uses
from mcp_gateway.calls.caller import Caller
from mcp_gateway.http.later_writes import LaterWrites


class LastUse:
    """Records uses, and which list of tools a client has, in threads that delay no look-up."""

    def __init__(self) -> None:
        self._uses = LaterWrites("last-use", token_uses.record_uses)
        self._lists = LaterWrites("tools-seen", token_uses.record_tools_seen)

    def note(self, found: token_info.TokenInfo) -> None:
        self._uses.add(token_uses.Connection.of(found.caller))

    def note_tools(self, caller: Caller, version: str) -> None:
        """Record the list of tools that the client of this caller has received."""
        self._lists.add((token_uses.Connection.of(caller), version))

    def settle(self) -> None:
        """Wait until the noted uses are written."""
        self._uses.settle()
        self._lists.settle()

    def stop(self) -> None:
        self._uses.stop()
        self._lists.stop()
