"""Ceilings and requests to use an app in Chromium: by keyboard, and between the app and its approval."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from accounts.models import User
from consumers.models import Consumer
from consumers.policy.models import AccessRequest
from tests.browser.chromium import PROBLEMS, signed_in
from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.conftest import World
from tests.consumers.conftest import Register
from tests.consumers.conftest import register as register
from tests.consumers.registered import WRITE, authorize, consumer_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
API = "/settings/api-connections/"
SIZES: tuple[ViewportSize, ViewportSize] = ({"width": 1280, "height": 800}, {"width": 360, "height": 740})
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def fits(page: Page, path: str) -> None:
    assert page.evaluate(PROBLEMS) == [], path
    assert not page.evaluate(SIDEWAYS), path


def test_a_tool_is_forbidden_by_keyboard(world: World, chrome: Browser, site: str) -> None:
    app = consumer_in(world)
    _context, page, complaints = signed_in(chrome, site, world.owner)
    page.goto(f"{API}oauth-consumers/{app.pk}/ceiling/")
    page.get_by_label("Create a work order").focus()
    page.keyboard.type("Never")
    page.get_by_label("Maximum writes per hour").fill("7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("What ChatGPT may do is saved.")
    stored = Consumer.objects.get(pk=app.pk)
    assert (stored.tool_rules, stored.writes_per_hour) == ({"create_work_order": "never"}, 7)
    assert complaints == []


def test_enter_never_confirms_harm(world: World, chrome: Browser, site: str) -> None:
    """The first button of the form saves; the one that cuts people off has to be pressed."""
    app = consumer_in(world)
    authorize(world.colleague, app, WRITE)
    _context, page, _complaints = signed_in(chrome, site, world.owner)
    page.goto(f"{API}oauth-consumers/{app.pk}/ceiling/")
    page.get_by_label("Only these groups and people").check()
    for _time in range(2):
        with page.expect_navigation():  # the page before shows the same question
            page.get_by_label("Maximum writes per hour").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("1 connected person could no longer use it.")
        assert Consumer.objects.get(pk=app.pk).everyone_may_use
    fits(page, "the question")
    page.get_by_role("button", name="Save anyway").click()
    expect(page).to_have_url(f"{site}{API}oauth-consumers/{app.pk}/")
    assert not Consumer.objects.get(pk=app.pk).everyone_may_use


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_a_person_asks_and_waits(
    register: Register, world: World, chrome: Browser, site: str, language: str
) -> None:
    program = register(approve_first=True)
    User.objects.filter(pk=world.colleague.pk).update(language=language)
    _context, page, _complaints = signed_in(chrome, site, world.colleague, viewport=SIZES[1])
    page.goto(program.address())
    fits(page, "access_needed")
    page.locator("form[action='/oauth/authorize/ask-access'] button").click()
    expect(page.locator("code", has_text="access_waits")).to_be_visible()
    fits(page, "access_waits")
    AccessRequest.objects.update(approved=False)
    page.reload()
    expect(page.locator("code", has_text="access_refused")).to_be_visible()
    fits(page, "access_refused")
    AccessRequest.objects.update(approved=True)
    page.reload()
    expect(page.locator("button[name=decision][value=approve]")).to_be_visible()
