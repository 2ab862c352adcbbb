"""Cards in Chromium, in a host made of the ext-apps project's own bridge, over the started product.

What a card shows is compared with the result that its host received, and with the database of the demo plant.
`UPDATE_IMAGES=1` writes the pictures to docs/images.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.asked_in_cards import ASKS, IMAGES, METRIC, SEVERAL, Sql
from tests.browser.asked_in_cards import assistant as assistant
from tests.browser.asked_in_cards import open_order as open_order
from tests.browser.asked_in_cards import sql as sql
from tests.browser.asked_in_cards import token as token
from tests.browser.card_host import ABLE, Host, Places, Shown, opened, served
from tests.browser.chromium import PROBLEMS
from tests.browser.chromium import chrome as chrome
from tests.process.server import ROOT, Server, started

# The first test waits for a plant to be seeded and a host to be bundled.
pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.timeout(600)]
NO_ANSWER = "There is no answer. The assistant knows why."
HIGHEST = 500
LANGUAGES = {"en-US": "en", "es-CO": "es", "pt-BR": "pt-br"}
# Also a constant of ours, which must not be translated where people wrote it.
WORD = "in_process"
HOSTILE = "<img src=x onerror=\"top.postMessage('owned','*')\"><b>bold</b> \u202egnp"
VISIBLE = HOSTILE.replace("\u202e", "")
# Of each card the call whose picture is in docs/cards.md, and further ones.
EXAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "card-metric": ("get_maintenance_metrics", METRIC),
    "card-record": ("get_work_order", {"folio": "OT-12"}),
    "card-choice": ("get_asset", {"code": SEVERAL}),
    "card-change": (ASKS, {"folio": "{open}", "reason": "Duplicada", "note": "Se hizo con otra orden."}),
    "months": ("get_maintenance_metrics", {"metric": "cost", "group_by": "month"}),
    "asset": ("get_asset", {"code": "CMP-02", "include": ["history", "downtime", "location_history"]}),
    "search": ("search", {"query": "bomba"}),
    "nothing": ("search", {"query": "zzzzzz"}),
    "unknown": ("get_work_order", {"folio": "OT-999999"}),
    "pick-for-write": ("create_work_request", {"title": "Fuga de aceite", "asset": SEVERAL}),
}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with served(tmp_path_factory.mktemp("host")) as found:
        yield found


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, places: Places) -> Iterator[Server]:
    with started(tmp_path_factory.mktemp("product"), MCP_ORIGINS=places.host) as server:
        yield server


@pytest.fixture
def host(chrome: Browser, places: Places, product: Server, token: str) -> Iterator[Host]:
    size = {"width": 640, "height": 700}
    with opened(chrome, places, product.mcp_url, token, viewport=size) as one:
        yield one


def shown_of(host: Host, name: str, folio: str, **more: Any) -> Shown:
    tool, arguments = EXAMPLES[name]
    given = {key: folio if value == "{open}" else value for key, value in arguments.items()}
    return host.show(tool, given, **more)


def note_of(sql: Sql, folio: str) -> Any:
    ((note, status),) = sql("SELECT note, status FROM maintenance_workorder WHERE folio = ?", folio)
    return note, status


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [640, 340])
def test_no_card_has_faults(
    chrome: Browser, places: Places, product: Server, token: str, open_order: str, theme: str, width: int
) -> None:
    """axe-core finds nothing, no card is higher than 500 px, and nothing scrolls within it."""
    locales = list(LANGUAGES)
    size = {"width": width, "height": 700}
    with opened(
        chrome, places, product.mcp_url, token, viewport=size, color_scheme=theme, device_scale_factor=2
    ) as host:
        for index, name in enumerate(EXAMPLES):
            locale = locales[index % 3] if width == 340 else "en-US"
            card = shown_of(host, name, open_order, theme=theme, locale=locale)
            assert card.frame.evaluate(PROBLEMS) == [], name
            heights = host.seen["heights"]
            assert heights[-1] <= HIGHEST, (name, heights)
            inner = card.frame.evaluate("[document.documentElement.scrollHeight, innerHeight]")
            assert inner[0] <= inner[1] == heights[-1], name
            assert card.frame.evaluate("getComputedStyle(document.documentElement).colorScheme") == theme
            assert card.frame.evaluate("document.documentElement.lang") == LANGUAGES[locale]
            if os.environ.get("UPDATE_IMAGES") == "1" and name.startswith("card-") and width == 640:
                path = IMAGES / f"{name}.{theme}.png"
                host.page.locator("iframe").screenshot(path=path, animations="disabled")
        own = {places.host, places.sandbox.removesuffix("/sandbox.html"), product.url}
        assert {"/".join(url.split("/")[:3]) for url in host.reached if url.startswith("http")} == own
        assert host.complaints == []


def test_a_metric_shows_the_figures_of_its_answer_and_leads_to_the_report(host: Host) -> None:
    card = host.show("get_maintenance_metrics", METRIC)
    data = card.result["structuredContent"]
    text = card.frame.inner_text("body")
    assert f"{100 * data['overall']['availability']:.1f}%" in text
    assert f"{data['coverage']['rows_used']:,}" in text
    figures = card.frame.locator("table.chart tbody tr")
    largest = data["groups"][0]
    expect(figures.first).to_contain_text(largest["name"])
    expect(figures.first).to_contain_text(f"{round(largest['downtime_hours'], 2):,g}")
    card.frame.get_by_role("link", name="Open the report").click()
    host.page.wait_for_function("cards.seen.links.length")
    assert host.seen["links"] == [data["report_url"]]


def test_an_order_shows_what_happened_to_it_newest_first(host: Host, sql: Sql) -> None:
    card = host.show("get_work_order", {"folio": "OT-12"})
    data = card.result["structuredContent"]
    moments = [data["created_at"], data.get("closed_at"), data.get("in_review_since")]
    for task in data["tasks"]:
        moments += [task.get(name) for name in ("scheduled_at", "started_at", "finished_at")]
    expected = sorted((moment for moment in moments if moment), reverse=True)
    found = [item.get_attribute("datetime") for item in card.frame.locator(".timeline time").all()]
    assert found == expected
    ((description,),) = sql(
        "SELECT t.description FROM maintenance_workordertask t JOIN maintenance_workorder o "
        "ON o.id = t.work_order_id WHERE o.folio = 'OT-12'"
    )
    expect(card.frame.locator("h1")).to_have_text(f"OT-12 · {description}")


def test_an_asset_shows_its_history_when_it_is_asked_for(host: Host) -> None:
    card = host.show("get_asset", {"code": "CMP-02"})
    card.frame.get_by_role("button", name="Show its history").click()
    expect(card.frame.locator(".timeline li.finished").first).to_be_visible()
    (called,) = host.seen["called"]
    assert (called["name"], called["arguments"]["code"]) == ("get_asset", "CMP-02")
    assert host.seen["heights"][-1] <= HIGHEST


def test_the_choice_of_the_person_goes_to_the_server_and_to_the_model(host: Host, sql: Sql) -> None:
    card = host.show("get_asset", {"code": SEVERAL})
    card.frame.locator("button.choice").nth(1).focus()
    chosen = card.frame.locator("button.choice").nth(1).inner_text().split(" — ")[0]
    host.page.keyboard.press("Enter")
    ((name,),) = sql(
        "SELECT i.field_1 FROM maintenance_item i JOIN accounts_company c ON c.id = i.company_id "
        "WHERE c.slug = 'demo' AND i.code = ?",
        chosen,
    )
    expect(card.frame.locator("h1")).to_have_text(f"{chosen} · {name}")
    (called,) = host.seen["called"]
    assert called["name"] == "answer_card_question"
    (context,) = host.seen["contexts"]
    assert chosen in context["content"][1]["text"]
    assert card.frame.evaluate("document.activeElement.tagName") == "H1"


def test_what_was_found_is_paged_and_chosen_from(host: Host) -> None:
    card = host.show("search", {"query": "bomba"})
    results = card.result["structuredContent"]["results"]
    seen: list[str] = []
    while len(seen) < len(results):
        seen += [item.inner_text() for item in card.frame.locator(".choices li:visible").all()]
        if len(seen) < len(results):
            card.frame.get_by_role("button", name="Show more").click()
    assert seen == [result["title"] for result in results]
    expect(card.frame.get_by_role("button", name="Back to the beginning")).to_be_visible()
    last = next(result for result in reversed(results) if result["id"].startswith("asset:"))
    while not card.frame.get_by_text(last["title"]).is_visible():
        card.frame.locator(".more button").click()
    card.frame.get_by_text(last["title"]).click()
    expect(card.frame.locator("h1")).to_contain_text(last["id"].removeprefix("asset:"))


def test_a_write_is_shown_before_it_is_done(host: Host, sql: Sql, open_order: str) -> None:
    before = note_of(sql, open_order)
    card = shown_of(host, "card-change", open_order)
    assert card.result["isError"]
    expect(card.frame.get_by_role("status").first).to_have_text("Nothing has been changed yet.")
    expect(card.frame.locator("table.change")).to_contain_text("Se hizo con otra orden.")
    card.frame.get_by_role("button", name="No", exact=True).click()
    expect(card.frame.get_by_role("status").first).to_have_text("Nothing was changed.")
    assert note_of(sql, open_order) == before

    ((reason,),) = sql("SELECT description FROM maintenance_cancelreason LIMIT 1")
    arguments = {"folio": open_order, "reason": reason, "note": "Se hizo con otra orden."}
    card = host.show(ASKS, arguments)
    row = card.frame.get_by_role("row").filter(has_text="Se hizo con otra orden.")
    expect(row).to_contain_text("Esperando repuesto.")
    card.frame.locator("button.first").click()
    expect(card.frame.get_by_role("status").first).to_have_text("This was saved.")
    assert note_of(sql, open_order)[1] != before[1]


def test_what_people_wrote_is_shown_as_text(host: Host, sql: Sql) -> None:
    sql("UPDATE maintenance_workordertask SET description = ? WHERE work_order_id = "
        "(SELECT id FROM maintenance_workorder WHERE folio = 'OT-20' LIMIT 1)", HOSTILE)  # fmt: skip
    sql("UPDATE maintenance_item SET field_1 = ?, description = ? WHERE code = 'CMP-03'", HOSTILE, HOSTILE)
    host.page.evaluate("addEventListener('message', ({ data }) => { globalThis.owned ||= data === 'owned' })")
    for tool, arguments in (
        ("get_work_order", {"folio": "OT-20"}),
        ("get_asset", {"code": "CMP-03"}),
        ("search", {"query": "CMP-03"}),
        ("create_work_request", {"title": HOSTILE, "asset": "no such asset"}),
    ):
        card = host.show(tool, arguments)
        expect(card.frame.locator("main")).to_contain_text(VISIBLE)
        assert card.frame.locator("main img, main b, main [onerror]").count() == 0
    card = host.show("create_work_request", {"title": WORD, "asset": "no such asset"})
    expect(card.frame.locator("table.change")).to_contain_text(WORD)
    results = [{"id": "x:1", "title": "a", "url": "javascript:alert(1)"}]
    card = host.show("search", {"query": "x"}, changed={"structuredContent": {"results": results}})
    assert card.frame.locator("a").count() == 0
    assert host.page.evaluate("globalThis.owned ?? false") is False


def test_the_frame_reaches_no_host(host: Host, product: Server) -> None:
    card = host.show("search", {"query": "zzzzzz"})
    fetch = "(url) => fetch(url).then(() => 'reached', () => 'refused')"
    for url in (product.url, "https://example.com/"):
        assert card.frame.evaluate(fetch, url) == "refused"
    load = """(url) => new Promise((done) => {
      const image = new Image();
      image.onload = image.onerror = () => done(image.naturalWidth);
      image.src = url;
    })"""
    assert card.frame.evaluate(load, f"{product.url}/static/favicon.svg") == 0
    assert not [url for url in host.reached if "example.com" in url or "favicon.svg" in url]


def test_a_host_that_can_do_nothing_shows_the_card_all_the_same(host: Host) -> None:
    card = host.show("get_asset", {"code": SEVERAL}, able={})
    assert card.frame.locator("main button:not(.more button)").count() == 0
    expect(card.frame.locator("main")).to_contain_text("write it in the conversation")
    assert card.frame.evaluate(PROBLEMS) == []


def test_a_host_that_keeps_meta_to_itself_shows_that_there_is_no_answer(host: Host, open_order: str) -> None:
    """ChatGPT on the web and Goose have been seen to (docs/cards.md, "What hosts do")."""
    card = host.show("get_asset", {"code": SEVERAL}, changed={"_meta": {}})
    expect(card.frame.locator("h1")).to_have_text(NO_ANSWER)
    card = shown_of(host, "card-change", open_order, changed={"_meta": {}})
    expect(card.frame.get_by_role("status").first).to_have_text(
        "There is no answer. The assistant knows why."
    )


def test_the_states_of_orders_have_names(host: Host) -> None:
    card = host.show("get_maintenance_metrics", {"metric": "ageing"}, locale="es-CO")
    keys = [row["key"] for row in card.result["structuredContent"]["rows"]]
    expect(card.frame.locator("table.chart tbody tr")).to_have_count(len(keys))
    assert "in_process" in keys
    expect(card.frame.locator("table.chart")).to_contain_text("En proceso")
    expect(card.frame.locator("table.chart")).not_to_contain_text("_")


def test_theme_and_language_follow_the_host(host: Host) -> None:
    card = host.show("get_maintenance_metrics", {"metric": "backlog"})
    expect(card.frame.get_by_role("link")).to_have_text("Open the report")
    words = {"es-MX": "Abrir el informe", "pt": "Abrir o relatório", "fr-FR": "Open the report"}
    for locale, said in words.items():
        host.page.evaluate("(locale) => cards.bridge.setHostContext({ theme: 'dark', locale })", locale)
        expect(card.frame.get_by_role("link")).to_have_text(said)
    assert card.frame.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(27, 31, 38)"


def test_the_cards_work_in_a_session_of_an_older_revision(
    chrome: Browser, places: Places, product: Server, token: str
) -> None:
    with opened(chrome, places, product.mcp_url, token, mode="legacy") as host:
        assert host.connected["server"]["extensions"] == {"io.modelcontextprotocol/ui": {}}
        card = host.show("get_asset", {"code": SEVERAL}, able=ABLE)
        card.frame.locator("button.choice").first.click()
        expect(card.frame.locator("h1")).to_contain_text("CMP-")
        assert [call["name"] for call in host.seen["called"]] == ["answer_card_question"]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_that_declares_no_cards_gets_none(
    chrome: Browser, places: Places, product: Server, token: str, mode: str
) -> None:
    with opened(chrome, places, product.mcp_url, token, mode=mode, declares=False) as host:
        tools = host.connected["tools"]
        assert not [tool["name"] for tool in tools if "_meta" in tool]
        assert "answer_card_question" not in {tool["name"] for tool in tools}
        assert host.connected["resources"] == []


def test_the_pictures_of_the_document_are_there() -> None:
    document = (ROOT / "docs" / "cards.md").read_text(encoding="utf-8")
    for name in EXAMPLES:
        if name.startswith("card-"):
            for theme in ("light", "dark"):
                assert f"images/{name}.{theme}.png" in document
                assert (IMAGES / f"{name}.{theme}.png").stat().st_size > 1000
