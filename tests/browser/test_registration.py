"""The inbox of programs in Chromium: by keyboard, on small and dark displays, with the longest texts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import User
from consumers.models import Consumer
from consumers.registrations.models import Registration
from tests.browser.chromium import PROBLEMS, chrome, signed_in, site
from tests.conftest import World
from tests.consumers.registered import consumer_in
from tests.consumers.registering import METADATA, rules_of, token_for
from tests.consumers.registering import send as register
from tests.pages import XSS

__all__ = ["chrome", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/settings/api-connections/registration/"


def filled(world: World) -> Consumer:
    rules = rules_of(world.company, people_may_ask=True)
    token_for(world.company, world.owner_group)
    for name in ("Copilot", XSS, "W" * 80):
        long = {
            "client_name": name,
            "redirect_uris": [*METADATA["redirect_uris"], "https://a.example/" + "x" * 400],
        }
        assert register(f"/oauth/register/{rules.address}", METADATA | long).status_code == 201
    Registration.objects.create(
        company=world.company, way="person", client_id="https://claude.ai/oauth/claude-code-client-metadata",
        name="Claude Code", callbacks=["http://localhost/callback"], asked_by=world.colleague,
    )  # fmt: skip
    return consumer_in(
        world, "Bot", authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, callback_urls=[]
    )


def test_approving_and_refusing_by_keyboard(world: World, chrome: Browser, site: str) -> None:
    filled(world)
    _context, page, complaints = signed_in(chrome, site, world.owner)
    page.goto("/settings/api-connections/")
    tab = page.get_by_role("link", name="Registration 4 waiting")
    tab.focus()
    page.keyboard.press("Enter")
    group = page.get_by_label("Permission group for Copilot")
    group.focus()
    page.keyboard.type("Readers")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Approve Copilot")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Copilot approved. People can connect it now.")).to_be_visible()
    consumer = Consumer.objects.get(name="Copilot")
    assert consumer.permission_group == world.colleague_group
    page.get_by_role("button", name="Refuse Claude Code").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Refused: Claude Code.")).to_be_visible()
    expect(page.get_by_role("link", name="Registration 2 waiting")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_small_displays(world: World, chrome: Browser, site: str, scheme: Any) -> None:
    """320 pixels wide without sideways scrolling, targets of 24 pixels, readable contrast, no script run."""
    program = filled(world)
    _context, page, complaints = signed_in(
        chrome, site, world.owner, viewport={"width": 320, "height": 640}, color_scheme=scheme
    )
    page.on("dialog", lambda dialog: complaints.append(f"script ran: {dialog.message}"))
    for path in (PAGE, f"/settings/api-connections/oauth-consumers/{program.pk}/"):
        page.goto(path)
        assert page.evaluate(PROBLEMS) == [], path
    assert complaints == []


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_every_column_is_seen(world: World, chrome: Browser, site: str, language: str) -> None:
    filled(world)
    User.objects.filter(pk=world.owner.pk).update(language=language)
    _context, page, complaints = signed_in(chrome, site, world.owner)
    page.goto(PAGE)
    for width in (1280, 1080, 800, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        hidden = page.evaluate(
            "[...document.querySelectorAll('.box')].map(it => it.scrollWidth - it.clientWidth)"
        )
        assert max(hidden) == 0, width
    assert complaints == []
