"""The transactions log and the activity pages in Chromium: filter, download and the tables of charts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import PROBLEMS, signed_in
from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.browser.full_company import month_of_calls
from tests.conftest import World
from tests.consumers.registered import consumer_in

LOG = "/settings/transactions-log/"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def busy(world: World) -> World:
    """Calls of a month, with long and odd names, and a change of settings."""
    apps = [consumer_in(world, "Asistente de mantenimiento " * 4), consumer_in(world, "مساعد الصيانة")]
    month_of_calls(world, apps)
    return world


def test_filter_page_and_download_without_javascript(busy: World, chrome: Browser, site: str) -> None:
    _context, page, _complaints = signed_in(chrome, site, busy.owner, java_script_enabled=False)
    page.goto(LOG)
    page.get_by_role("link", name="Older").click()
    expect(page.locator("tbody tr")).to_have_count(11)
    page.get_by_role("link", name="Newer").click()
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_label("Outcome").select_option("refused")
    page.get_by_label("Person").fill("colleague")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tbody tr")).to_have_count(15)
    assert "outcome=refused" in page.url, "the address can be shared"
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.count('"refused"') == 15
    page.locator("td.name a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("for Colleague")


def test_a_chart_has_a_table_by_keyboard(busy: World, chrome: Browser, site: str) -> None:
    _context, page, complaints = signed_in(chrome, site, busy.owner)
    page.goto(f"{LOG}activity/?period=90d")
    expect(page.get_by_role("img", name="Calls", exact=False).first).to_be_visible()
    summary = page.locator("summary", has_text="Show as table").first
    summary.focus()
    page.keyboard.press("Enter")
    table = page.get_by_role("table").first
    expect(table).to_be_visible()
    numbers = table.locator("td").all_inner_texts()
    assert sum(int(number) for number in numbers) == 60
    assert page.evaluate(PROBLEMS) == []
    assert complaints == []
