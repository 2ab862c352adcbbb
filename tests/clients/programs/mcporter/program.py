"""mcporter: a command per step; the tokens are stored in its folder under HOME."""

import asyncio
import json
import os
from pathlib import Path

import commands
import conversation

HOME = Path(os.environ["HOME"])
PROGRAM = str(commands.FOLDER / "node_modules" / "mcporter" / "dist" / "cli.js")
CONFIGURATION = HOME / "mcporter.json"


async def main() -> None:
    server = {
        "baseUrl": conversation.MCP_URL,
        "auth": "oauth",
        "oauthClientId": conversation.KEY,
        "oauthClientSecret": conversation.SECRET,
        "oauthTokenEndpointAuthMethod": "client_secret_basic",
        "oauthRedirectUrl": conversation.CALLBACK,
    }
    CONFIGURATION.write_text(json.dumps({"mcpServers": {"plant": server}, "imports": []}))

    async def mcporter(*arguments: str) -> str:
        return await asyncio.to_thread(
            commands.run,
            PROGRAM,
            "--config",
            str(CONFIGURATION),
            *arguments,
            MCPORTER_OAUTH_TIMEOUT_MS="20000",
        )

    await mcporter("auth", "plant")

    async def list_tools():
        listed = await mcporter("list", "plant", "--json")
        return [tool["name"] for tool in json.loads(listed[listed.index("{") :])["tools"]]

    async def call(tool, arguments):
        return await mcporter("call", f"plant.{tool}", "--args", json.dumps(arguments), "--output", "json")

    await conversation.serve(list_tools, call)


asyncio.run(main())
