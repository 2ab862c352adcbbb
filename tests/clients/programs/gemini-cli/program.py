"""Gemini CLI: settings.json as in the guide, `/mcp auth`, and a prompt for each step."""

import asyncio
import json
import os
from pathlib import Path

import agent_programs
import commands
import conversation
from scripted_model import ScriptedModel

PROGRAM = str(commands.FOLDER / "node_modules/@google/gemini-cli/bundle/gemini.js")


async def main() -> None:
    model = ScriptedModel()
    folder = Path(os.environ["HOME"]) / ".gemini"
    folder.mkdir()
    guide = (Path(os.environ["PROJECT"]) / "docs/guides/gemini-cli.en.md").read_text(encoding="utf-8")
    plant = json.loads(guide.partition("```json")[2].partition("```")[0])["mcpServers"]["fracttal-one"]
    plant |= {"httpUrl": conversation.MCP_URL, "trust": True}
    plant["oauth"] |= {"clientId": conversation.KEY, "clientSecret": conversation.SECRET}
    settings = {
        "security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": False}},
        "general": {"disableAutoUpdate": True, "enableAutoUpdate": False},
        "privacy": {"usageStatisticsEnabled": False},
        "mcpServers": {"plant": plant},
    }
    (folder / "settings.json").write_text(json.dumps(settings))
    environment = {
        "GEMINI_API_KEY": "scripted",
        "GOOGLE_GEMINI_BASE_URL": model.url,
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
        "DISPLAY": ":0",  # without one it opens no browser
    }

    def gemini(prompt: str) -> tuple[str, ...]:
        return commands.NODE, PROGRAM, "--model", "gemini-2.5-flash", "--yolo", "--prompt", prompt

    def sign_in() -> None:
        asked = ("Do you want to continue?", "\r")  # once at start, and once for the command
        try:
            commands.on_terminal(*gemini("/mcp auth plant"), typed=[asked, asked], **environment)
        except RuntimeError as error:
            # By then it has signed in. It ends with 42 because it cannot show the list of tools here.
            if "Successfully authenticated" not in str(error):
                raise

    await asyncio.to_thread(sign_in)
    await agent_programs.serve(model, lambda: commands.execute(*gemini("Go on."), **environment))


asyncio.run(main())
