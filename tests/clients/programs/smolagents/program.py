"""smolagents: its MCP client with default settings and a given token, because it has no OAuth."""

import asyncio

import conversation
from smolagents import MCPClient


async def main() -> None:
    parameters = {
        "url": conversation.MCP_URL,
        "transport": "streamable-http",
        "headers": {"Authorization": f"Bearer {conversation.TOKEN}"},
    }
    with MCPClient(parameters) as found:
        tools = {tool.name: tool for tool in found}

        async def list_tools():
            return list(tools)

        async def call(tool, arguments):
            return await asyncio.to_thread(lambda: tools[tool](**arguments))

        await conversation.serve(list_tools, call)


asyncio.run(main())
