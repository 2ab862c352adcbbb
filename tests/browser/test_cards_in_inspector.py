"""The four cards on the Apps screen of the MCP Inspector, in both themes, over the started product.

What they show is compared with the database of the demo plant, and with what another client is answered.
`UPDATE_IMAGES=1` writes the pictures to docs/images.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FloatRect, Frame, expect

from tests.browser.asked_in_cards import IMAGES, METRIC, SEVERAL, Sql
from tests.browser.asked_in_cards import assistant as assistant
from tests.browser.asked_in_cards import open_order as open_order
from tests.browser.asked_in_cards import sql as sql
from tests.browser.asked_in_cards import token as token
from tests.browser.chromium import PROBLEMS
from tests.browser.chromium import chrome as chrome
from tests.browser.inspector import connected, served
from tests.clients.assistant import Assistant
from tests.process.server import ROOT, Server, started

# The first test waits for a plant to be seeded.
pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.timeout(600)]
THEMES = ("light", "dark")  # and servers of the Inspector's catalog, of an era each
CARDS = ("metric", "record", "choice", "change")
CANCEL = "Cancel a work order"
HIGHEST = 500  # pixels
PICTURED: FloatRect = {"x": 0, "y": 0, "width": 1080, "height": 720}  # without the list of messages
OPEN = 1
NOTE = "Se hizo con otra orden."
# A script that the card's own policy keeps out, though that of the Inspector admits it.
INJECT = """() => {
  const script = document.createElement("script");
  script.textContent = "globalThis.injected = true";
  document.body.append(script);
  return globalThis.injected ?? false;
}"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(tmp_path_factory.mktemp("product")) as server:
        yield server


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, product: Server, token: str) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("inspector"), product.mcp_url, token) as found:
        yield found


@pytest.fixture
def cancellation(open_order: str, sql: Sql) -> dict[str, Any]:
    ((reason,),) = sql("SELECT description FROM maintenance_cancelreason LIMIT 1")
    return {"folio": open_order, "reason": reason, "note": NOTE}


def name_of(sql: Sql, code: str) -> str:
    ((name,),) = sql(
        "SELECT i.field_1 FROM maintenance_item i JOIN accounts_company c ON c.id = i.company_id "
        "WHERE c.slug = 'demo' AND i.code = ?",
        code,
    )
    return str(name)


def order_of(sql: Sql, folio: str) -> Any:
    return sql("SELECT note, status FROM maintenance_workorder WHERE folio = ?", folio)


@pytest.mark.parametrize("theme", THEMES)
def test_the_inspector_shows_each_card(
    chrome: Browser, address: str, assistant: Assistant, sql: Sql, cancellation: dict[str, Any], theme: str
) -> None:
    def fits(frame: Frame, name: str) -> None:
        """Look for faults, and take the picture."""
        assert frame.evaluate(PROBLEMS) == [], name
        assert frame.evaluate("getComputedStyle(document.documentElement).colorScheme") == theme
        scrolls, height = frame.evaluate("[document.documentElement.scrollHeight > innerHeight, innerHeight]")
        assert not scrolls
        assert height <= HIGHEST
        assert frame.evaluate(INJECT) is False
        if os.environ.get("UPDATE_IMAGES") == "1":
            path = IMAGES / f"card-{name}.inspector.{theme}.png"
            inspector.page.screenshot(path=path, animations="disabled", clip=PICTURED)

    with connected(chrome, address, theme, color_scheme=theme) as inspector:
        card = inspector.show("Maintenance metrics", METRIC)
        told = assistant.ask("get_maintenance_metrics", **METRIC)
        text = card.inner_text("body")
        assert f"{100 * told['overall']['availability']:.1f}%" in text
        assert f"{told['coverage']['rows_used']:,}" in text
        expect(card.locator("table.chart tbody tr").first).to_contain_text(told["groups"][0]["name"])
        fits(card, "metric")

        card = inspector.show("Show a work order", {"folio": "OT-12"})
        ((description,),) = sql(
            "SELECT t.description FROM maintenance_workordertask t "
            "JOIN maintenance_workorder o ON o.id = t.work_order_id WHERE o.folio = 'OT-12'"
        )
        expect(card.locator("h1")).to_have_text(f"OT-12 · {description}")
        moments = [item.get_attribute("datetime") for item in card.locator(".timeline time").all()]
        assert moments == sorted(moments, key=str, reverse=True)
        assert len(moments) == 6
        fits(card, "record")

        card = inspector.show("Search", {"query": "bomba"})
        found = assistant.ask("search", query="bomba")["results"]
        titles = [item.inner_text() for item in card.locator(".choices li:visible").all()]
        assert titles == [result["title"] for result in found][: len(titles)]
        fits(card, "choice")
        chosen = next(result for result in found if result["id"].startswith("asset:"))
        card.get_by_text(chosen["title"], exact=True).click()
        code = chosen["id"].removeprefix("asset:")
        expect(card.locator("h1")).to_have_text(f"{code} · {name_of(sql, code)}")

        before = order_of(sql, cancellation["folio"])
        card = inspector.open(CANCEL, cancellation)
        inspector.form.get_by_role("button", name="Decline").click()
        expect(card.get_by_role("status").first).to_have_text("Nothing was changed.")
        expect(card.locator("main")).not_to_contain_text("The assistant knows why")
        expect(card.get_by_role("row").filter(has_text=NOTE)).to_contain_text("Esperando repuesto.")
        fits(card, "change")
        assert order_of(sql, cancellation["folio"]) == before
        assert inspector.complaints == []


def test_what_the_inspector_asked_in_its_form_reaches_the_card(
    chrome: Browser, address: str, sql: Sql, cancellation: dict[str, Any]
) -> None:
    with connected(chrome, address, "dark") as inspector:
        card = inspector.open("Show an asset", {"code": SEVERAL})
        inspector.form.get_by_role("textbox", name="Choose one").click()
        option = inspector.page.get_by_role("option").nth(1)
        code = option.inner_text().split(" — ")[0]
        option.click()
        inspector.form.get_by_role("button", name="Submit").click()
        expect(card.locator("h1")).to_have_text(f"{code} · {name_of(sql, code)}")

        card = inspector.open(CANCEL, cancellation)
        inspector.form.get_by_text("Allow it this time").click()
        inspector.form.get_by_role("button", name="Submit").click()
        expect(card.get_by_role("status").first).to_have_text("This was saved.")
        row = card.get_by_role("row").filter(has_text=NOTE)
        expect(row).to_contain_text("Esperando repuesto.")
        ((_, status),) = order_of(sql, cancellation["folio"])
        assert status != OPEN


def test_the_pictures_of_the_document_are_there() -> None:
    document = (ROOT / "docs" / "cards.md").read_text(encoding="utf-8")
    for name in CARDS:
        for theme in THEMES:
            assert f"images/card-{name}.inspector.{theme}.png" in document
            assert (IMAGES / f"card-{name}.inspector.{theme}.png").stat().st_size > 1000
