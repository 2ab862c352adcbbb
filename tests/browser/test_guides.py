"""The screens of the guides, in Spanish and Portuguese, as people there see them.

`UPDATE_IMAGES=1` writes the screenshots to docs/images.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from consumers.handshake.steps import Step
from tests.browser.article import browser as browser
from tests.browser.article import picture, picture_without_secret
from tests.browser.article import server as server
from tests.browser.article import site as site
from tests.clients.assistant import Assistant
from tests.process.person import DEMO_PASSWORD
from tests.process.server import ROOT, Server

pytestmark = pytest.mark.browser
CALLBACK = "https://claude.ai/api/mcp/auth_callback"


def context(browser: Browser, language: str, height: int = 760) -> BrowserContext:
    made = browser.new_context(
        viewport={"width": 1180, "height": height},
        locale=language,
        permissions=["clipboard-read", "clipboard-write"],
    )
    made.set_default_timeout(15_000)
    return made


def sign_in(page: Page, email: str) -> None:
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(DEMO_PASSWORD)
    page.locator("input[name=password]").press("Enter")


@pytest.mark.parametrize(
    ("language", "ending", "save", "approve", "name"),
    [
        ("es-CO", "es", "Guardar", "Aprobar", "Claude"),
        ("pt-BR", "pt-br", "Salvar", "Aprovar", "Claude Brasil"),
    ],
)
def test_the_way_of_a_guide(
    server: Server, browser: Browser, language: str, ending: str, save: str, approve: str, name: str
) -> None:
    page = context(browser, language).new_page()
    page.goto(f"{server.url}/settings/api-connections/oauth-consumers/add/")
    sign_in(page, "admin@demo.example")
    expect(page.locator("html")).to_have_attribute("lang", ending)
    page.locator("input[name=grant_type][value^=authorization]").check()
    page.locator("select[name=assistant]").select_option("claude")
    expect(page.locator("input[name=name]")).to_have_value("Claude")
    page.locator("input[name=name]").fill(name)  # both are in one company, and equal names are asked about
    page.locator("select[name=permission_group]").select_option(label="Planificadores")
    page.set_viewport_size({"width": 1180, "height": 1900})
    picture(page, f"04-consumer-form.{ending}")
    page.set_viewport_size({"width": 1180, "height": 760})
    page.get_by_role("button", name=save, exact=True).click()
    key, secret = page.locator("#key").inner_text(), page.locator("#secret").inner_text()
    picture_without_secret(page, f"05-credentials.{ending}")

    assistant = Assistant(server, {"key": key, "secret": secret}, CALLBACK)
    window = context(browser, language, height=900).new_page()
    window.set_viewport_size({"width": 560, "height": 900})
    assistant.discover()
    window.goto(assistant.authorization_address())
    sign_in(window, "planner@demo.example")
    expect(window.get_by_role("button", name=approve)).to_be_visible()
    picture(window, f"06-consent.{ending}", whole=True)
    window.route(f"{CALLBACK}**", lambda route: route.fulfill(body="Claude"))
    window.get_by_role("button", name=approve).click()
    window.wait_for_url(f"{CALLBACK}?**")
    assert assistant.redeem(window.url).status_code == 200
    assistant.begin()
    page.locator("[data-kept]").check()
    page.locator("a[href*='/connect/?since=']").first.click()
    expect(page.locator(".handshake > .done")).to_have_count(len(Step))
    picture(page, f"10-connect.{ending}", whole=True)


@pytest.mark.parametrize("guide", sorted((ROOT / "docs/guides").glob("*.*.md")), ids=lambda path: path.name)
def test_each_guide_has_its_parts(guide: Path) -> None:
    """What to register, what to paste where, what can go wrong, and what was checked in reality."""
    text = guide.read_text(encoding="utf-8")
    language = guide.name.split(".")[-2]
    pictures = "" if language == "en" else f".{language}"
    assert f"05-credentials{pictures}.png" in text
    assert f"06-consent{pictures}.png" in text
    headings = {
        "en": ("## When it does not work", "## Checked on"),
        "es": ("## Cuando no funciona", "## Comprobado el"),
        "pt-br": ("## Quando não funciona", "## Verificado em"),
    }[language]
    for heading in headings:
        assert heading in text
    assert "2026-11-2" in text.split(headings[1])[1]
