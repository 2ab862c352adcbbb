"""Chromium on the screens of the test's own server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from tests.clients import node as node_programs

LIST = "/settings/api-connections/oauth-consumers/"
OWN = (Path(__file__).parent / "accessibility.js").read_text(encoding="utf-8")
AXE = Path(node_programs.__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
# What is wrong with a page: what axe-core finds (WCAG 2.0 to 2.2, A and AA), and what we look for ourselves.
PROBLEMS = f"""async () => {{
  if (!window.axe) {{ {AXE.read_text(encoding="utf-8") if AXE.exists() else ""} }}
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  // Our own check measures targets: axe takes a link that a scrolled menu clips for a small one.
  const rules = {{ "target-size": {{ enabled: false }} }};
  const told = await axe.run(document, {{ runOnly: tags, rules, resultTypes: ["violations"] }});
  const found = told.violations.map(
    (each) => `axe ${{each.id}}: ${{each.nodes.map((node) => node.html.slice(0, 120))}}`,
  );
  const own = ({OWN.strip().rstrip(";")})();
  return [...found, ...own];
}}"""


@pytest.fixture
def chrome(launched: Browser) -> Iterator[Browser]:
    """Chromium without a page; what a test opens is closed after it."""
    yield launched
    for context in launched.contexts:
        context.close()


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
