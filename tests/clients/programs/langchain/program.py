"""langchain-mcp-adapters: tools in LangChain's form, over one session."""

import asyncio

import conversation
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools


async def main() -> None:
    connection = {
        "transport": "streamable_http",
        "url": conversation.MCP_URL,
        "auth": conversation.provider("client_secret_post"),
    }
    client = MultiServerMCPClient({"plant": connection})
    async with client.session("plant") as session:
        tools = {tool.name: tool for tool in await load_mcp_tools(session)}

        async def list_tools():
            return list(tools)

        async def call(tool, arguments):
            message = {"type": "tool_call", "id": "1", "name": tool, "args": arguments}
            answer = await tools[tool].ainvoke(message)
            return "".join(block["text"] for block in answer.content)

        await conversation.serve(list_tools, call)


asyncio.run(main())
