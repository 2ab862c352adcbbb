"""The help article in Chromium, from sign-in to the disconnected app.

Each step leaves a screenshot; `UPDATE_IMAGES=1` writes them to docs/images.
"""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.article import browser as browser
from tests.browser.article import picture, picture_without_secret
from tests.browser.article import server as server
from tests.browser.article import site as site
from tests.browser.chatgpt import ChatGPT
from tests.clients.assistant import CALLBACK, Assistant
from tests.process.person import DEMO_PASSWORD
from tests.process.server import Server

pytestmark = pytest.mark.browser
CONSUMER = "/settings/api-connections/oauth-consumers/1/"
ADMINISTRATION = (
    ("10-connect", f"{CONSUMER}connect/", "Connect ChatGPT"),
    ("11-transactions-log", "/settings/transactions-log/", "Transactions log"),
    ("12-activity", "/settings/transactions-log/activity/", "Transactions log"),
    ("13-ceiling", f"{CONSUMER}ceiling/", "What ChatGPT may do"),
    (
        "14-simulator",
        "/settings/api-connections/simulator/?person=2&app=1&tool=create_warehouse",
        "API connections",
    ),
    ("15-security", "/settings/security/", "Security"),
    ("16-report", "/reports/get_maintenance_metrics/?metric=backlog&group_by=asset", "Backlog"),
)


