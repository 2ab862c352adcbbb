"""pydantic-ai: its tool set over the SDK's OAuth."""

import asyncio

import conversation
from pydantic_ai.mcp import MCPToolset


async def main() -> None:
    tools = MCPToolset(conversation.MCP_URL, auth=conversation.provider())
    async with tools:

        async def list_tools():
            return [tool.name for tool in await tools.list_tools()]

        async def call(tool, arguments):
            return await tools.direct_call_tool(tool, arguments)

        await conversation.serve(list_tools, call)


asyncio.run(main())
