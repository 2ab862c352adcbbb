"""The product with a second endpoint that serves the suite's fixtures through the same code."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from fracttal_mcp.asgi import application as product
from mcp_gateway.http.asgi import Receive, Send, serve
from mcp_gateway.http.endpoint import Endpoint
from mcp_gateway.methods.handlers import CallState, Service
from mcp_gateway.runtime import runtime
from mcp_gateway.server import guards, state_key
from tests.conformance.fixtures import CATALOGUE

PATH = "/mcp/conformance"
endpoint = Endpoint(
    Service(
        catalogue=CATALOGUE,
        info={"name": "fracttal-one-conformance", "title": "Conformance", "version": "1"},
        instructions="Fixtures of the conformance suite.",
        state_key=state_key(),
    ),
    runtime().authentication.authenticate,
    runtime().dispatcher,
    guards(),
    CallState(runtime().awaited, runtime().tasks, runtime().authentication.last_use.note_tools),
)


async def application(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "http" and scope["path"] == PATH:
        await serve(endpoint, scope, receive, send)
    else:
        await product(scope, receive, send)
