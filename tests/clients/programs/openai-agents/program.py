"""openai-agents: function tools, loose ones and strict ones.

Its strict schemas make every field required, without null: a model has to fill in each one.
"""

import asyncio
import json
import re

import conversation
from agents import Agent
from agents.mcp import MCPServerStreamableHttp, MCPUtil
from agents.run_context import RunContextWrapper
from agents.tool_context import ToolContext

EMPTY = {"string": "", "array": [], "object": {}, "boolean": False}


def filled(schema, arguments):
    """All fields, as a model has to write them where it may leave out none and null is not permitted."""
    assert set(schema["required"]) == set(schema["properties"])
    empties = {name: empty(field) for name, field in schema["properties"].items() if name not in arguments}
    return arguments | empties


def empty(field):
    if "enum" in field:
        default = re.search(r"Default (\w+)\.", field["description"])
        return default.group(1) if default else field["enum"][0]
    if field["type"] == "object":
        return {name: empty(inner) for name, inner in field["properties"].items()}
    return EMPTY[field["type"]]


async def main() -> None:
    params = {"url": conversation.MCP_URL, "auth": conversation.provider(), "timeout": 30}
    async with MCPServerStreamableHttp(params, client_session_timeout_seconds=60) as server:
        agent = Agent(name="planner", mcp_servers=[server])

        async def converted(strict: bool):
            found = await MCPUtil.get_function_tools(server, strict, RunContextWrapper(None), agent)
            return {tool.name: tool for tool in found}

        loose, strict = await converted(strict=False), await converted(strict=True)

        async def list_tools():
            not_strict = [name for name, tool in strict.items() if not tool.strict_json_schema]
            assert not not_strict, f"not strict: {not_strict}"
            return list(strict)

        async def invoke(tool, arguments):
            text = json.dumps(arguments)
            context = ToolContext(None, tool_name=tool.name, tool_call_id="1", tool_arguments=text)
            answer = await tool.on_invoke_tool(context, text)
            return answer["text"] if isinstance(answer, dict) else answer

        async def call(tool, arguments):
            if tool.startswith("list_"):
                read = await invoke(loose[tool], arguments)
                assert "work_orders (" in read, read
            return await invoke(strict[tool], filled(strict[tool].params_json_schema, arguments))

        await conversation.serve(list_tools, call)


asyncio.run(main())
