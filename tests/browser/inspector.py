"""The web client of the MCP Inspector, whose Apps screen is a host of cards that others wrote."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Frame, Locator, Page, expect

from tests.clients.node import node, package
from tests.process.databases import free_port, wait_for_port

# The servers of its catalog, by the era in which it begins with them.
SERVERS: Mapping[str, str] = {"light": "legacy", "dark": "modern"}


@contextmanager
def served(directory: Path, url: str, token: str) -> Iterator[str]:
    """Start the Inspector with a catalog of SERVERS that has the token in it. Give its address."""
    start = package("@modelcontextprotocol/inspector") / "clients" / "launcher" / "build" / "index.js"
    plant = {"type": "streamable-http", "url": url, "headers": {"Authorization": f"Bearer {token}"}}
    catalog = directory / "catalog.json"
    servers = {name: {**plant, "protocolEra": era} for name, era in SERVERS.items()}
    catalog.write_text(json.dumps({"mcpServers": servers}), encoding="utf-8")
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "MCP_STORAGE_DIR": str(directory / "storage"),
        "CLIENT_PORT": str(port),
        "MCP_SANDBOX_PORT": "0",
        "MCP_APP_ORIGIN_PORT": "0",
        "MCP_AUTO_OPEN_ENABLED": "false",
        "MCP_INSPECTOR_SECRET_STORE": "file",
        "DANGEROUSLY_OMIT_AUTH": "true",
    }
    with (directory / "inspector.log").open("wb") as said:
        process = subprocess.Popen(
            [node(), str(start), "--web", "--catalog", str(catalog)],
            env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
    try:
        wait_for_port(port, process, seconds=60)
        yield f"http://localhost:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # it starts others
        process.wait(20)


@dataclass
class Inspector:
    """One page of it, connected and on its Apps screen."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    @property
    def form(self) -> Locator:
        """The question that it asks the person itself."""
        return self.page.get_by_role("dialog", name="Elicitation Request")

    def open(self, title: str, arguments: dict[str, Any]) -> Frame:
        """Call a tool from the Apps screen. Give the frame of its card, as soon as that has greeted."""
        back = self.page.get_by_role("button", name="Back to Input")
        if back.is_visible():
            back.click()
        self.page.locator("main").get_by_text(title, exact=True).first.click()
        as_json = self.page.get_by_role("switch", name="Edit as JSON")
        as_json.wait_for()
        if not as_json.is_checked():
            as_json.click(force=True)
        self.page.get_by_label("Arguments JSON").focus()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(json.dumps(arguments))
        self.page.get_by_role("button", name="Open App").click()
        card = self.page.frame_locator("main iframe").frame_locator("iframe").locator("main[data-card]")
        card.wait_for()
        frame = card.element_handle().owner_frame()
        assert frame is not None
        return frame

    def show(self, title: str, arguments: dict[str, Any]) -> Frame:
        """Call a tool, and wait until its card has drawn the result."""
        frame = self.open(title, arguments)
        expect(frame.locator("h1").filter(has_text="…")).to_have_count(0)
        return frame


@contextmanager
def connected(chrome: Browser, address: str, server: str, **options: Any) -> Iterator[Inspector]:
    """Open the Inspector and connect it to a server of its catalog."""
    context = chrome.new_context(viewport={"width": 1500, "height": 1000}, locale="en-US", **options)
    page = context.new_page()
    page.set_default_timeout(30_000)
    inspector = Inspector(page)
    page.on("pageerror", lambda error: inspector.complaints.append(str(error)))
    page.goto(address)
    page.get_by_role("switch").nth(list(SERVERS).index(server)).click(force=True)
    page.get_by_text("Apps", exact=True).first.click()
    page.get_by_text("MCP Apps (").wait_for()
    yield inspector
    context.close()
