"""Qwen Code: `mcp add` with key and secret, the `/mcp` dialog, and a prompt for each step."""

import asyncio
import json
import os
from pathlib import Path

import agent_programs
import commands
import conversation
from scripted_model import ScriptedModel

PROGRAM = str(commands.FOLDER / "node_modules/@qwen-code/qwen-code/cli.js")

DOWN = "\x1b[B"
SIGN_IN = [
    ("MCP offline", "/mcp"),
    ("Open MCP management dialog", "\r"),
    ("needs authentication", "\r"),
    ("Authenticate", DOWN),
    ("Disable", DOWN),
    ("Authenticate", "\r"),
]


async def main() -> None:
    model = ScriptedModel()
    folder = Path(os.environ["HOME"]) / ".qwen"
    folder.mkdir()
    settings = {
        "security": {"auth": {"selectedType": "openai"}, "folderTrust": {"enabled": False}},
        "general": {"enableAutoUpdate": False},
        "privacy": {"usageStatisticsEnabled": False},
        "model": {"name": "scripted"},
        "tools": {"toolSearch": {"enabled": False}},
    }
    (folder / "settings.json").write_text(json.dumps(settings))
    environment = {
        "OPENAI_API_KEY": "scripted",
        "OPENAI_BASE_URL": f"{model.url}/v1",
        "OPENAI_MODEL": "scripted",
        "DISPLAY": ":0",
    }

    def qwen(*arguments: str) -> str:
        return commands.run(PROGRAM, *arguments, **environment)

    await asyncio.to_thread(
        qwen, "mcp", "add", "--scope", "user", "--transport", "http", "--trust",
        "--oauth-client-id", conversation.KEY, "--oauth-client-secret", conversation.SECRET,
        "--oauth-redirect-uri", conversation.CALLBACK, "plant", conversation.MCP_URL,
    )  # fmt: skip
    await asyncio.to_thread(
        commands.on_terminal,
        commands.NODE,
        PROGRAM,
        typed=SIGN_IN,
        until=(folder / "mcp-oauth-tokens.json").exists,
        **environment,
    )
    await agent_programs.serve(model, lambda: qwen("--yolo", "Go on."))


asyncio.run(main())