def context(browser: Browser, width: int = 1180, height: int = 760) -> BrowserContext:
    made = browser.new_context(
        viewport={"width": width, "height": height},
        ignore_https_errors=True,  # the stand-in's certificate is self-signed
        permissions=["clipboard-read", "clipboard-write"],
        locale="en-GB",
    )
    made.set_default_timeout(15_000)
    return made


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_the_whole_way(server: Server, site: ChatGPT, browser: Browser) -> None:
    admin = context(browser)
    page = admin.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda said: failures.append(said.text) if "Content Security" in said.text else None)

    # 1. Sign in; the user menu at the top right leads to the configuration.
    page.goto(server.url)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    picture(page, "01-sign-in")
    sign_in(page, "admin@demo.example")
    menu = page.locator("header summary", has_text="User menu")
    menu.click()
    picture(page, "02-user-menu")
    page.get_by_role("link", name="Configuration", exact=True).click()

    # 2. API connections > OAuth consumers, still empty.
    page.get_by_role("link", name="API connections", exact=True).click()
    page.get_by_role("link", name="OAuth consumers", exact=True).click()
    expect(page.get_by_text("Showing 0 of 0")).to_be_visible()
    picture(page, "03-consumers-empty")

    # 3. + and the form.
    page.get_by_role("link", name="New OAuth consumer").click()
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", name="New OAuth consumer")).to_be_visible()
    panel.get_by_label("Authorization code").check()
    panel.get_by_label("Assistant").select_option(label="ChatGPT")
    expect(panel.get_by_text("ChatGPT creates a callback URL for each app")).to_be_visible()
    name = panel.get_by_label("Name", exact=False).first
    expect(name).to_have_value("ChatGPT")  # the preset has been applied
    panel.get_by_text("Advanced").click()
    panel.get_by_label("Description").fill("Questions about the plant in plain words")
    panel.get_by_label("Callback URL 1").fill(CALLBACK)
    panel.get_by_label("Permission group").select_option(label="Planificadores")
    panel.get_by_label("Privacy policy URL").fill("https://openai.com/policies/privacy-policy/")
    page.set_viewport_size({"width": 1180, "height": 1900})
    picture(page, "04-consumer-form")
    page.set_viewport_size({"width": 1180, "height": 760})

    # 4. Save; key and secret are shown only this once, and copied.
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("This is the only time the secret is shown.")).to_be_visible()
    key, secret = panel.locator("#key").inner_text(), panel.locator("#secret").inner_text()
    assert panel.locator("#mcp-url").inner_text() == server.mcp_url
    panel.get_by_role("button", name="secret").click()
    expect(panel.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    picture_without_secret(page, "05-credentials")
    panel.get_by_role("link", name="Done").click()
    expect(page.get_by_text("Showing 1 of 1")).to_be_visible()
    expect(page.get_by_role("link", name="ChatGPT", exact=True)).to_be_visible()
    assert secret not in page.content()
    page.go_back()
    assert secret not in page.content()

    # 5. ChatGPT opens a window in which the planner signs in, reads and approves.
    site.assistant = Assistant(server, {"key": key, "secret": secret})
    site.assistant.discover()
    person = context(browser)
    chat = person.new_page()
    chat.goto("https://chatgpt.com/")
    with chat.expect_popup() as opened:
        chat.get_by_role("button", name="Connect").click()
    window = opened.value
    window.on("console", lambda said: failures.append(said.text) if "Content Security" in said.text else None)
    window.set_viewport_size({"width": 560, "height": 900})
    sign_in(window, "planner@demo.example")
    expect(
        window.get_by_role("heading", name="ChatGPT wants to use Fracttal One on your behalf")
    ).to_be_visible()
    expect(window.get_by_text("planner@demo.example")).to_be_visible()
    expect(window.get_by_text("chatgpt.com", exact=True)).to_be_visible()
    picture(window, "06-consent", whole=True)
    window.get_by_role("button", name="Approve").click()

    # 6. ChatGPT is connected, and its call returns this person's data.
    expect(chat.locator("#status")).to_have_text("Connected")
    expect(chat.get_by_role("listitem")).to_have_count(3)
    picture(chat, "07-connected")

    # 7. The administrator sees each step, the log and the figures.
    site.assistant.begin()
    for tool in (
        "list_assets",
        "list_stock",
        "list_work_requests",
        "list_work_orders",
        "create_warehouse",
    ) * 3:
        site.assistant.post("tools/call", name=tool, arguments={})
    page.set_viewport_size({"width": 1280, "height": 900})
    for shown, path, heading in ADMINISTRATION:
        page.goto(server.url + path)
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        picture(page, shown, whole=shown in {"10-connect", "12-activity"})
    expect(page.locator("svg[role=img]")).to_be_visible()  # the report's chart
    page.set_viewport_size({"width": 1180, "height": 760})

    # 8. The person sees the authorization and disconnects it; the next call is refused.
    own = person.new_page()
    own.goto(f"{server.url}/profile/app-authorizations/")
    expect(own.get_by_role("cell", name="ChatGPT").first).to_be_visible()
    picture(own, "08-authorizations")
    page.goto(f"{server.url}/settings/api-connections/app-authorizations/")
    expect(page.get_by_text("planner@demo.example")).to_be_visible()
    own.get_by_role("button", name="Disconnect").first.click()
    own.get_by_role("button", name="Disconnect").first.click()
    expect(own.get_by_text("disconnected", exact=True)).to_be_visible()
    time.sleep(1.1)
    chat.goto("https://chatgpt.com/ask")
    expect(chat.locator("#status")).to_have_text("Reconnect")
    picture(own, "09-stopped")

    assert failures == []
    person.close()
    admin.close()


def test_the_consent_page_fits_a_small_screen_and_the_keyboard(
    server: Server, site: ChatGPT, browser: Browser
) -> None:
    consumer = server.create_consumer("Claude", CALLBACK)
    site.assistant = Assistant(server, consumer)
    small = context(browser, width=320, height=640)
    page = small.new_page()
    page.goto(site.assistant.authorization_address())
    sign_in(page, "planner@demo.example")
    expect(
        page.get_by_role("heading", name="Claude wants to use Fracttal One on your behalf")
    ).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    approve, refuse = (page.get_by_role("button", name=name) for name in ("Approve", "Refuse"))
    weights = [
        button.evaluate(
            "b => { const s = getComputedStyle(b); return [s.backgroundColor, s.fontWeight, s.fontSize] }"
        )
        for button in (approve, refuse)
    ]
    assert weights[0] == weights[1]
    refuse.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("https://chatgpt.com/**")
    assert "error=access_denied" in page.url
    small.close()
