"""Inspector 2.x in Chromium: a catalog with key and secret; its page does all through its own server."""

import asyncio
import json
import os
import re
from pathlib import Path

import chromium
import commands
import conversation

START = str(commands.FOLDER / "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js")
ENVIRONMENT = {
    "MCP_AUTO_OPEN_ENABLED": "false",
    "DANGEROUSLY_OMIT_AUTH": "true",
    "MCP_INSPECTOR_SECRET_STORE": "file",
}


async def main() -> None:
    oauth = {"clientId": conversation.KEY, "clientSecret": conversation.SECRET}
    plant = {"type": "streamable-http", "url": conversation.MCP_URL, "oauth": oauth}
    catalog = Path(os.environ["HOME"]) / "catalog.json"
    catalog.write_text(json.dumps({"mcpServers": {"plant": plant}}))
    serve = [START, "--web", "--catalog", str(catalog)]
    async with chromium.window(serve, "http://localhost:6274/", **ENVIRONMENT) as page:
        await page.get_by_role("switch").first.click(force=True)
        await chromium.sign_in(page)

        async def list_tools():
            await page.get_by_text("Tools", exact=True).first.click()
            heading = page.get_by_role("heading", name=re.compile(r"Tools \(\d+\)"))
            await heading.wait_for()
            return re.findall(r"^[a-z_]+$", await page.locator("main").inner_text(), re.MULTILINE)

        async def call(tool, arguments):
            await page.get_by_role("button", name=re.compile(rf" {tool}$")).click()
            close = page.get_by_role("button", name="Close results")
            if await close.count():
                await close.click()
            as_json = page.get_by_role("switch", name="Edit as JSON")
            if not await as_json.is_checked():
                await as_json.click(force=True)
            await page.get_by_label("Arguments JSON").focus()
            await page.keyboard.press("Control+A")
            await page.keyboard.insert_text(json.dumps(arguments))
            await page.get_by_role("button", name="Execute Tool").click()
            await page.get_by_role("heading", name="Results").wait_for()
            return await page.get_by_text(re.compile(r"\[[0-9]{9}: data")).first.inner_text()

        await conversation.serve(list_tools, call)


asyncio.run(main())
