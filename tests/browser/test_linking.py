"""Linking an account at Fracttal One in Chromium: from consent to the assistant, and on small displays."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from connections.models import ApiConnection, LinkedAccount
from tests.browser.chromium import PROBLEMS, signed_in
from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.conftest import World
from tests.connections.conftest import Answer, FracttalOne, error, link, tokens
from tests.connections.conftest import connection as connection
from tests.connections.conftest import fracttal as fracttal
from tests.connections.conftest import nothing_kept as nothing_kept
from tests.connections.linked_company import CODE, LINK, with_company
from tests.connections.playing import playing
from tests.consumers.conftest import Program
from tests.consumers.conftest import program as program
from tests.consumers.conftest import register as register

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SMALL = {"width": 320, "height": 640}
PICTURES = os.environ.get("PICTURES", "")


def seen(page: Page, name: str) -> None:
    """Check that nothing scrolls sideways, is too small or has too little contrast."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    assert page.evaluate(PROBLEMS) == [], name


@pytest.mark.parametrize("answer", [f"code={CODE}", "error=access_denied"])
def test_from_consent_over_the_link_to_the_assistant(
    world: World,
    chrome: Browser,
    site: str,
    connection: ApiConnection,
    fracttal: FracttalOne,
    program: Program,
    answer: str,
) -> None:
    """No policy of a page is in the way: no form leads to another site, and the popup stays connected."""
    answers = with_company()

    def script(method: str, path: str, fields: dict[str, str], who: str) -> Answer:
        if path.startswith("/oauth/authorize?"):
            state = parse_qs(urlsplit(path).query)["state"][0]
            return 302, f"{site}{LINK}callback?state={state}&{answer}".encode()
        return (
            (200, b"The assistant has it.")
            if path.startswith("/assistant")
            else answers(method, path, fields, who)
        )

    fracttal.script = script
    program.callback = f"{fracttal.url}/assistant"
    program.consumer.callback_urls = [program.callback]
    program.consumer.save()
    _context, page, complaints = signed_in(chrome, site, world.owner, viewport=SMALL)

    page.goto(program.address(""))
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    seen(page, "link-step")
    page.get_by_role("link", name="Connect Fracttal One").click()
    if answer.startswith("error"):
        expect(page.get_by_role("alert")).to_contain_text("You refused access at Fracttal One")
        seen(page, "link-refused")
        page.get_by_role("button", name="Refuse instead").click()
    expect(page.get_by_text("The assistant has it.")).to_be_visible()
    sent = parse_qs(urlsplit(page.url).query)
    assert ("code" in sent) == (answer == f"code={CODE}")
    assert sent["state"] == ["s-1"]
    assert [words for words in complaints if "400" not in words] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_small_displays(
    world: World, chrome: Browser, site: str, connection: ApiConnection, fracttal: FracttalOne, scheme: Any
) -> None:
    foreign = (200, b'{"success": true, "data": [{"id_company": 7}]}')
    fracttal.script = playing(error("invalid_grant"), tokens(1), foreign)
    link(connection, world.owner, account_email="a-person-with-a-long-name@maintenance.example.com")
    _context, page, complaints = signed_in(chrome, site, world.owner, viewport=SMALL, color_scheme=scheme)
    page.goto(LINK)
    seen(page, f"profile-{scheme}")
    LinkedAccount.objects.update(dead_since=timezone.now())
    page.goto(LINK)
    seen(page, f"profile-dead-{scheme}")
    page.get_by_role("button", name="Unlink…").click()
    seen(page, f"forget-{scheme}")
    page.goto("/settings/api-connections/")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("status")).to_contain_text("belongs to company 7 at Fracttal One")
    seen(page, f"connection-{scheme}")
    page.get_by_label("Client ID for users").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    seen(page, f"connection-refused-{scheme}")
    page.goto("/records/work-orders/OT-1")
    seen(page, f"elsewhere-{scheme}")
    assert complaints == []
