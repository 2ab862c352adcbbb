"""Claude Code: `mcp add` with key and secret, `mcp login`, and a printed answer for each step."""

import asyncio
import os
from urllib.parse import urlsplit

import agent_programs
import commands
import conversation
from scripted_model import ScriptedModel

PROGRAM = next((commands.FOLDER / "node_modules/@anthropic-ai/claude-code").glob("bin/claude*"))


async def main() -> None:
    model = ScriptedModel()
    environment = {
        "ANTHROPIC_BASE_URL": model.url,
        "ANTHROPIC_API_KEY": "scripted",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "ENABLE_TOOL_SEARCH": "false",
        "MCP_CLIENT_SECRET": conversation.SECRET,
        "IS_SANDBOX": "1",
    }

    def claude(*arguments: str) -> str:
        return commands.execute(str(PROGRAM), *arguments, **environment)

    port = str(urlsplit(conversation.CALLBACK).port)
    await asyncio.to_thread(
        claude, "mcp", "add", "--transport", "http", "--client-id", conversation.KEY, "--client-secret",
        "--callback-port", port, "plant", conversation.MCP_URL,
    )  # fmt: skip
    # Runs on a terminal, because without one it opens no browser.
    await asyncio.to_thread(commands.on_terminal, str(PROGRAM), "mcp", "login", "plant", **environment)
    await agent_programs.serve(
        model, lambda: claude("--print", "--permission-mode", "bypassPermissions", "Go on.")
    )


if __name__ == "__main__":
    os.chdir(os.environ["HOME"])
    asyncio.run(main())
