"""mcp-use: a client that opens the browser and listens for the callback itself."""

import asyncio
from urllib.parse import urlsplit

import conversation
from mcp_use import MCPClient


async def main() -> None:
    auth = {
        "client_id": conversation.KEY,
        "client_secret": conversation.SECRET,
        "callback_port": urlsplit(conversation.CALLBACK).port,
    }
    client = MCPClient({"mcpServers": {"plant": {"url": conversation.MCP_URL, "auth": auth}}})
    session = await client.create_session("plant")

    async def list_tools():
        return [tool.name for tool in await session.list_tools()]

    async def call(tool, arguments):
        # It ends a session whose token has expired; a new session begins with a refresh.
        await client.close_all_sessions()
        session = await client.create_session("plant")
        return conversation.plain(await session.call_tool(tool, arguments))

    await conversation.serve(list_tools, call)
    await client.close_all_sessions()


asyncio.run(main())
