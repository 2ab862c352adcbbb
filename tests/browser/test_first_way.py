"""A first-time administrator's way to a working connection, counted: `pytest -n 0 -s` prints the figures."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.browser.connector_form import ConnectorForm
from tests.browser.effort import Effort
from tests.conftest import World
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def copy(ours: Page, what: str) -> None:
    ours.bring_to_front()
    button = ours.locator(f"dd:has(#{what})").get_by_role("button")
    button.click()
    expect(button).to_contain_text("Copied")


def paste(chat: Page, field: str) -> None:
    chat.bring_to_front()
    chat.get_by_label(field).click()
    chat.keyboard.press("Control+V")


def test_the_way_from_sign_in_to_a_token(world: World, chrome: Browser, site: str) -> None:
    """It once took 24 clicks, 10 fields and 5 to 8 window changes."""
    cache.clear()
    context = chrome.new_context(base_url=site, locale="en-US")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    effort, form = Effort(context), ConnectorForm(context, site)
    ours, chat = context.new_page(), context.new_page()
    chat.goto("https://chatgpt.com/")

    ours.goto("/")
    for name, text in (("login", world.owner.email), ("password", PASSWORD)):
        ours.locator(f"input[name={name}]").click()
        ours.keyboard.type(text)
    ours.get_by_role("button", name="Sign in").click()
    ours.get_by_role("link", name="Connect an assistant").click()
    ours.get_by_role("button", name="Save").click()
    copy(ours, "mcp-url")

    chat.get_by_role("button", name="Plugins").click()
    chat.get_by_role("button", name="+").click()
    chat.get_by_role("button", name="Add custom MCP server").click()
    chat.get_by_label("Name").click()
    chat.keyboard.type("Fracttal One")
    paste(chat, "Server URL")
    copy(ours, "key")
    paste(chat, "Client ID")
    copy(ours, "secret")
    paste(chat, "Client secret")
    chat.get_by_label("I understand").check()
    chat.get_by_role("button", name="Create as a plugin").click()
    with context.expect_page() as opened:
        chat.get_by_role("button", name="Connect").click()
    popup = opened.value
    expect(popup.get_by_text("callback_unregistered")).to_be_visible()

    ours.bring_to_front()
    ours.get_by_role("button", name="Accept", exact=True).click()
    expect(ours.get_by_text("Registered callback URLs:")).to_be_visible()
    popup.bring_to_front()
    popup.get_by_role("link", name="Try again").click()
    popup.get_by_role("button", name="Approve").click()
    expect(chat.locator("#status")).to_have_text("Connected")
    expect(ours.get_by_text("Connected: the assistant has its token.")).to_be_visible()

    assert form.typed["url"].endswith("/mcp/oauth/fracttal-one")
    print(f"{effort.clicks} clicks, {effort.fields} fields, {effort.window_changes} window changes")
    assert (effort.clicks, effort.fields, effort.window_changes) == (15, 6, 7)
