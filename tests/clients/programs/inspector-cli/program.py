"""The Inspector's command line, 2.x: signs in on its first command and keeps the tokens."""

import asyncio
import json
import os
import pty
import select

import commands
import conversation

LAUNCHER = "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"
COMMAND = [
    str(commands.FOLDER / LAUNCHER), "--cli", conversation.MCP_URL, "--transport", "http",
    "--client-id", conversation.KEY, "--client-secret", conversation.SECRET,
    "--callback-url", conversation.CALLBACK, "--format", "json",
]  # fmt: skip
SECRETS = {"MCP_INSPECTOR_SECRET_STORE": "file"}


def sign_in() -> None:
    """On a terminal, as for a person: without one it opens no browser."""
    process, terminal = pty.fork()
    if process == 0:
        arguments = [commands.NODE, *COMMAND, "--method", "tools/list"]
        os.execve(commands.NODE, arguments, {**os.environ, **SECRETS, "COLUMNS": "10000"})
    text = ""
    while select.select([terminal], [], [], 60)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        text += data.decode(errors="replace")
    if os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]):
        raise RuntimeError(text[-2000:])


async def main() -> None:
    await asyncio.to_thread(sign_in)

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
