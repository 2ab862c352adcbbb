"""The assistant's side of a browser: what is called at chatgpt.com."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext


def assistant(context: BrowserContext) -> list[str]:
    """Intercept the assistant's callback. The returned list fills with the URLs that are called."""
    called: list[str] = []

    def answer(route: Any) -> None:
        called.append(route.request.url)
        route.fulfill(body="The assistant has it.")

    context.route("https://chatgpt.com/**", answer)
    return called
