"""The page behind an answer in Chromium: the table is copied, and its rows lead to the records."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import signed_in
from tests.browser.chromium import site as site
from tests.browser.full_company import reader_of_a_plant
from tests.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_table_is_copied_and_its_rows_lead_to_the_records(
    world: World, chrome: Browser, site: str
) -> None:
    context, page, complaints = signed_in(chrome, site, reader_of_a_plant())
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    page.goto("/reports/list_assets/")
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_role("button", name="Copy").click()
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert len(copied) == 3
    assert {"PUMP", "FAN"} <= {cell for line in copied[1:] for cell in line.split("\t")}
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename.startswith("assets-")
    assert complaints == []


def test_the_page_says_that_the_file_is_made(world: World, chrome: Browser, site: str) -> None:
    _context, page, complaints = signed_in(chrome, site, reader_of_a_plant())
    page.goto("/reports/list_assets/")
    with page.expect_download() as download:
        page.get_by_role("button", name="XLSX").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    expect(page.get_by_text("The file is made, with 2 records.")).to_be_visible()
    assert complaints == []
