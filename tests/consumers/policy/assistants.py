"""What an assistant with a token sees at the MCP endpoint."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from mcp_gateway.runtime import runtime


def send(token: str, method: str, params: dict[str, Any], query: str = "") -> Any:
    """Send one message as a client that keeps no token look-up from before."""
    runtime().authentication.forget()
    return Client().post(
        settings.MCP_PATH + query,
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}),
        content_type="application/json",
        HTTP_HOST=urlsplit(settings.PUBLIC_URL).netloc,
        HTTP_ACCEPT="application/json, text/event-stream",
        HTTP_AUTHORIZATION=f"Bearer {token}",
    )


def listed(token: str, query: str = "") -> set[str]:
    answer = send(token, "tools/list", {}, query).json()
    return {tool["name"] for tool in answer["result"]["tools"]}


def refusal(token: str, tool: str, query: str = "") -> str:
    """Return the code with which a call without arguments is refused.

    `invalid_arguments` shows that only the arguments were wrong: the tool itself may be used.
    """
    answer = send(token, "tools/call", {"name": tool, "arguments": {"no_such_argument": 1}}, query).json()
    if "error" in answer:
        return str(answer["error"]["code"])
    return str(answer["result"]["_meta"]["fracttal-one/error"]["code"])
