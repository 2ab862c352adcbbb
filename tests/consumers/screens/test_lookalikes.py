"""The list says when a name could be taken for another one's."""

from __future__ import annotations

import re

import pytest

from consumers.screens.lookalikes import alphabets_of
from tests.conftest import World
from tests.consumers.registered import consumer_in
from tests.pages import browser, text_of

LIST = "/settings/api-connections/oauth-consumers/"
CYRILLIC = "\u0421hatGPT"  # its first letter is not the Latin C


def test_equal_names_and_foreign_letters_are_said(world: World) -> None:
    consumer_in(world, "ChatGPT")
    consumer_in(world, "CHATGPT")
    consumer_in(world, CYRILLIC)
    consumer_in(world, "Claude")
    consumer_in(world, "Claude", stranger=True)
    rows = re.findall(r"<tr>.*?</tr>", text_of(browser(world.owner).get(LIST)), re.DOTALL)
    said = {
        name: ("another consumer has this name" in row, "letters of several alphabets" in row)
        for row in rows
        for name in re.findall(r"<bdi>([^<]+)</bdi>", row)
    }
    assert said == {
        "ChatGPT": (True, False),
        "CHATGPT": (True, False),
        CYRILLIC: (False, True),
        "Claude": (False, False),
    }


@pytest.mark.parametrize(
    ("name", "alphabets"),
    [
        ("ChatGPT", {"LATIN"}),
        ("Ñandú 4 — hoja de cálculo", {"LATIN"}),
        (CYRILLIC, {"LATIN", "CYRILLIC"}),
        ("Чат", {"CYRILLIC"}),
        ("Ωmega", {"LATIN", "GREEK"}),
        ("東京 ChatGPT", {"LATIN"}),
        ("תחזוקה", set()),
        ("", set()),
        ("4 · 5 ✓", set()),
    ],
)
def test_alphabets(name: str, alphabets: set[str]) -> None:
    assert alphabets_of(name) == alphabets
