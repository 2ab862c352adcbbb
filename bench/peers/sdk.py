"""The SDK's low-level server behind its session manager, stateless with JSON answers, as documented."""

from __future__ import annotations

import contextvars
from typing import Any

import mcp_types as types
import orjson
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from work import TOOLS, credential, work_orders

shown_now: contextvars.ContextVar[str] = contextvars.ContextVar("shown_now")
LISTED = types.ListToolsResult(tools=[types.Tool.model_validate(tool) for tool in TOOLS])


async def list_tools(context: Any, params: Any) -> types.ListToolsResult:
    return LISTED


async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
    data = await work_orders((params.arguments or {}).get("limit", 25), shown_now.get())
    text = types.TextContent(type="text", text=orjson.dumps(data).decode())
    return types.CallToolResult(content=[text], structured_content=data)


server = Server("bench", on_list_tools=list_tools, on_call_tool=call_tool)
manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        async with manager.run():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    shown = credential(scope["headers"])
    if shown is None:
        await send({"type": "http.response.start", "status": 401, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return
    shown_now.set(shown)
    await manager.handle_request(scope, receive, send)
