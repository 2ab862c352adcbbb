"""Every page of people and administrators, in three languages, on a desk and on a telephone, in both themes.

One test walks them all, as most of a test's time is its beginning. The pages of records are in
`test_lists.py`, those between an app and its approval in `test_consent_page.py` and `test_detours.py`.
"""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from tests.browser.chromium import LIST, OWN, PROBLEMS, signed_in
from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.browser.full_company import address_waits, fill, reader_of_a_plant, trusted_in, watched
from tests.conftest import World
from tests.factories import PASSWORD
from tests.routes import EVERY, addresses

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
API, LOG, PEOPLE = "/settings/api-connections/", "/settings/transactions-log/", "/settings/user-accounts/"
METRIC = "/reports/get_maintenance_metrics/"
SIZES = ((1280, 800), (360, 740))


class Walk:
    """What was seen, and what was wrong with it."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language = page, language
        self.seen: set[str] = set()
        self.wrong: dict[tuple[str, int], list[str]] = {}

    def look(self, name: str) -> None:
        """Judge the page in both sizes, and its colours in the dark as well: that is all a theme changes.

        Colours fade from one theme to the other, unless the person wants little motion.
        """
        self.page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            found = self.page.evaluate(PROBLEMS)
            self.page.emulate_media(color_scheme="dark")
            found += self.page.evaluate(OWN.strip().rstrip(";"))
            self.page.emulate_media(color_scheme="light")
            if self.page.locator("html").get_attribute("lang") != self.language:
                found.append("another language")
            if found:
                self.wrong[name, width] = found

    def visit(self, address: str) -> None:
        self.page.goto(address)
        self.look(address)

    def visit_route(self, address: str) -> None:
        """Visit it if it is a page: neither a file, nor a part of a page, nor a way to another one."""
        answer = self.page.request.get(address, max_redirects=0)
        if answer.status == 200 and answer.text().lstrip().lower().startswith("<!doctype html"):
            self.seen.add(address)
            self.visit(address)

    def press(self, selector: str, name: str, until: str = "") -> None:
        """Press what leads to a page, or to a part of one that ends with `until`, and judge it."""
        button = self.page.locator(selector).first
        if until:
            button.click()
            self.page.wait_for_selector(until)
        else:
            with self.page.expect_navigation():
                button.click()
        self.look(name)


def questions_of_forms(walk: Walk, world: World, app: int) -> None:
    """The pages that only a form leads to: what is asked before harm, what was refused, a new secret."""
    page = walk.page
    page.goto(f"{PEOPLE}groups/{world.colleague_group.pk}/")
    page.locator("input[name=active]").uncheck()
    walk.press("form[method=post] .button.primary >> nth=-1", "a group is switched off")
    page.goto(f"{LIST}{app}/ceiling/")
    page.locator("input[name=everyone_may_use]").last.check()
    walk.press("main form .row button.primary", "fewer may use an app")
    for action in ("disable", "delete"):
        page.goto(f"{LIST}{app}/")
        walk.press(f"button[name=action][value={action}]", f"{action} an app")
    page.goto("/profile/app-authorizations/")
    walk.press("form[action*=app-authorizations] button", "an app of one's own")
    page.goto(f"{LIST}{app}/connect/")
    page.locator("#callback-url").fill("chatgpt.com/x")
    page.locator("#callback-form button").click()
    expect(page.locator("#callback-url-error")).to_be_visible()
    walk.look("a wrong callback")
    page.goto(f"{LIST}{app}/")
    walk.press("#add-secret", "a third secret", until=".alert.error")
    page.goto(f"{LIST}{app}/")
    walk.press("form[action$='/remove/'] button", "a secret is removed", until="form.confirm")
    walk.press("form.confirm button.danger", "a secret was removed", until="#add-secret")
    page.goto(f"{LIST}{app}/")
    walk.press("#add-secret", "a new secret", until="#secret")
    page.goto(f"{LIST}add/?assistant=chatgpt")
    walk.press(".panel-head button.primary", "a name like another", until="button[name=anyway]")
    walk.press("button[name=anyway]", "a new consumer", until="#secret")
    page.goto("/profile/calendar/")
    walk.press("main form button", "a calendar link")


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_every_page(world: World, chrome: Browser, site: str, language: str) -> None:
    cache.clear()
    of_routes, app = addresses(world), fill(world)
    issuer, stopped, reader = trusted_in(world), watched(world), reader_of_a_plant()
    waiting = f"/address/{address_waits(world)}/"
    User.objects.update(language=language)
    _context, page, complaints = signed_in(chrome, site, world.owner, reduced_motion="reduce")
    page.set_default_timeout(15_000)
    page.on("dialog", lambda dialog: dialog.accept())  # whether to leave a page that shows a secret
    page.goto("/accounts/reauthenticate/")
    page.locator("input[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    walk = Walk(page, language)
    for name in EVERY:
        walk.visit_route(of_routes[name])
    assert len(walk.seen) >= 60
    page.goto(LOG)
    event = page.locator("td.name a").first.get_attribute("href")
    for address in (
        f"{LOG}?since=x&person=nobody", f"{LOG}?record=none", event, f"{LOG}activity/apps/{app.pk}/",
        f"{LIST}{app.pk}/", f"{LIST}{app.pk}/ceiling/", f"{LIST}{stopped.pk}/connect/",
        f"/settings/security/issuers/{issuer.pk}/", f"/settings/security/networks/{app.pk}/",
        f"{API}access-requests/?state=refused", f"{API}simulator/?app=0&tool=x",
        f"{API}simulator/?person={world.colleague.pk}&app={app.pk}&tool=create_warehouse",
        f"{API}simulator/?person={world.owner.pk}&app={app.pk}&tool=search", waiting, "/nothing",
    ):  # fmt: skip
        assert address
        walk.visit(address)
    questions_of_forms(walk, world, app.pk)
    page.goto(waiting)
    walk.press("main .button.primary", "a new address is confirmed")
    wrong = dict(walk.wrong)
    for person, places in (
        (
            reader,
            (f"{METRIC}?metric=backlog&group_by=asset", "/reports/list_assets/", f"{METRIC}?metric=wrong"),
        ),
        (world.colleague, ("/", "/settings/general/", "/profile/activity/", "/profile/app-authorizations/")),
    ):
        person.refresh_from_db()  # the new address ended the sessions of the colleague
        _context, other, more = signed_in(chrome, site, person, reduced_motion="reduce")
        walk = Walk(other, language)
        for address in places:
            walk.visit(address)
        wrong |= walk.wrong
        complaints += more
    locale = {"en": "en-US", "es": "es-CO", "pt-br": "pt-BR"}[language]
    anybody = chrome.new_page(base_url=site, locale=locale, reduced_motion="reduce")
    stranger = Walk(anybody, language)
    for name in EVERY:
        stranger.visit_route(of_routes[name])
    assert len(stranger.seen) > 5
    wrong |= stranger.wrong
    assert not wrong, "\n".join(f"{place}: {found}" for place, found in wrong.items())
    assert [line for line in complaints if not re.search(r"status of 4\d\d", line)] == []
