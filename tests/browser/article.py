"""Chromium, the product and a stand-in for ChatGPT for the help article, and its screenshots."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.chatgpt import ChatGPT, chatgpt
from tests.process.requirements import chromium
from tests.process.server import ROOT, Server, started

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    chromium()  # Skip before anything is started.
    with started(tmp_path_factory.mktemp("article")) as running:
        yield running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatGPT]:
    with chatgpt(tmp_path_factory.mktemp("chatgpt")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(site: ChatGPT, playing: Playwright) -> Iterator[Browser]:
    flags = [*FLAGS, f"--host-resolver-rules=MAP chatgpt.com 127.0.0.1:{site.port}"]
    started_browser = playing.chromium.launch(executable_path=chromium(), args=flags)
    yield started_browser
    started_browser.close()


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Take a screenshot. `whole` makes the window as high as the page, as its lower bar stays at the edge."""
    if os.environ.get("UPDATE_IMAGES") != "1":
        return
    page.evaluate("document.getElementById('panel')?.scrollTo(0, 0)")
    size = page.viewport_size
    if whole and size:
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": height})
    page.screenshot(path=ROOT / "docs" / "images" / f"{name}.png", animations="disabled")
    if whole and size:
        page.set_viewport_size(size)


def picture_without_secret(page: Page, name: str) -> None:
    """Take a screenshot without the secret.

    It goes into the repository, where not even an invalid secret belongs.
    """
    page.evaluate(
        """() => { for (const id of ["key", "secret"]) {
            const value = document.getElementById(id);
            value.textContent = value.textContent.slice(0, 8) + "…";
        } }"""
    )
    picture(page, name)
