"""Clients that show their model both the text and the structured content of a result.

The same facts would cost them twice, so their text is one sentence. All others get the whole text. What other
clients show is in docs/reference/text-form.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from mcp_gateway.protocol.messages import Message

# Name in `clientInfo` → the client, and where and when this was seen.
SHOW_BOTH: Mapping[str, str] = {
    "github-copilot-developer": (
        "Copilot CLI; github/copilot-cli#4515, 2026-08-17; its name: github/copilot-cli#1268, 2026-04-13"
    ),
}


def shows_both(message: Message) -> bool:
    """Tell if this message is from one of these clients.

    A client says its name in each request of 2026-07-28, and before only in `initialize`: there it is known
    for as long as it has a session.
    """
    client = message.params.get("clientInfo") or message.meta.get("io.modelcontextprotocol/clientInfo")
    name = client.get("name") if isinstance(client, dict) else None
    return isinstance(name, str) and name in SHOW_BOTH
