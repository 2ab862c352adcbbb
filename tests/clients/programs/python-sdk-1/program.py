"""Python SDK 1.x, the generation before protocol revision 2026-07-28."""

import asyncio

import conversation
import httpx
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client


async def main() -> None:
    async with (
        httpx.AsyncClient(auth=conversation.provider("client_secret_post"), timeout=30) as http,
        streamable_http_client(conversation.MCP_URL, http_client=http) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()

        async def list_tools():
            return [tool.name for tool in (await session.list_tools()).tools]

        async def call(tool, arguments):
            return conversation.plain(await session.call_tool(tool, arguments))

        await conversation.serve(list_tools, call)


asyncio.run(main())
