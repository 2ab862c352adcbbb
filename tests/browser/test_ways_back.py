"""Double clicks, long requests, lost cookies and switched companies in Chromium."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, ViewportSize, expect

from accounts import invitations
from accounts.models import Membership
from consumers.models import AppAuthorization, AuthorizationRequest, Consumer, Grant
from consumers.oauth import consent
from consumers.screens import consumer_list
from tests.browser.callbacks import assistant
from tests.browser.chromium import LIST, PROBLEMS, signed_in
from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.conftest import World
from tests.consumers.conftest import Program
from tests.consumers.conftest import program as program
from tests.consumers.conftest import register as register
from tests.consumers.registered import consumer_in
from tests.factories import PASSWORD, MembershipFactory, invite

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BUSY = 1.5  # seconds
SMALL: ViewportSize = {"width": 320, "height": 640}


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def slow(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """Call the real view after a delay, like a busy server."""
    real: Callable[..., Any] = getattr(module, name)

    def later(*args: Any, **kwargs: Any) -> Any:
        time.sleep(BUSY)
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, later)


def click_twice(page: Page, button: Any, pause: float) -> None:
    """Click twice without waiting for the result of the first click."""
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    time.sleep(pause)
    page.mouse.click(x, y)


@pytest.mark.parametrize("pause", [0.05, 1.0])
@pytest.mark.parametrize("decision", ["Approve", "Refuse"])
def test_two_clicks_on_a_slow_server_end_at_the_assistant(
    world: World,
    chrome: Browser,
    site: str,
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    decision: str,
    pause: float,
) -> None:
    slow(monkeypatch, consent, "decide")
    context, page, _complaints = signed_in(chrome, site, world.owner)
    called = assistant(context)
    page.goto(program.address())
    click_twice(page, page.get_by_role("button", name=decision), pause)
    expect(page.get_by_text("The assistant has it.")).to_be_visible(timeout=20_000)
    assert len(called) == 1
    assert ("code=" in called[0]) == (decision == "Approve")
    assert Grant.objects.count() == AppAuthorization.objects.count() == int(decision == "Approve")


def test_two_clicks_on_accept(
    world: World, chrome: Browser, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a person with an account, and for one without."""
    invite(world.owner.email, world.stranger_group, by=world.stranger)
    token = invite("new@example.com", world.stranger_group, by=world.stranger)
    slow(monkeypatch, invitations, "accept")
    slow(monkeypatch, invitations, "accept_as_new")
    context, page, _complaints = signed_in(chrome, site, world.owner, viewport=SMALL)
    page.goto("/invitations/")
    assert page.evaluate(PROBLEMS) == []
    click_twice(page, page.get_by_role("button", name="Accept", exact=True), 0.05)
    expect(page.get_by_text("You are now a member of Otra")).to_be_visible(timeout=20_000)
    context.clear_cookies()
    page.goto(f"/invitations/{token}/")
    assert page.evaluate(PROBLEMS) == []
    page.get_by_label("Password *", exact=True).fill(PASSWORD)
    page.get_by_label("Confirm password").fill(PASSWORD)
    click_twice(page, page.get_by_role("button", name="Accept and sign in"), 0.05)
    expect(page.get_by_role("heading", name="Welcome, new@example.com")).to_be_visible(timeout=20_000)
    assert Membership.objects.filter(company=world.other_company).count() == 3


def test_two_clicks_on_delete(
    world: World, chrome: Browser, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer_in(world)
    _context, page, _complaints = signed_in(chrome, site, world.owner)
    page.goto(LIST)
    page.get_by_label("Select ChatGPT").check()
    page.get_by_role("button", name="Delete…").click()
    slow(monkeypatch, consumer_list, "consumers_of")
    click_twice(page, page.get_by_role("button", name="Delete", exact=True), 0.05)
    expect(page.get_by_text("No OAuth consumers yet")).to_be_visible(timeout=20_000)
    assert not Consumer.objects.exists()


def test_a_long_request_through_sign_in_and_lost_cookies(
    world: World, chrome: Browser, site: str, program: Program
) -> None:
    """The same request from the first page to the last, whatever happens to the cookies in between."""
    context = chrome.new_context(base_url=site, locale="en-US", viewport=SMALL)
    called, page = assistant(context), context.new_page()
    page.goto(program.address("", state="x" * 8192))
    context.clear_cookies()
    page.get_by_label("E-mail").fill(world.owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("cookies must be allowed")).to_be_visible()
    assert page.evaluate(PROBLEMS) == []
    page.get_by_role("link", name="Try again").click()
    page.get_by_label("E-mail").fill(world.owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    context.clear_cookies(name="session")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("You were signed out in the meantime")).to_be_visible()
    page.wait_for_load_state("load")
    assert page.evaluate(PROBLEMS) == []
    page.get_by_label("E-mail").fill(world.owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    AuthorizationRequest.objects.all().delete()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("link", name="Start again").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("The assistant has it.")).to_be_visible()
    assert f"state={'x' * 8192}" in called[0]


def test_a_form_of_the_other_company_in_the_panel(world: World, chrome: Browser, site: str) -> None:
    """The input is not lost, and is sent in the company for which it was entered."""
    MembershipFactory(user=world.owner, permission_group=world.stranger_group)
    context, page, _complaints = signed_in(chrome, site, world.owner)
    page.goto(LIST)
    page.get_by_title("New OAuth consumer").click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("Name").fill("Typed for Planta Demo")
    panel.get_by_label("Permission group").select_option(label="Readers")
    other = context.new_page()
    other.goto("/")
    other.locator("summary", has_text="Planta Demo").click()
    other.get_by_role("button", name="Otra").click()
    expect(other.locator("summary", has_text="Otra")).to_be_visible()
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("heading", name="Nothing was saved")).to_be_focused()
    assert not Consumer.objects.exists()
    panel.get_by_role("button", name="Return to Planta Demo and submit it there").click()
    expect(page.get_by_role("heading", name="Typed for Planta Demo is registered")).to_be_visible()
    assert Consumer.objects.get().company == world.company


def test_the_end_of_a_membership_asks_the_whole_window(world: World, chrome: Browser, site: str) -> None:
    consumer_in(world)
    MembershipFactory(user=world.owner, permission_group=world.stranger_group)
    _context, page, _complaints = signed_in(chrome, site, world.owner, viewport=SMALL)
    page.goto(LIST)
    Membership.objects.filter(user=world.owner, company=world.company).update(active=False)
    page.get_by_role("link", name="ChatGPT").click()
    expect(page.get_by_role("heading", name="Choose a company")).to_be_visible()
    assert page.evaluate(PROBLEMS) == []
    page.get_by_role("button", name="Otra").click()
    expect(page.get_by_text("No OAuth consumers yet")).to_be_visible()
