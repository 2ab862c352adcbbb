"""llama-index-tools-mcp: tools in LlamaIndex's form."""

import asyncio

import conversation
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec


async def main() -> None:
    client = BasicMCPClient(conversation.MCP_URL, auth=conversation.provider())
    tools = {tool.metadata.name: tool for tool in await McpToolSpec(client).to_tool_list_async()}

    async def list_tools():
        return list(tools)

    async def call(tool, arguments):
        answer = await tools[tool].acall(**arguments)
        return conversation.plain(answer.raw_output)

    await conversation.serve(list_tools, call)


asyncio.run(main())
