"""Python SDK 2.x, which tries the newest revision first."""

import asyncio

import conversation
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def main() -> None:
    async with (
        httpx2.AsyncClient(auth=conversation.provider(), timeout=30) as http,
        Client(streamable_http_client(conversation.MCP_URL, http_client=http), mode="auto") as client,
    ):

        async def list_tools():
            return [tool.name for tool in (await client.list_tools()).tools]

        async def call(tool, arguments):
            return conversation.plain(await client.call_tool(tool, arguments))

        await conversation.serve(list_tools, call)


asyncio.run(main())
