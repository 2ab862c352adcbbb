"""The screens in Chromium: JavaScript, keyboard, small and dark displays."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Dialog, Page, expect

from accounts.models import Invitation, User
from consumers.models import AppAuthorization, Consumer
from tests.browser.chromium import LIST, PROBLEMS, signed_in
from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.browser.full_company import trusted_in
from tests.conftest import World
from tests.consumers.registered import WRITE, authorize, consumer_in
from tests.factories import PASSWORD, invite
from tests.pages import XSS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_registering_in_the_panel(world: World, chrome: Browser, site: str) -> None:
    context, page, complaints = signed_in(chrome, site, world.owner)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    page.goto(LIST)
    page.get_by_title("New OAuth consumer").click()
    panel = page.get_by_role("dialog", name="New OAuth consumer")
    expect(panel).to_be_visible()
    expect(panel.get_by_role("heading", name="New OAuth consumer")).to_be_focused()
    panel.get_by_label("Assistant").select_option("cursor")
    expect(panel.get_by_label("Callback URL 3", exact=True)).to_have_value("http://localhost:8787/callback")
    panel.get_by_role("button", name="add another").click()
    fourth = panel.get_by_label("Callback URL 4", exact=True)
    expect(fourth).to_be_focused()
    fourth.fill("http://evil.example/callback")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Plain http:// is allowed only for")).to_be_visible()
    expect(panel.get_by_role("alert")).to_be_focused()
    expect(fourth).to_have_value("http://evil.example/callback")
    panel.get_by_role("button", name="Remove callback URL 4").click()
    expect(fourth).to_have_count(0)
    panel.get_by_label("Permission group").select_option(label="Readers")
    panel.get_by_role("button", name="Save").click()
    secret = page.locator("#secret").inner_text()
    assert secret.startswith("fms_")
    copy = page.locator("[data-once]").get_by_role("button")
    copy.click()
    expect(copy).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    assert page.url.endswith(LIST), "the secret has no address of its own"
    # Leaving the panel forgets the secret: by Escape, then by the back and forward buttons.
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.get_by_role("link", name="Cursor")).to_be_visible()
    for move in (page.go_back, page.go_forward, page.reload):
        move()
        assert secret not in page.content()
    assert not any(secret in str(value) for value in storage_of(page))
    assert Consumer.objects.get().callback_urls[0].startswith("cursor://")
    assert complaints == []


def test_secret_on_a_page_of_its_own_is_gone_after_back(world: World, chrome: Browser, site: str) -> None:
    _context, page, complaints = signed_in(chrome, site, world.owner)
    page.goto(f"{LIST}add/?assistant=claude")
    page.get_by_label("Permission group").select_option(label="Readers")
    page.get_by_role("button", name="Save").click()
    secret = page.locator("#secret").inner_text()
    page.get_by_role("link", name="Done").click()
    page.wait_for_url(f"**{LIST}")
    page.go_back()
    assert secret not in page.content()
    assert Consumer.objects.count() == 1
    assert complaints == []


def storage_of(page: Page) -> list[str]:
    stored: list[str] = page.evaluate("[...Object.values(localStorage), ...Object.values(sessionStorage)]")
    return stored


def test_search_choose_and_delete(world: World, chrome: Browser, site: str) -> None:
    for name in ("ChatGPT", "Claude", "Sheet"):
        consumer_in(world, name)
    authorize(world.colleague, Consumer.objects.get(name="Claude"))
    _context, page, complaints = signed_in(chrome, site, world.owner)
    page.goto(LIST)
    expect(page.get_by_role("button", name="Delete…")).to_be_hidden()
    page.get_by_label("Search").fill("cl")
    expect(page.get_by_text("Showing 1 of 1 · 3 without the filter")).to_be_visible()
    assert "q=cl" in page.url
    page.get_by_label("Search").fill("")
    expect(page.get_by_text("Showing 3 of 3")).to_be_visible()
    page.get_by_label("Select Claude").check()
    page.get_by_label("Select Sheet").check()
    expect(page.locator("[data-chosen]")).to_have_text("2")
    page.get_by_role("button", name="Delete…").click()
    expect(page.get_by_text("1 person will lose the connection.")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Showing 1 of 1")).to_be_visible()
    assert complaints == []
    assert not AppAuthorization.objects.exists()


def test_by_keyboard_alone(world: World, chrome: Browser, site: str) -> None:
    consumer_in(world)
    _context, page, complaints = signed_in(chrome, site, world.owner)
    page.goto(LIST)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    menu = page.locator("summary", has_text="Owner")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Configuration", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Configuration", exact=True)).to_be_hidden()
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Configuration", exact=True)).to_be_hidden()
    row = page.get_by_role("link", name="ChatGPT")
    row.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        inside = page.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        )
        assert inside, "focus stays in the panel"
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(row).to_be_focused()
    assert complaints == []


def test_a_slip_beside_the_panel_loses_nothing(world: World, chrome: Browser, site: str) -> None:
    """A click beside the panel loses neither input nor the secret; Close and Escape ask before they do."""
    _context, page, complaints = signed_in(chrome, site, world.owner)
    page.goto(LIST)
    page.get_by_title("New OAuth consumer").click()
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    page.mouse.click(20, 400)
    expect(panel).to_be_hidden()
    page.get_by_title("New OAuth consumer").click()
    panel.get_by_label("Name").fill("ChatGPT")
    page.mouse.click(20, 400)
    expect(panel.get_by_label("Name")).to_have_value("ChatGPT")
    asked: list[str] = []
    answers = iter([False, True])

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if next(answers):
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    page.keyboard.press("Escape")
    expect(panel.get_by_label("Name")).to_have_value("ChatGPT")
    panel.get_by_role("link", name="Close").click()
    expect(panel).to_be_hidden()
    assert asked == ["Discard what you typed?"] * 2
    page.get_by_title("New OAuth consumer").click()
    expect(panel.get_by_label("Name")).to_have_value("")
    panel.get_by_label("Name").fill("ChatGPT")
    panel.get_by_label("Permission group").select_option(label="Readers")
    panel.get_by_role("button", name="Save").click()
    expect(page.locator("#secret")).to_be_visible()
    page.mouse.click(20, 400)
    expect(page.locator("#secret")).to_be_visible()
    page.get_by_label("I have stored the secret").check()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert complaints == []


def test_a_form_on_its_own_page_asks_before_it_is_left(world: World, chrome: Browser, site: str) -> None:
    _context, page, complaints = signed_in(chrome, site, world.owner)
    asked: list[str] = []
    stay = True

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        if stay:
            dialog.dismiss()
        else:
            dialog.accept()

    page.on("dialog", answer)
    page.goto("/settings/general/")
    page.get_by_role("link", name="User accounts").click()  # nothing was typed
    expect(page).to_have_url(f"{site}/settings/user-accounts/")
    assert asked == []
    page.goto("/settings/general/")
    page.get_by_label("Name").fill("Planta Sur")
    page.get_by_role("link", name="User accounts").click()
    expect(page.get_by_label("Name")).to_have_value("Planta Sur")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    assert asked == ["beforeunload"], "sending it asks nothing"
    stay = False
    page.get_by_label("Name").fill("Planta Norte")
    page.get_by_role("link", name="User accounts").click()
    expect(page).to_have_url(f"{site}/settings/user-accounts/")
    assert asked == ["beforeunload"] * 2
    page.goto("/profile/")
    page.locator("main input[name=name]").fill("Another name")
    page.get_by_role("link", name="App authorizations").click()
    expect(page).to_have_url(f"{site}/profile/app-authorizations/")
    assert asked == ["beforeunload"] * 3, "also outside of the configuration"
    assert complaints == []


def test_a_sign_in_that_ran_out_takes_the_whole_window(world: World, chrome: Browser, site: str) -> None:
    """The sign-in appears neither in the panel nor in place of the list."""
    consumer_in(world)
    context, page, _complaints = signed_in(chrome, site, world.owner)
    cookies = context.cookies()

    def row() -> None:
        page.get_by_role("link", name="ChatGPT").click()

    def search() -> None:
        page.get_by_label("Search").fill("x")

    for ask in (row, search):
        context.add_cookies([{"name": "session", "value": cookies[0]["value"], "url": site}])
        page.goto(LIST)
        context.clear_cookies(name="session")
        ask()
        page.wait_for_url(f"**/accounts/login/?next={LIST}*")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(page.locator(".topbar, dialog")).to_have_count(0)


def test_failures_are_said(world: World, chrome: Browser, site: str) -> None:
    """A row that is gone, a server that fails, a network that is down: the input stays."""
    consumer = consumer_in(world)
    context, page, _complaints = signed_in(chrome, site, world.owner)
    page.goto(LIST)
    consumer.delete()
    page.get_by_role("link", name="ChatGPT").click()
    said = page.get_by_role("alert")
    expect(said).to_contain_text("reload the page")
    expect(said).to_be_focused()
    page.reload()
    page.get_by_title("New OAuth consumer").click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("Name").fill("Typed")
    context.set_offline(True)
    for _attempt in range(2):
        panel.get_by_role("button", name="Save").click()
        expect(panel.get_by_role("alert")).to_have_count(1)
        expect(panel.get_by_role("alert")).to_be_focused()
    expect(panel.get_by_label("Name")).to_have_value("Typed")
    context.set_offline(False)
    panel.get_by_role("button", name="Save").click()


def test_small_displays(world: World, chrome: Browser, site: str) -> None:
    """320 pixels wide without sideways scrolling, targets of 24 pixels, readable contrast, no script run."""
    consumer = consumer_in(world, XSS, description=XSS)
    consumer_in(world, "W" * 100)
    authorize(world.owner, consumer)
    invite("a-person-with-a-long-name@maintenance.example.com", world.owner_group, by=world.owner)
    invitation = Invitation.objects.get()
    issuer = trusted_in(world)
    _context, page, complaints = signed_in(chrome, site, world.owner, viewport={"width": 320, "height": 640})
    page.on("dialog", lambda dialog: complaints.append(f"script ran: {dialog.message}"))
    for path in (
        "/", "/guide/", "/profile/", "/profile/app-authorizations/", "/profile/fracttal-one/",
        "/accounts/2fa/", "/accounts/password/change/",
        "/invitations/", f"/settings/user-accounts/invitations/{invitation.pk}/",
        "/settings/general/", "/settings/user-accounts/", "/settings/user-accounts/add/",
        "/settings/user-accounts/groups/", f"/settings/user-accounts/groups/{world.owner_group.pk}/",
        "/settings/catalogues/", "/settings/api-connections/", LIST, f"{LIST}add/", f"{LIST}{consumer.pk}/",
        "/settings/api-connections/app-authorizations/", "/accounts/logout/",
        "/settings/security/", "/settings/security/issuers/add/", f"/settings/security/issuers/{issuer.pk}/",
    ):  # fmt: skip
        page.goto(path)
        assert page.evaluate(PROBLEMS) == [], path
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_small_displays_before_sign_in(world: World, chrome: Browser, site: str, scheme: Any) -> None:
    page = chrome.new_page(
        base_url=site, viewport={"width": 320, "height": 640}, color_scheme=scheme, locale="en-US"
    )
    for path in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nothing"):
        page.goto(path)
        assert page.evaluate(PROBLEMS) == [], path
    page.goto("/accounts/login/")
    expect(page.get_by_label("E-mail")).to_be_focused()  # autofocus may come after "load"
    page.keyboard.type("owner@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong password 123")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    assert page.evaluate(PROBLEMS) == []
    page.keyboard.press("Tab")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Welcome, Owner")).to_be_visible()


def test_without_javascript(world: World, chrome: Browser, site: str) -> None:
    _context, page, _complaints = signed_in(chrome, site, world.owner, java_script_enabled=False)
    page.goto("/")
    page.locator("summary", has_text="Owner").click()
    page.get_by_role("link", name="Configuration", exact=True).click()
    page.get_by_role("link", name="API connections").click()
    page.get_by_role("link", name="OAuth consumers").click()
    page.get_by_title("New OAuth consumer").click()
    page.get_by_label("Assistant").select_option("claude")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("button", name="add another").click()
    page.get_by_label("Callback URL 3", exact=True).fill("https://own.example/callback")
    page.get_by_label("Permission group").select_option(label="Readers")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Claude is not known to use this callback URL")).to_be_visible()
    page.get_by_role("button", name="Save anyway").click()
    expect(page.locator("#secret")).to_contain_text("fms_")
    page.get_by_role("link", name="Done").click()
    page.get_by_label("Select Claude").check()
    page.get_by_role("button", name="Disable…").click()
    page.get_by_role("button", name="Disable", exact=True).click()
    expect(page.get_by_text("Disabled, effective immediately: Claude.")).to_be_visible()
    consumer = Consumer.objects.get()
    assert not consumer.enabled
    assert len(consumer.callback_urls) == 3


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_lists_show_all_their_buttons(world: World, chrome: Browser, site: str, language: str) -> None:
    """No list hides a column behind sideways scrolling, not even in the language with the longest words."""
    User.objects.filter(pk=world.owner.pk).update(language=language, name="María Fernanda " * 4)
    authorize(world.owner, consumer_in(world, "Asistente de mantenimiento " * 3), WRITE)
    authorize(world.owner, consumer_in(world, "W" * 100, enabled=False))
    authorize(world.colleague, consumer_in(world, "Draft", callback_urls=[]), revoked_at=timezone.now())
    issuer = trusted_in(world)
    _context, page, complaints = signed_in(chrome, site, world.owner)
    for path in (
        LIST, "/settings/catalogues/", "/settings/api-connections/app-authorizations/",
        "/profile/app-authorizations/", "/settings/security/", f"/settings/security/issuers/{issuer.pk}/",
        "/profile/", "/settings/user-accounts/", "/settings/user-accounts/groups/",
        f"/settings/user-accounts/groups/{world.owner_group.pk}/",
    ):  # fmt: skip
        page.goto(path)
        for width in (1280, 1180, 1080, 800, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") == width, path
            hidden = page.evaluate(
                "[...document.querySelectorAll('.box, .scroll')].map(it => it.scrollWidth - it.clientWidth)"
            )
            assert max(hidden) == 0, (path, width)
    assert complaints == []
