"""Connecting an assistant in Chromium: the secret stays until it is kept, the page follows the program."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, Dialog, Page, expect

from consumers.models import Consumer
from tests.browser.chromium import LIST, signed_in
from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.conftest import World
from tests.consumers.conftest import Program

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHATGPT = "https://chatgpt.com/connector/oauth/AbC123"


@pytest.fixture(autouse=True)
def nothing_noted() -> None:
    cache.clear()


class Answers:
    """Answers the browser's questions, and counts them."""

    def __init__(self, page: Page) -> None:
        self.leave, self.asked = False, list[str]()
        page.on("dialog", self._answer)

    def _answer(self, dialog: Dialog) -> None:
        self.asked.append(dialog.type)
        if self.leave:
            dialog.accept()
        else:
            dialog.dismiss()


def registered(page: Page, panel: bool) -> str:
    """Register ChatGPT with what the form proposes, and return the secret."""
    if panel:
        page.goto(LIST)
        page.get_by_role("link", name="Connect ChatGPT").click()
    else:
        page.goto(f"{LIST}add/?assistant=chatgpt")
    page.get_by_role("button", name="Save").click()
    return page.locator("#secret").inner_text()


def test_escape_asks_until_the_secret_is_copied(world: World, chrome: Browser, site: str) -> None:
    context, page, complaints = signed_in(chrome, site, world.owner)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    answers = Answers(page)
    secret = registered(page, panel=True)
    with page.expect_event("dialog"):
        page.keyboard.press("Escape")
    assert answers.asked == ["confirm"]
    expect(page.locator("#secret")).to_have_text(secret)
    page.locator("[data-once]").get_by_role("button").click()
    expect(page.locator("[data-guard]")).to_have_count(0)  # the clipboard has it
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    assert answers.asked == ["confirm"]
    assert complaints == []


def test_leaving_the_page_asks_until_the_person_says_that_it_is_kept(
    world: World, chrome: Browser, site: str
) -> None:
    _context, page, _complaints = signed_in(chrome, site, world.owner)
    answers = Answers(page)
    secret = registered(page, panel=False)
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Security").click()
    assert answers.asked == ["beforeunload"]
    expect(page.locator("#secret")).to_have_text(secret)
    page.get_by_label("I have stored the secret").check()
    page.get_by_role("link", name="Security").click()
    page.wait_for_url("**/settings/security/")
    assert answers.asked == ["beforeunload"]


def test_the_page_follows_the_program_and_accepts_its_callback(
    world: World, chrome: Browser, site: str
) -> None:
    _context, page, complaints = signed_in(chrome, site, world.owner)
    page.goto("/")
    page.get_by_role("link", name="Connect an assistant").click()
    page.get_by_role("button", name="Save").click()
    secret = page.locator("#secret").inner_text()
    expect(page.locator(".handshake > .done")).to_have_count(0)
    consumer = Consumer.objects.get()
    program = Program(consumer, secret, callback=CHATGPT)
    browser = Client()
    browser.force_login(world.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get(program.address()).status_code == 400
    expect(page.get_by_text("Stopped at:")).to_be_visible()
    expect(page.locator(".alert code")).to_have_text(CHATGPT)
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.get_by_text("Registered callback URLs:")).to_be_visible()
    consumer.refresh_from_db()
    assert consumer.callback_urls == [CHATGPT]
    expect(page.locator("#secret")).to_have_text(secret)
    cache.clear()
    program.connect(world.owner)
    expect(page.get_by_text("Connected: the assistant has its token.")).to_be_visible()
    expect(page.locator(".handshake > .failed")).to_have_count(0)
    assert [line for line in complaints if "400" not in line] == []


def test_a_pasted_callback_leaves_the_secret_on_the_page(world: World, chrome: Browser, site: str) -> None:
    _context, page, complaints = signed_in(chrome, site, world.owner)
    secret = registered(page, panel=True)
    field = page.get_by_label("Callback URL from the assistant")
    field.fill("chatgpt.com/connector/oauth/AbC123")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Begin the callback URL with https://")).to_be_visible()
    expect(field).to_be_focused()
    field.fill(CHATGPT)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Callback URL registered.")).to_be_visible()
    expect(page.locator("#live").get_by_text(CHATGPT)).to_be_visible()
    expect(page.locator("#secret")).to_have_text(secret)
    assert Consumer.objects.get().callback_urls == [CHATGPT]
    assert complaints == []


def test_the_form_for_a_program_shows_only_what_applies(world: World, chrome: Browser, site: str) -> None:
    _context, page, complaints = signed_in(chrome, site, world.owner, java_script_enabled=False)
    page.goto(f"{LIST}add/")
    for shown in ("Assistant", "Callback URL 1"):
        expect(page.get_by_label(shown, exact=True)).to_be_visible()
    page.get_by_text("Client credentials").first.click()
    for hidden in ("Assistant", "Callback URL 1"):
        expect(page.get_by_label(hidden, exact=True)).to_be_hidden()
    page.get_by_text("Advanced").click()
    for hidden in ("Metadata URL", "Without a secret (public client)"):
        expect(page.get_by_label(hidden, exact=True)).to_be_hidden()
    expect(page.get_by_label("Description")).to_be_visible()
    assert complaints == []
