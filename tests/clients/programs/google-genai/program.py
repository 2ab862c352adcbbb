"""google-genai: the conversion of tools for Gemini. No Gemini is available here to call them."""

import asyncio

import conversation
import httpx2
from google.genai._mcp_utils import mcp_to_gemini_tools
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def main() -> None:
    async with (
        httpx2.AsyncClient(auth=conversation.provider(), timeout=30) as http,
        Client(streamable_http_client(conversation.MCP_URL, http_client=http)) as client,
    ):

        async def list_tools():
            found = (await client.list_tools()).tools
            converted = mcp_to_gemini_tools(found)
            return [each.name for tool in converted for each in tool.function_declarations]

        async def call(tool, arguments):
            return conversation.plain(await client.call_tool(tool, arguments))

        await conversation.serve(list_tools, call)


asyncio.run(main())
