"""One authenticated request, and the function that sends notifications before its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp_gateway.calls.caller import Caller
from mcp_gateway.http.sessions import Session
from mcp_gateway.protocol import messages
from mcp_gateway.protocol.messages import Message
from mcp_gateway.protocol.revisions import Revision


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request under way.

    `session` is set if the client can be asked; `can_ask` says if one could begin. `outlived` says that the
    event loop goes on after the answer.
    """

    caller: Caller
    message: Message
    revision: Revision
    headers: Mapping[str, str]
    id: messages.RequestId
    send: Callable[[bytes], None] = field(repr=False)
    session: Session | None = None
    can_ask: bool = False
    outlived: bool = False
    # Authenticates the request again: a person may take minutes to answer a question.
    again: Callable[[], Awaitable[Caller]] | None = None

    async def caller_now(self) -> Caller:
        """Return the caller as of now. Raises ProtocolError if the token is no longer valid."""
        return await self.again() if self.again is not None else self.caller

    async def notify(self, method: str, params: dict[str, Any]) -> None:
        self.send(messages.notification(method, params))
