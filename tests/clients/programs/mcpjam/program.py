"""MCPJam in Chromium: it connects with a typed-in key, and its OAuth debugger goes through every step."""

import asyncio
import json
import re

import chromium
import commands
import conversation

START = str(commands.FOLDER / "node_modules/@mcpjam/inspector/bin/start.js")
PAGE = "http://localhost:6274/"
NAME = "plant"


async def main() -> None:
    async with chromium.window([START], PAGE, BROWSER="true") as page:

        def exactly(text):
            return page.locator("code", has_text=re.compile(f"^{text}$"))

        async def open_tab(name):
            await page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name)).first.click()

        async def type_in():
            await page.get_by_text("Or continue as guest").click()
            await page.get_by_role("button", name="Add Your First Server").click()
            form = page.get_by_role("dialog")
            await form.get_by_placeholder("my-mcp-server").fill(NAME)
            await form.get_by_role("combobox").first.click()
            await page.get_by_role("option", name="HTTP").click()
            await form.get_by_placeholder("http://localhost:8080/mcp").fill(conversation.MCP_URL)
            await form.get_by_role("combobox").nth(1).click()
            await page.get_by_role("option", name="OAuth 2.0").click()
            await form.get_by_label("Use custom OAuth credentials").check()
            await form.get_by_placeholder("Your OAuth Client ID").fill(conversation.KEY)
            await form.get_by_placeholder("Your OAuth Client Secret").fill(conversation.SECRET)
            await form.get_by_role("button", name="Add Server").click()

        async def signed_in():
            await chromium.sign_in(page)
            await page.get_by_text(f"Connected to {NAME}").first.wait_for()

        async def debug():
            """Go through the OAuth debugger, which no menu leads to. The sign-in is in a second window."""
            await page.evaluate("location.hash = 'oauth-flow'")
            await page.get_by_role("combobox").nth(1).click()
            await page.get_by_role("option", name="Pre-registered").click()
            ready = page.get_by_role("button", name="Ready to authorize")
            complete = page.get_by_role("button", name="Flow Complete")
            await step_until(ready)
            async with page.expect_popup() as opened:
                await ready.click()
            await chromium.sign_in(await opened.value)
            await step_until(complete)

        async def step_until(reached):
            step = page.get_by_role("button", name="Next Step")
            while not await reached.count():
                await step.or_(reached).first.wait_for()
                if await step.count():
                    await step.click()
                await asyncio.sleep(1)  # some steps follow by themselves

        async def reconnect():
            """Press Reconnect, as a person has to where a token has ended: MCPJam refreshes it only then."""
            await open_tab("MCP Servers")
            await page.locator("main [aria-haspopup=menu]").first.click()
            again = re.compile("/api/mcp/servers/reconnect$")
            back = asyncio.ensure_future(page.wait_for_event("response", lambda r: again.search(r.url)))
            asks = asyncio.ensure_future(chromium.signing_in(page).wait_for())
            await page.get_by_role("menuitem", name="Reconnect").click()
            done, waiting = await asyncio.wait({back, asks}, return_when=asyncio.FIRST_COMPLETED)
            for other in waiting:
                other.cancel()
            if asks in done:
                await signed_in()
            await list_tools()

        async def list_tools():
            await open_tab("MCP Servers")
            await open_tab("Tools")
            if not await chromium.shown(exactly("whoami"), seconds=5):
                await reconnect()
            return await page.locator("main code").all_inner_texts()

        async def execute(tool, arguments):
            await exactly(tool).first.click()
            for name, value in arguments.items():
                field = page.locator(".group", has=exactly(name)).locator("select, input, textarea")
                if isinstance(value, bool):
                    await field.set_checked(value)
                else:
                    await field.fill(value if isinstance(value, str) else json.dumps(value))
            async with page.expect_response("**/api/mcp/tools/execute") as answered:
                await page.get_by_role("button", name="Execute").click()
            return await (await answered.value).json()

        async def call(tool, arguments):
            answer = await execute(tool, arguments)
            if "result" not in answer:
                await reconnect()
                answer = await execute(tool, arguments)
            # It checks each result against the output schema of the tool.
            await page.get_by_text("Valid", exact=True).wait_for()
            return answer["result"]["structuredContent"]

        await type_in()
        await signed_in()
        await debug()
        await conversation.serve(list_tools, call)


asyncio.run(main())
