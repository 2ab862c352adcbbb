"""One Chromium for the tests of this folder: to start it takes longer than most of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.chromium import AXE
from tests.process.requirements import chromium, need

ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="package")
def playing() -> Iterator[Playwright]:
    """Playwright, which a thread can start only once at a time."""
    with pytest.MonkeyPatch.context() as patched, sync_playwright() as playwright:
        # Its event loop runs in this thread, so Django would take it for an asynchronous one.
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield playwright


@pytest.fixture(scope="package")
def launched(request: pytest.FixtureRequest) -> Iterator[Browser]:
    program = chromium()
    need("axe-core (npm ci --prefix tests/clients)", str(AXE) if AXE.exists() else None)
    playwright: Playwright = request.getfixturevalue("playing")
    browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
    yield browser
    browser.close()
