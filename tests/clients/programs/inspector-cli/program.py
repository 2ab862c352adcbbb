"""The Inspector's command line, 2.x: signs in with its first command and stores the tokens."""

import asyncio
import json

import commands
import conversation

LAUNCHER = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"
COMMAND = [
    str(commands.FOLDER / LAUNCHER), "--cli", conversation.MCP_URL, "--transport", "http",
    "--client-id", conversation.KEY, "--client-secret", conversation.SECRET,
    "--callback-url", conversation.CALLBACK, "--format", "json",
]  # fmt: skip
SECRETS = {"MCP_INSPECTOR_SECRET_STORE": "file"}


async def main() -> None:
    # Runs on a terminal, because without one it opens no browser.
    await asyncio.to_thread(
        commands.on_terminal, commands.NODE, *COMMAND, "--method", "tools/list", **SECRETS
    )

    async def inspect(*arguments: str) -> str:
        return await asyncio.to_thread(commands.run, *COMMAND, "--stored-auth-only", *arguments, **SECRETS)

    async def list_tools():
        listed = await inspect("--method", "tools/list", "--strict")
        found = json.loads(listed[listed.index("{") :])
        return [tool["name"] for tool in found.get("result", found)["tools"]]

    async def call(tool, arguments):
        given = [
            f"{name}={value if isinstance(value, str) else json.dumps(value)}"
            for name, value in arguments.items()
        ]
        answer = await inspect("--method", "tools/call", "--tool-name", tool, "--tool-arg", *given)
        found = json.loads(answer[answer.index("{") :])
        return found.get("result", found)["structuredContent"]

    await conversation.serve(list_tools, call)


asyncio.run(main())
