"""From an app to the decision in Chromium, over every detour, on a slow line and in three languages."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize, expect

from accounts.models import User
from consumers.models import AuthorizationRequest, Consumer, Grant
from tests.accounts.signing_in import code_of
from tests.browser.callbacks import assistant
from tests.browser.chromium import PROBLEMS, signed_in
from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.browser.slow_line import slow_line
from tests.conftest import World
from tests.consumers.conftest import Program, Register
from tests.consumers.conftest import program as program
from tests.consumers.conftest import register as register
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 800}
SECRET = "JBSWY3DPEHPK3PXP"
LOCALES = {"en-US": "en", "es-CO": "es", "pt-BR": "pt-br"}
LONG_NAME = "Mantenimiento preventivo " + "W" * 95


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.keyboard.press("Enter")


def approve(page: Page) -> None:
    page.locator("button[value=approve]").click()
    expect(page.get_by_text("The assistant has it.")).to_be_visible(timeout=20_000)


def answer_in(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_pressing_again_on_a_slow_line_brings_the_code_that_works(
    world: World, chrome: Browser, site: str, program: Program
) -> None:
    """The server has approved and the browser still waits, for longer than a code lives."""
    with slow_line(site) as line:
        context, page, _complaints = signed_in(chrome, line.url, world.owner)
        called = assistant(context)
        page.goto(program.address())
        box = page.get_by_role("button", name="Approve ChatGPT").bounding_box()
        assert box
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert line.held.wait(20)
        assert Grant.objects.count() == 1
        Grant.objects.update(expires=timezone.now() - dt.timedelta(seconds=30))
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page.get_by_text("The assistant has it.")).to_be_visible(timeout=20_000)
    assert len(called) == 1
    assert program.redeem(answer_in(called[0])["code"]).status_code == 200


def test_signed_out_in_another_tab(world: World, chrome: Browser, site: str, program: Program) -> None:
    context, page, _complaints = signed_in(chrome, site, world.owner, viewport=PHONE)
    called = assistant(context)
    page.goto(program.address(state="the same"))
    other = context.new_page()
    other.goto("/")
    other.locator("summary", has_text="User menu").click()
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    other.close()
    page.get_by_role("button", name="Approve ChatGPT").click()
    expect(page.get_by_text("You were signed out in the meantime")).to_be_visible()
    expect(page.get_by_text("to connect ChatGPT with Planta Demo")).to_be_visible()
    assert page.evaluate(PROBLEMS) == []
    assert not Grant.objects.exists()
    sign_in(page, world.owner.email)
    approve(page)
    assert answer_in(called[0])["state"] == "the same"


def test_somebody_else_signed_in_in_another_tab(
    world: World, chrome: Browser, site: str, program: Program
) -> None:
    context, page, _complaints = signed_in(chrome, site, world.owner, viewport=PHONE)
    called = assistant(context)
    page.goto(program.address(state="the same"))
    other = context.new_page()
    other.goto(program.address())
    other.get_by_role("button", name="Use another account").click()
    expect(other.get_by_text(f"You signed out as {world.owner.email}.")).to_be_visible()
    sign_in(other, world.colleague.email)
    expect(other.get_by_role("button", name="Approve ChatGPT")).to_be_visible()
    other.close()
    page.get_by_role("button", name="Approve ChatGPT").click()
    expect(page.get_by_text("so nothing was approved")).to_be_visible()
    expect(page.get_by_text(world.colleague.email)).to_be_visible()
    assert page.evaluate(PROBLEMS) == []
    assert not Grant.objects.exists()
    approve(page)
    assert answer_in(called[0])["state"] == "the same"
    assert Grant.objects.get().user == world.colleague


def test_a_page_that_is_too_old_has_one_button_that_goes_on(
    world: World, chrome: Browser, site: str, program: Program
) -> None:
    context, page, _complaints = signed_in(chrome, site, world.owner, viewport=PHONE)
    called = assistant(context)
    page.goto(program.address(state="the same"))
    AuthorizationRequest.objects.update(expires_at=timezone.now())
    page.get_by_role("button", name="Approve ChatGPT").click()
    expect(page.get_by_text("it waits a quarter of an hour")).to_be_visible()
    expect(page.locator("main").locator("a, button")).to_have_count(1)
    assert page.evaluate(PROBLEMS) == []
    page.get_by_role("link", name="Start again").click()
    approve(page)
    assert answer_in(called[0])["state"] == "the same"


def test_a_new_password_by_mail_and_a_recovery_code_on_the_way(
    world: World, chrome: Browser, site: str, program: Program
) -> None:
    TOTP.activate(world.owner, SECRET)
    recovery = RecoveryCodes.activate(world.owner).get_unused_codes()[0]
    context = chrome.new_context(base_url=site, locale="en-US", viewport=PHONE)
    called, page = assistant(context), context.new_page()
    page.goto(program.address(state="the same"))
    page.get_by_role("link", name="Forgot password?").click()
    expect(page.get_by_text("to connect ChatGPT with Planta Demo")).to_be_visible()
    page.get_by_label("E-mail").fill(world.owner.email)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    found = re.search(r"http://localhost:8000(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert found
    mailed = context.new_page()
    mailed.goto(found[1])
    for field in ("password1", "password2"):
        mailed.locator(f"input[name={field}]").fill("another horse battery")
    mailed.keyboard.press("Enter")
    expect(mailed.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(mailed, world.owner.email, "another horse battery")
    expect(mailed.get_by_role("heading", name="Second step")).to_be_visible()
    expect(mailed.get_by_text("to connect ChatGPT with Planta Demo")).to_be_visible()
    assert mailed.evaluate(PROBLEMS) == []
    mailed.locator("input[name=code]").fill(recovery)
    mailed.keyboard.press("Enter")
    approve(mailed)
    assert answer_in(called[0])["state"] == "the same"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=lambda size: str(size["width"]))
def test_every_page_on_the_way_in_each_language(
    world: World, chrome: Browser, site: str, register: Register, locale: str, size: ViewportSize
) -> None:
    """Sign-in, the second step and errors, with the longest name; the menu of an error page works."""
    program = register(name=LONG_NAME)
    TOTP.activate(world.owner, SECRET)
    User.objects.filter(pk=world.owner.pk).update(language="")
    context = chrome.new_context(base_url=site, locale=locale, viewport=size)
    called, page = assistant(context), context.new_page()

    def good() -> None:
        page.wait_for_load_state("load")
        assert page.locator("html").get_attribute("lang") == LOCALES[locale]
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert page.evaluate(PROBLEMS) == []

    page.goto(program.address())
    expect(page.get_by_text(LONG_NAME).first).to_be_visible()
    good()
    sign_in(page, world.owner.email)
    expect(page.locator("input[name=code]")).to_be_visible()
    good()
    page.locator("input[name=code]").fill(code_of(SECRET))
    page.keyboard.press("Enter")
    expect(page.locator("button[value=approve]")).to_be_visible()
    good()
    approve(page)
    assert "code=" in called[0]

    page.goto(program.address(redirect_uri="https://chatgpt.com/" + "wrong" * 60))
    expect(page.get_by_text("callback_unregistered")).to_be_visible()
    good()
    Consumer.objects.update(enabled=False)
    page.goto(program.address())
    expect(page.get_by_text("consumer_off")).to_be_visible()
    expect(page.get_by_role("link", name=world.owner.name)).to_be_visible()
    good()
    following = {"en-US": ("Español", "es"), "es-CO": ("Português", "pt-br"), "pt-BR": ("English", "en")}
    words, language = following[locale]
    page.locator("summary").first.click()
    page.get_by_role("button", name=re.compile(words)).click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_text("consumer_off")).to_be_visible()
