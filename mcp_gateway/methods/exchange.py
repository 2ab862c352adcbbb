"""One authenticated request, and the function that sends notifications before its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp_gateway.calls.caller import Caller
from mcp_gateway.http.sessions import Session
from mcp_gateway.protocol import messages
from mcp_gateway.protocol.messages import Message
from mcp_gateway.protocol.revisions import Revision


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request under way. `session` is set if the client can be asked; `can_ask` says if one could begin."""

    caller: Caller
    message: Message
    revision: Revision
    headers: Mapping[str, str]
    id: messages.RequestId
    send: Callable[[bytes], None] = field(repr=False)
    session: Session | None = None
    can_ask: bool = False

    async def notify(self, method: str, params: dict[str, Any]) -> None:
        self.send(messages.notification(method, params))
