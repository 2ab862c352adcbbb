"""Clients whose page runs in Chromium: their own server, a window on it, and the person in that window."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import commands
import conversation
from playwright.async_api import Locator, Page, async_playwright
from playwright.async_api import TimeoutError as NotShown

PERSON, PASSWORD = "planner@demo.example", "demo-only-password"
PRODUCT = conversation.MCP_URL.partition("/mcp/")[0]


@asynccontextmanager
async def window(serve: list[str], address: str, **environment: str) -> AsyncIterator[Page]:
    """The client's server, and its first page once that answers."""
    with (Path(os.environ["HOME"]) / "served").open("wb") as said:
        server = subprocess.Popen(  # noqa: ASYNC220 - at once, and before anything else runs
            [commands.NODE, *serve],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        _wait_for(address, server)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            context = await browser.new_context(viewport={"width": 1500, "height": 1200})
            await context.grant_permissions(["clipboard-read", "clipboard-write"])
            page = await context.new_page()
            page.set_default_timeout(30_000)
            await page.goto(address)
            yield page
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # it starts others


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise RuntimeError("its server did not start")


def signing_in(page: Page) -> Locator:
    """The form of the product that is shown while the person signs in or decides."""
    return page.locator("input[name=password], button[name=decision][value=approve]").first


async def sign_in(page: Page) -> None:
    """The person types who they are where they are asked, and approves."""
    await page.wait_for_url(re.compile(re.escape(PRODUCT)))
    if not os.path.exists(os.environ["PERSON_IS_THERE"]):  # noqa: ASYNC240, PTH110 - a file in memory
        raise PermissionError("the person did not sign in again")
    if await page.locator("input[name=password]").count():
        await page.fill("input[name=login]", PERSON)
        await page.fill("input[name=password]", PASSWORD)
        await page.press("input[name=password]", "Enter")
    await page.locator("button[name=decision][value=approve]").click()


async def shown(what: Locator, seconds: float = 20) -> bool:
    try:
        await what.wait_for(timeout=seconds * 1000)
    except NotShown:
        return False
    return True
