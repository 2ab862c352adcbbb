"""Inspector 1.x in Chromium, whose page reaches the server through its proxy or directly."""

import json

import chromium
import commands
import conversation

START = str(commands.FOLDER / "node_modules/@modelcontextprotocol/inspector/client/bin/start.js")


async def serve(connection: str) -> None:
    typed = {
        "lastOauthClientId": conversation.KEY,
        "lastOauthClientSecret": conversation.SECRET,
        "lastConnectionType": connection,
        "lastTransportType": "streamable-http",
        "lastSseUrl": conversation.MCP_URL,
    }
    environment = {"MCP_AUTO_OPEN_ENABLED": "false", "DANGEROUSLY_OMIT_AUTH": "true"}
    async with chromium.window([START], "http://localhost:6274/", **environment) as page:
        await page.evaluate(
            "typed => Object.entries(typed).forEach(([name, text]) => localStorage.setItem(name, text))",
            typed,
        )
        await page.reload()
        await page.get_by_role("button", name="Connect").click()

        async def sign_in():
            await chromium.sign_in(page)
            if not await chromium.shown(page.get_by_role("tab", name="Tools")):
                await page.get_by_role("button", name="Connect", exact=True).click()  # it did not by itself
            await page.get_by_role("tab", name="Tools").click()

        await sign_in()
        titles: dict[str, str] = {}

        async def answer(method: str, press: str):
            """What came back, as the copy button of its history gives it."""
            done = page.get_by_role("listitem").filter(has_text=method)
            before = await done.count()
            await page.get_by_role("button", name=press).click()
            await done.nth(before).wait_for()
            await done.first.get_by_text(method).click()
            await done.first.get_by_text("Response:").wait_for()
            await done.first.locator("button:not([aria-label])").last.click()
            await done.first.get_by_text(method).first.click()
            return json.loads(await page.evaluate("navigator.clipboard.readText()"))

        async def list_tools():
            tools = (await answer("tools/list", "List Tools"))["tools"]
            titles.update({tool["name"]: tool["title"] for tool in tools})
            return list(titles)

        async def call(tool, arguments):
            if not await page.get_by_text(titles[tool], exact=True).count():
                await list_tools()
            await page.get_by_text(titles[tool], exact=True).first.click()
            await page.get_by_role("heading", name=titles[tool]).wait_for()
            for name, value in arguments.items():
                if isinstance(value, list):
                    await page.locator("select[multiple]").first.select_option(value)
                elif isinstance(value, bool):
                    await page.locator(f"[id={name}]").set_checked(value)
                else:
                    await page.locator(f"[id={name}]").fill(str(value))
            result = await answer("tools/call", "Run Tool")
            if "structuredContent" not in result:  # it refreshes when it connects, and not for a call
                await page.get_by_role("button", name="Reconnect").click()
                await page.get_by_text("initialize").nth(1).or_(chromium.signing_in(page)).wait_for()
                if await chromium.signing_in(page).count():
                    await sign_in()
                    return await call(tool, arguments)
                result = await answer("tools/call", "Run Tool")
            return result["structuredContent"]

        await conversation.serve(list_tools, call)
