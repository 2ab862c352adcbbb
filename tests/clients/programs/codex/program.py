"""Codex: `mcp add` with key and secret, `mcp login`, and `exec` for each step."""

import asyncio
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import agent_programs
import commands
import conversation
from scripted_model import ScriptedModel

CODEX = commands.FOLDER / "node_modules/@openai/codex/bin/codex.js"
CONFIGURATION = """
model = "scripted"
model_provider = "scripted"
approval_policy = "never"
sandbox_mode = "danger-full-access"
mcp_oauth_credentials_store = "file"
mcp_oauth_callback_port = {port}

[model_providers.scripted]
name = "scripted"
base_url = "{url}/v1"
wire_api = "responses"

[analytics]
enabled = false
"""


async def main() -> None:
    model = ScriptedModel()
    folder = Path(os.environ["HOME"]) / ".codex"
    folder.mkdir()
    port = urlsplit(conversation.CALLBACK).port
    (folder / "config.toml").write_text(CONFIGURATION.format(port=port, url=model.url))

    def codex(*arguments: str) -> str:
        return commands.run(str(CODEX), *arguments)

    await asyncio.to_thread(
        codex, "mcp", "add", "plant", "--url", conversation.MCP_URL,
        "--oauth-client-id", conversation.KEY, "--oauth-client-secret", conversation.SECRET,
    )  # fmt: skip
    listed = (folder / "config.toml").read_text()
    if "plant" not in listed:
        raise RuntimeError(listed)
    await asyncio.to_thread(codex, "mcp", "login", "plant")
    await agent_programs.serve(model, lambda: codex("exec", "--skip-git-repo-check", "Go on."))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except subprocess.TimeoutExpired as error:
        raise SystemExit(f"{error}: {error.output!r:.1500}") from error
