"""The pages of Configuration > Security, of a person and of a group, in Chromium."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.security_policy import SecurityPolicy
from tests.accounts.signing_in import code_of
from tests.browser.chromium import PROBLEMS, signed_in
from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.conftest import World
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_pausing_and_resuming_with_the_keyboard(world: World, chrome: Browser, site: str) -> None:
    _context, page, complaints = signed_in(chrome, site, world.owner)
    page.goto("/settings/security/")
    page.get_by_role("button", name="Pause all writes").focus()
    page.keyboard.press("Enter")
    banner = page.get_by_role("complementary", name="Pause of writes")
    expect(banner).to_contain_text("Paused by Owner")
    page.goto("/profile/")
    banner.get_by_role("button", name="Resume").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Writes are resumed.")).to_be_visible()
    expect(banner).to_have_count(0)
    assert complaints == []


def test_a_sign_in_leads_through_the_set_up_and_on(world: World, chrome: Browser, site: str) -> None:
    SecurityPolicy.objects.create(company=world.company, two_step="everybody")
    page = chrome.new_page(base_url=site, locale="en-US")
    page.goto("/profile/")
    sign_in(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Your company requires two-step sign-in.")).to_be_visible()
    assert page.evaluate(PROBLEMS) == []
    secret = re.search(r"[A-Z2-7]{16,}", page.locator(".copyable code").inner_text())
    assert secret
    page.get_by_label("Authenticator code").fill(code_of(secret[0]))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_role("heading", name="Profile")).to_be_visible()


def sign_in(page: Page) -> None:
    page.get_by_label("E-mail").fill("owner@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
