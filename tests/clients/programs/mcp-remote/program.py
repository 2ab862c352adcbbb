"""mcp-remote: connects a stdio client (here the Python SDK) to the endpoint."""

import asyncio
import json
import os
from urllib.parse import urlsplit

import commands
import conversation
from mcp import Client
from mcp.client.stdio import StdioServerParameters

typed_in = {
    "client_id": conversation.KEY,
    "client_secret": conversation.SECRET,
    "token_endpoint_auth_method": "client_secret_basic",
}


async def main() -> None:
    bridge = StdioServerParameters(
        command=commands.NODE,
        args=[
            str(commands.FOLDER / "node_modules/mcp-remote/dist/proxy.js"), conversation.MCP_URL,
            str(urlsplit(conversation.CALLBACK).port), "--host", "127.0.0.1", "--allow-http",
            "--static-oauth-client-info", json.dumps(typed_in),
        ],
        env={**os.environ, "MCP_REMOTE_CONFIG_DIR": f"{os.environ['HOME']}/auth"},
    )  # fmt: skip
    async with Client(bridge, read_timeout_seconds=30) as client:

        async def list_tools():
            return [tool.name for tool in (await client.list_tools()).tools]

        async def call(tool, arguments):
            return conversation.plain(await client.call_tool(tool, arguments))

        await conversation.serve(list_tools, call)


asyncio.run(main())
