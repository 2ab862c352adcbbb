"""Profile > Calendar in Chromium: the link is copied once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import Membership
from calendars import links
from calendars.models import CalendarLink
from tests.browser.chromium import PROBLEMS, signed_in
from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/profile/calendar/"


def test_the_link_is_copied_once_and_revoked(world: World, chrome: Browser, site: str) -> None:
    context, page, complaints = signed_in(chrome, site, world.owner)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    page.goto("/profile/")
    page.get_by_role("link", name="Calendar").click()
    page.get_by_role("button", name="Make a private link").click()
    link = page.locator("#calendar-link").inner_text()
    assert re.search(r"/calendar/fmw_[\w-]{43}\.ics$", link)
    assert page.evaluate(PROBLEMS) == []
    copy = page.locator("[data-once]").get_by_role("button")
    copy.click()
    expect(copy).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == link
    page.goto(PAGE)
    assert link not in page.content()
    assert page.evaluate(PROBLEMS) == []
    page.get_by_role("button", name="Revoke the link").click()
    expect(page.get_by_text("The calendar link no longer works.")).to_be_visible()
    expect(page.get_by_role("button", name="Make a private link")).to_be_visible()
    assert page.evaluate(PROBLEMS) == []
    assert complaints == []


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_an_administrator_revokes_the_link_of_a_person(
    world: World, chrome: Browser, site: str, language: str, width: int
) -> None:
    world.owner.language = language
    world.owner.save()
    world.colleague.name = "Ana María de los Ángeles Torres-Gutiérrez y Sepúlveda"
    world.colleague.save()
    links.renew(Membership.objects.get(user=world.colleague), "127.0.0.1")
    _context, page, complaints = signed_in(
        chrome, site, world.owner, viewport={"width": width, "height": 800}
    )
    page.goto("/settings/security/")
    page.locator("a[href='/settings/security/calendar-links/']").click()
    expect(page.get_by_role("row", name=world.colleague.name)).to_be_visible()
    assert page.evaluate(PROBLEMS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("tbody a.danger").click()
    assert page.evaluate(PROBLEMS) == []
    page.locator("main button.danger").click()
    expect(page.locator("main .empty")).to_be_visible()
    assert page.evaluate(PROBLEMS) == []
    assert not CalendarLink.objects.exists()
    assert complaints == []
