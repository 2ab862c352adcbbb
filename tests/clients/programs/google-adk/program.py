"""google-adk: its tool set with a given token, because its OAuth needs a conversation with a model."""

import asyncio
from unittest import mock

import conversation
from google.adk.tools.mcp_tool.mcp_session_manager import StreamableHTTPConnectionParams
from google.adk.tools.mcp_tool.mcp_toolset import McpToolset


async def main() -> None:
    headers = {"Authorization": f"Bearer {conversation.TOKEN}"}
    toolset = McpToolset(
        connection_params=StreamableHTTPConnectionParams(url=conversation.MCP_URL, headers=headers)
    )
    tools = {tool.name: tool for tool in await toolset.get_tools()}

    async def list_tools():
        # What would be sent to Gemini with each question.
        return [tool._get_declaration().name for tool in tools.values()]

    async def call(tool, arguments):
        answer = await tools[tool].run_async(args=arguments, tool_context=mock.MagicMock())
        return answer.get("structuredContent") or answer

    await conversation.serve(list_tools, call)
    await toolset.close()


asyncio.run(main())
