"""Copilot CLI: a public client in mcp-config.json. With a model of its own it needs no account."""

import asyncio
import json
import os
from pathlib import Path

import agent_programs
import commands
import conversation
from scripted_model import ScriptedModel

PROGRAM = str(next((commands.FOLDER / "node_modules/@github").glob("copilot-linux-*/copilot")))

TOKENS, TOOLS = ".copilot/mcp-oauth-config/*.tokens.json", ".cache/copilot/mcp-tools/*.json"
SIGN_IN = [("to connect", "/mcp auth plant"), ("/mcp auth plant", "\r")]


async def main() -> None:
    model = ScriptedModel(seconds=3)  # it reads the list of tools again while the first answer arrives
    home = Path(os.environ["HOME"])
    folder = home / ".copilot"
    folder.mkdir()
    plant = {
        "type": "http",
        "url": conversation.MCP_URL,
        "tools": ["*"],
        "deferTools": "never",
        "oauthClientId": conversation.KEY,
        "oauthPublicClient": True,
    }
    # Without a keyring it would lose the tokens when it ends.
    (folder / "settings.json").write_text(json.dumps({"storeTokenPlaintext": True}))
    (folder / "config.json").write_text(json.dumps({"trustedFolders": [str(home)]}))
    (folder / "mcp-config.json").write_text(json.dumps({"mcpServers": {"plant": plant}}))
    environment = {
        "COPILOT_OFFLINE": "true",
        "COPILOT_AUTO_UPDATE": "false",
        "COPILOT_PROVIDER_BASE_URL": f"{model.url}/v1",
        "COPILOT_PROVIDER_API_KEY": "scripted",
        "COPILOT_MODEL": "scripted",
        "DISPLAY": ":0",
    }

    await asyncio.to_thread(
        commands.on_terminal,
        PROGRAM,
        typed=SIGN_IN,
        until=lambda: list(home.glob(TOKENS)) and list(home.glob(TOOLS)),
        **environment,
    )

    def copilot() -> str:
        return commands.execute(PROGRAM, "--allow-all-tools", "--prompt", "Go on.", **environment)

    await agent_programs.serve(model, copilot)


asyncio.run(main())
