"""Long lists in Chromium: on a phone and on a desk, in three languages, by mouse and by keyboard."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize, expect

from accounts.models import Membership, User
from consumers.models import AppAuthorization, Consumer
from listing.listing import PAGE_SIZE
from maintenance.demo.seed import seed
from maintenance.models import Item, Meter, Personnel, ThirdParty, Warehouse, WorkOrder, WorkRequest
from maintenance.record_urls import page_of
from tests.browser.chromium import LIST, PROBLEMS, signed_in
from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.conftest import World
from tests.consumers.registered import WRITE, authorize, consumer_in
from tests.factories import MembershipFactory, PermissionGroupFactory, UserFactory, invite

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AUTHORIZATIONS = "/settings/api-connections/app-authorizations/"
LISTS = (LIST, AUTHORIZATIONS, "/settings/user-accounts/", "/settings/user-accounts/groups/",
         "/profile/app-authorizations/", "/settings/api-connections/registration/")  # fmt: skip
SIZES: tuple[ViewportSize, ViewportSize] = ({"width": 1280, "height": 800}, {"width": 360, "height": 740})
# What a person would have to scroll sideways for, inside of any box.
CUT = "[...document.querySelectorAll('.box, .scroll')].filter(it => it.scrollWidth > it.clientWidth).length"


def fill(world: World) -> Consumer:
    chat = consumer_in(world, "ChatGPT")
    for number in range(PAGE_SIZE + 2):
        user = UserFactory(name=f"Ñandú {number}")
        MembershipFactory(user=user, permission_group=world.colleague_group)
        authorize(user, chat, WRITE, last_used_at=timezone.now() - dt.timedelta(minutes=2))
        consumer_in(world, f"Hoja {number}", callback_urls=[])
        PermissionGroupFactory(company=world.company, name=f"Grupo {number}")
    invite("a-person-with-a-long-name@maintenance.example.com", world.owner_group, by=world.owner)
    for number in range(PAGE_SIZE + 2):
        authorize(world.owner, consumer_in(world, f"Asistente {number}"), WRITE)
    authorize(world.owner, consumer_in(world, "תחזוקה · 23"), WRITE)
    authorize(world.colleague, consumer_in(world, "Without a token"), connected_at=None)
    Consumer.objects.update(last_used_at=timezone.now() - dt.timedelta(minutes=2))
    return chat


def fits(page: Page, path: str) -> None:
    assert page.evaluate(PROBLEMS) == [], path
    assert page.evaluate(CUT) == 0, path


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_no_list_hides_a_column(world: World, chrome: Browser, site: str, language: str) -> None:
    fill(world)
    User.objects.filter(pk=world.owner.pk).update(language=language)
    _context, page, complaints = signed_in(chrome, site, world.owner)
    for size in SIZES:
        page.set_viewport_size(size)
        for path in LISTS:
            for query in ("", "?page=2", "?q=nothing+fits"):
                page.goto(path + query)
                fits(page, f"{path}{query} {size}")
            if path != LISTS[-1]:
                page.goto(path)
                expect(page.locator(".pager")).to_be_visible()
                expect(page.locator("tbody tr")).to_have_count(PAGE_SIZE)
    assert complaints == []


def test_sorting_by_heading_and_on_a_phone_by_a_menu(world: World, chrome: Browser, site: str) -> None:
    fill(world)
    _context, page, complaints = signed_in(chrome, site, world.owner, viewport=SIZES[0])
    page.goto("/settings/user-accounts/?q=%C3%B1and%C3%BA")
    heading = page.get_by_role("columnheader", name="Name")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    first = page.locator("td.name").first
    expect(first).to_contain_text("Ñandú 0")
    heading.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")
    expect(first).to_contain_text("Ñandú 9")
    page.get_by_role("link", name="Next").click()
    expect(first).to_contain_text("Ñandú 1")
    assert re.search(r"q=.*sort=-name.*page=2", page.url)
    page.set_viewport_size(SIZES[1])
    page.goto("/settings/user-accounts/")
    expect(page.get_by_role("columnheader", name="Name").get_by_role("link")).to_be_hidden()
    page.get_by_label("Sort by").select_option(label="E-mail, descending")
    expect(page).to_have_url(re.compile("sort=-email"))
    expect(first).to_contain_text("Ñandú")
    assert complaints == []


def test_all_that_match_are_chosen_and_what_is_said_happens(world: World, chrome: Browser, site: str) -> None:
    chat = fill(world)
    connected = AppAuthorization.objects.filter(consumer=chat)
    total = connected.count()
    _context, page, complaints = signed_in(chrome, site, world.owner, viewport=SIZES[0])
    page.goto(AUTHORIZATIONS)
    page.get_by_label("Person or app").fill("nandu chatgpt")
    expect(page.get_by_text(f"Showing 1–{PAGE_SIZE} of {total}")).to_be_visible()
    page.get_by_label("Select all on this page").check()
    chosen = page.locator("[data-chosen]")
    expect(chosen).to_have_text(str(PAGE_SIZE))
    every = page.get_by_label(f"all {total} that match the filter")
    every.check()
    expect(chosen).to_have_text(str(total))
    page.locator("tbody input[type=checkbox]").first.uncheck()
    expect(every).not_to_be_checked()
    expect(chosen).to_have_text(str(PAGE_SIZE - 1))
    every.check()
    page.get_by_role("button", name="Allow read only…").first.click()
    expect(page.get_by_text(f"Connections: {total}. People: {total}. Apps: 1.")).to_be_visible()
    fits(page, "confirm")
    page.get_by_role("button", name="Allow read only").click()
    expect(page.get_by_text(f"{total} connections are read-only now.")).to_be_visible()
    assert "q=nandu" in page.url, "the search is as it was"
    assert not connected.filter(scope__contains="write").exists()
    assert AppAuthorization.objects.filter(scope__contains="write").exists()
    page.get_by_role("link", name="Ñandú 7", exact=True).click()
    page.get_by_role("button", name="Disconnect the 1 that matches…").click()
    page.get_by_role("button", name="Disconnect", exact=True).click()
    expect(page.get_by_text("1 connection ended.")).to_be_visible()
    assert connected.live().count() == total - 1
    assert complaints == []


def test_a_confirmation_of_many_long_names_has_its_buttons_in_reach(
    world: World, chrome: Browser, site: str
) -> None:
    for number in range(PAGE_SIZE):
        consumer_in(world, f"{'W' * 110} {number}")
    _context, page, complaints = signed_in(chrome, site, world.owner, viewport=SIZES[1])
    page.goto(LIST)
    page.get_by_label("Select all on this page").evaluate("box => box.click()")
    page.get_by_role("button", name="Delete…").click()
    fits(page, "confirm")
    buttons = page.get_by_role("button", name="Delete", exact=True).bounding_box()
    assert buttons is not None
    assert buttons["y"] < 5 * SIZES[1]["height"], "fifty names once pushed it down by eight screens"
    assert complaints == []


def test_records_on_a_phone(chrome: Browser, site: str) -> None:
    """Every value of a record's tables is in sight: none is to the right of the display."""
    seed(seed=7)
    members = Membership.objects.filter(company__slug="demo").select_related("user", "permission_group")
    administrator = next(member.user for member in members if "configuration:edit" in member.rights)
    of_demo = {"company__slug": "demo"}
    order = WorkOrder.objects.filter(**of_demo).annotate(n=Count("tasks")).order_by("-n").first()
    assert order is not None
    paths = [
        page_of("work-order", order.folio),
        page_of("asset", Item.objects.filter(**of_demo, tasks__isnull=False)[0].code),
        page_of("person", Personnel.objects.filter(**of_demo, code__isnull=False)[0].code or ""),
        page_of("warehouse", Warehouse.objects.filter(**of_demo)[0].code),
        page_of("third-party", ThirdParty.objects.filter(**of_demo)[0].code),
        reverse("record-work-request", args=[WorkRequest.objects.filter(**of_demo)[0].pk]),
        reverse("record-meter", args=[Meter.objects.filter(**of_demo)[0].pk]),
    ]
    _context, page, complaints = signed_in(chrome, site, administrator)
    for language in ("en", "es", "pt-br"):
        User.objects.filter(pk=administrator.pk).update(language=language)
        for size in SIZES:
            page.set_viewport_size(size)
            for path in paths:
                page.goto(path)
                fits(page, f"{path} {language} {size}")
    page.set_viewport_size(SIZES[1])
    page.goto(paths[0])
    hidden = page.evaluate(
        "[...document.querySelectorAll('tbody td:not(.blank)')].filter(it => {"
        " const box = it.getBoundingClientRect();"
        " return !it.checkVisibility() || box.left < 0 || box.right > innerWidth; }).length"
    )
    assert hidden == 0
    assert page.locator("tbody td:not(.blank)").count() > 10
    assert complaints == []
