"""The secrets of a consumer in Chromium: add one in the panel, see it once, remove the old one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Dialog, expect

from consumers.models import Consumer
from tests.browser.chromium import LIST, signed_in
from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.conftest import World
from tests.consumers.registered import consumer_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_secret_is_replaced_in_the_panel(world: World, chrome: Browser, site: str) -> None:
    consumer = consumer_in(world)
    (old,) = consumer.secrets.all()
    _context, page, complaints = signed_in(chrome, site, world.owner)
    page.goto(LIST)
    page.get_by_role("link", name="ChatGPT").click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("Expires").select_option(label="In 90 days")
    panel.get_by_role("button", name="Add a secret").click()
    expect(panel.get_by_role("heading", name="New secret for ChatGPT")).to_be_focused()
    value = page.locator("#secret").inner_text()
    assert value.startswith("fms_")
    expect(panel.get_by_text(f"••••{old.hint} keeps working until you remove it here")).to_be_visible()
    # Leaving before it was copied asks first.
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    panel.get_by_role("link", name="Done").click(no_wait_after=True)
    expect(page.locator("#secret")).to_have_text(value)
    page.locator("[data-once]").get_by_role("button").click()
    panel.get_by_role("link", name="Done").click()
    page.wait_for_url(f"**{LIST}{consumer.pk}/")
    assert (asked, value in page.content()) == (["beforeunload"], False)
    page.get_by_role("button", name=f"Remove… ••••{old.hint}").click()
    expect(page.get_by_text("No program has used it yet.")).to_be_visible()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text(f"The secret ••••{old.hint} no longer works.")).to_be_visible()
    page.get_by_role("button", name="Remove…").click()
    expect(page.get_by_text("This is the only secret that works.")).to_be_visible()
    assert [secret.hint for secret in Consumer.objects.get().kept_secrets] == [value[-4:]]
    assert complaints == []
