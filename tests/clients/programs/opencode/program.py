"""opencode: key and secret in opencode.json, `mcp auth`, and `run` for each step."""

import asyncio
import json
import os
from pathlib import Path

import agent_programs
import commands
import conversation
from scripted_model import ScriptedModel

PROGRAM = commands.FOLDER / "node_modules/.bin/opencode"


async def main() -> None:
    model = ScriptedModel()
    configuration = {
        "autoupdate": False,
        "share": "disabled",
        "model": "scripted/scripted",
        "small_model": "scripted/scripted",
        "permission": {"*": "allow"},
        "provider": {
            "scripted": {
                "npm": "@ai-sdk/openai-compatible",
                "name": "scripted",
                "options": {"baseURL": f"{model.url}/v1", "apiKey": "scripted"},
                "models": {"scripted": {"name": "scripted", "tool_call": True}},
            }
        },
        "mcp": {
            "plant": {
                "type": "remote",
                "url": conversation.MCP_URL,
                "oauth": {"clientId": conversation.KEY, "clientSecret": conversation.SECRET},
            }
        },
    }
    (Path(os.environ["HOME"]) / "opencode.json").write_text(json.dumps(configuration))

    def opencode(*arguments: str) -> str:
        return commands.execute(str(PROGRAM), *arguments, OPENCODE_DISABLE_MODELS_FETCH="1")

    await asyncio.to_thread(
        commands.on_terminal,
        str(PROGRAM),
        "mcp",
        "auth",
        "plant",
        OPENCODE_DISABLE_MODELS_FETCH="1",
    )
    await agent_programs.serve(model, lambda: opencode("run", "Go on."))


asyncio.run(main())
