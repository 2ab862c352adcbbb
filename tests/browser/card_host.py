"""A page that shows cards as an assistant does: the AppBridge of ext-apps, with the Inspector's sandbox."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from tests.clients.node import HERE, node, package
from tests.http_servers import serving

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title>
<link rel="icon" href="data:,">
<style>body { margin: 0 } :root { color-scheme: light dark }</style><script src="host.js"></script></html>"""
# What claude.ai and the basic host of ext-apps say that they can do.
ABLE: Mapping[str, Any] = {"openLinks": {}, "serverTools": {}, "updateModelContext": {"text": {}}}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@dataclass(frozen=True)
class Places:
    """The addresses of the host and of its sandbox. They have different origins."""

    host: str
    sandbox: str


@contextmanager
def served(directory: Path) -> Iterator[Places]:
    """Put the host together in this directory, and serve it."""
    bundler = package("rolldown") / "bin" / "cli.mjs"
    package("@modelcontextprotocol/ext-apps")
    proxy = package("@modelcontextprotocol/inspector") / "clients" / "web" / "static" / "sandbox_proxy.html"
    subprocess.run(
        [
            node(), str(bundler), "card_host.mjs", "--file", str(directory / "host.js"),
            "--format", "iife", "--platform", "browser",
        ],
        cwd=HERE, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (directory / "index.html").write_text(PAGE, encoding="utf-8")
    (directory / "sandbox.html").write_text(proxy.read_text(encoding="utf-8"), encoding="utf-8")
    handler = partial(Quiet, directory=str(directory))
    host, sandbox = (ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(2))
    with serving(host), serving(sandbox):
        origins = [f"http://127.0.0.1:{server.server_address[1]}" for server in (host, sandbox)]
        yield Places(origins[0], f"{origins[1]}/sandbox.html")


@dataclass
class Shown:
    """A card that is shown: its frame, and the result that it got."""

    frame: Frame
    result: dict[str, Any]
    resource: dict[str, Any]


@dataclass
class Host:
    """One page of the host, connected to the product."""

    page: Page
    places: Places
    connected: dict[str, Any]
    complaints: list[str] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)

    def show(
        self,
        tool: str,
        arguments: dict[str, Any],
        *,
        theme: str = "light",
        locale: str = "en-US",
        able: Mapping[str, Any] = ABLE,
        changed: Mapping[str, Any] | None = None,
    ) -> Shown:
        """Call a tool and show its card. `changed` replaces parts of the result on its way to the card."""
        context = {"theme": theme, "locale": locale, "displayMode": "inline", "platform": "web"}
        given = [tool, arguments, context, self.places.sandbox, dict(able), dict(changed or {})]
        answer = self.page.evaluate("(given) => cards.show(...given)", given)
        frame = self.page.frames[-1]
        # Not wait_for_function, which the card's own policy forbids as soon as it has to look twice.
        expect(frame.locator("h1").filter(has_text="…")).to_have_count(0)
        return Shown(frame, answer["result"], answer["resource"])

    @property
    def seen(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = self.page.evaluate("cards.seen")
        return found


@contextmanager
def opened(
    chrome: Browser,
    places: Places,
    url: str,
    token: str,
    *,
    mode: str = "auto",
    declares: bool = True,
    **options: Any,
) -> Iterator[Host]:
    """Open the host and connect it, in 2026-07-28 (`auto`) or with `initialize` (`legacy`)."""
    context: BrowserContext = chrome.new_context(**options)
    page = context.new_page()
    complaints: list[str] = []
    reached: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfinished", lambda request: reached.append(request.url))
    page.goto(places.host)
    connected = page.evaluate("(given) => cards.connect(...given)", [url, token, mode, declares])
    yield Host(page, places, connected, complaints, reached)
    context.close()
