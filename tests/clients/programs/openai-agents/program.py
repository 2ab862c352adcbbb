"""openai-agents: function tools. Its conversion to strict schemas must work for every tool."""

import asyncio
import json

import conversation
from agents import Agent
from agents.mcp import MCPServerStreamableHttp, MCPUtil
from agents.run_context import RunContextWrapper
from agents.tool_context import ToolContext


async def main() -> None:
    params = {"url": conversation.MCP_URL, "auth": conversation.provider(), "timeout": 30}
    async with MCPServerStreamableHttp(params, client_session_timeout_seconds=60) as server:
        agent = Agent(name="planner", mcp_servers=[server])

        async def converted(strict: bool):
            found = await MCPUtil.get_function_tools(server, strict, RunContextWrapper(None), agent)
            return {tool.name: tool for tool in found}

        tools = await converted(strict=False)

        async def list_tools():
            strict = await converted(strict=True)
            loose = [name for name, tool in strict.items() if not tool.strict_json_schema]
            assert not loose, f"not strict: {loose}"
            return list(strict)

        async def call(tool, arguments):
            text = json.dumps(arguments)
            context = ToolContext(None, tool_name=tool, tool_call_id="1", tool_arguments=text)
            answer = await tools[tool].on_invoke_tool(context, text)
            return answer["text"] if isinstance(answer, dict) else answer

        await conversation.serve(list_tools, call)


asyncio.run(main())
