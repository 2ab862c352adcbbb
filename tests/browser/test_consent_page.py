"""The consent page in Chromium: what a person sees before scrolling, presses and comes back to."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, ViewportSize, expect

from accounts.models import User
from consumers.models import Consumer, Grant
from tests.browser.callbacks import assistant
from tests.browser.chromium import PROBLEMS, signed_in
from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import site as site
from tests.conftest import World
from tests.consumers.conftest import Program
from tests.consumers.conftest import program as program
from tests.consumers.conftest import register as register

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES: list[ViewportSize] = [
    {"width": 1280, "height": 800},
    {"width": 480, "height": 640},
    {"width": 360, "height": 740},
]
LONGEST = (
    "Hoja de cálculo del mantenimiento preventivo y correctivo de todas las plantas de Antioquia, Boyacá y "
    + "x" * 18
)
WORDS = {"en": ("Refuse", "Approve"), "es": ("Rechazar", "Aprobar"), "pt-br": ("Recusar", "Aprovar")}


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def buttons(page: Page, language: str) -> list[Any]:
    return [page.get_by_role("button", name=re.compile(f"^{word}")) for word in WORDS[language]]


def in_view(page: Page, button: Any) -> bool:
    """Say whether the whole button is on the screen and nothing lies on it. The page was not scrolled."""
    box, size = button.bounding_box(), page.viewport_size
    assert box
    assert size
    assert page.evaluate("scrollY") == 0
    on_top = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y)?.closest('button')?.value",
        [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
    )
    inside = box["x"] >= 0 and box["y"] >= 0
    inside = (
        inside and box["x"] + box["width"] <= size["width"] and box["y"] + box["height"] <= size["height"]
    )
    return bool(inside and on_top == button.get_attribute("value"))


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size['width']}x{size['height']}")
def test_both_decisions_are_in_view_before_scrolling(
    world: World, chrome: Browser, site: str, program: Program, language: str, size: ViewportSize
) -> None:
    """With a short name, and with the longest names and texts that can be stored."""
    User.objects.filter(pk=world.owner.pk).update(language=language)
    _context, page, complaints = signed_in(chrome, site, world.owner, viewport=size)
    for name, description, person in (
        ("ChatGPT", "", "Owner"),
        (LONGEST, "https://example.com/" + "a" * 480, "María del Carmen " + "Z" * 130),
        ("W" * 120, "w" * 500, "W" * 150),
    ):
        Consumer.objects.filter(pk=program.consumer.pk).update(name=name, description=description)
        User.objects.filter(pk=world.owner.pk).update(name=person)
        page.goto(program.address())
        for button in buttons(page, language):
            assert in_view(page, button)
            assert name in " ".join(button.inner_text().split())
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert page.evaluate(PROBLEMS) == []
    assert complaints == []


def test_enter_in_the_box_decides_nothing_and_on_a_button_presses_it(
    world: World, chrome: Browser, site: str, program: Program
) -> None:
    context, page, _complaints = signed_in(chrome, site, world.owner)
    called = assistant(context)
    page.goto(program.address())
    box = page.get_by_role("checkbox", name="Write")
    box.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    expect(box).to_be_checked()
    assert called == []
    page.keyboard.press("Space")
    expect(box).not_to_be_checked()
    page.get_by_role("button", name="Approve ChatGPT").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The assistant has it.")).to_be_visible()
    assert "code=" in called[0]
    assert Grant.objects.get().scope == "maintenance:read offline_access"


def test_focus_never_hides_behind_the_decision(
    world: World, chrome: Browser, site: str, program: Program
) -> None:
    """WCAG 2.2, 2.4.11: each thing that Tab reaches is seen, above the bar."""
    _context, page, _complaints = signed_in(chrome, site, world.owner, viewport=SIZES[2])
    page.goto(program.address())
    for _step in range(14):
        page.keyboard.press("Tab")
        hidden = page.evaluate(
            """() => { const on = document.activeElement.getBoundingClientRect();
                const bar = document.querySelector(".consent > .actions");
                return !bar.contains(document.activeElement) && on.height > 0
                    && on.top >= bar.getBoundingClientRect().top }"""
        )
        assert not hidden, page.evaluate("document.activeElement.outerHTML")


def test_names_written_from_right_to_left_keep_their_place(
    world: World, chrome: Browser, site: str, program: Program
) -> None:
    """The name does not turn the sentence or the button around it."""
    name = "صيانة 2026"
    Consumer.objects.filter(pk=program.consumer.pk).update(name=name)
    User.objects.filter(pk=world.owner.pk).update(name="עדי")
    _context, page, _complaints = signed_in(chrome, site, world.owner, viewport=SIZES[2])
    page.goto(program.address())
    for place in ("h1", "button[value=approve]"):
        name_at, words_at = page.evaluate(
            """(place) => {
                const element = document.querySelector(place);
                const nodes = [...element.childNodes].filter((node) => node.textContent.trim());
                const first = (node) => {
                    const range = document.createRange();
                    range.selectNodeContents(node);
                    const line = range.getClientRects()[0];
                    return [line.top, line.left];
                };
                const name = nodes.findIndex((node) => node.nodeName === "BDI");
                return [first(nodes[name]), first(nodes[1 - name])];
            }""",
            place,
        )
        assert (name_at < words_at) == (place == "h1"), "first in the sentence, last on the button"
    assert page.evaluate(PROBLEMS) == []
