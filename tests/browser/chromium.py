"""Chromium on the screens of the test's own server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.process.requirements import chromium

LIST = "/settings/api-connections/oauth-consumers/"
PROBLEMS = (Path(__file__).parent / "accessibility.js").read_text()
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture
def chrome(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    program = chromium()
    # Django would take the test's thread for an asynchronous one because of Playwright's event loop.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(settings: Any, live_server: Any) -> str:
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
    return str(live_server.url)


def signed_in(
    chrome: Browser, site: str, user: Any, **options: Any
) -> tuple[BrowserContext, Page, list[str]]:
    """Open a page as a signed-in person, and collect the browser's errors and warnings."""
    client = Client()
    client.force_login(user)
    context = chrome.new_context(base_url=site, locale="en-US", **options)
    context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": site}])
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda line: (
            complaints.append(line.text) if line.type == "error" and "422" not in line.text else None
        ),
    )
    return context, page, complaints
