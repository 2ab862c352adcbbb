"""Every form with two fields or more says above them what is wrong, with a link to each: WCAG technique G139.

Each form of each page is sent with nothing, with far too much, and with what no list offers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.conftest import World
from tests.pages import browser, text_of
from tests.routes import EVERY, addresses

pytestmark = pytest.mark.django_db
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
NO_FIELDS = frozenset({"hidden", "submit", "button", "search"})
WRONG = ("", "☃ " * 20_000, "no-such-thing")


@dataclass
class Control:
    name: str
    kind: str
    value: str
    invalid: bool
    places: set[str]  # its id, and those around it


@dataclass
class Form:
    action: str
    method: str
    controls: list[Control] = field(default_factory=list)
    links: set[str] = field(default_factory=set)

    @property
    def fields(self) -> set[str]:
        return {each.name for each in self.controls if each.kind not in NO_FIELDS}

    @property
    def invalid(self) -> list[Control]:
        return [each for each in self.controls if each.invalid]

    def filled(self, wrong: str) -> dict[str, str]:
        """Return the values that are sent: what the form brings along, and something wrong in each field."""
        kept = {each.name: each.value for each in self.controls if each.kind == "hidden"}
        return kept | dict.fromkeys(self.fields, wrong)


class Page(HTMLParser):
    """The forms of a page. A link of a notice belongs to the form that the notice stands in or before."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.ids: set[str] = set()
        self._open: list[tuple[str, dict[str, str]]] = []
        self._before: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.add(given["id"])
        inside = any(name == "form" for name, _ in self._open)
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
            self.forms[-1].links, self._before = self._before, set()
        elif tag in ("input", "select", "textarea") and inside and given.get("name"):
            places = {around["id"] for _, around in self._open if "id" in around} | {given.get("id", "")}
            invalid = given.get("aria-invalid") == "true"
            kind = given.get("type", "text") if tag == "input" else tag
            self.forms[-1].controls.append(
                Control(given["name"], kind, given.get("value", ""), invalid, places)
            )
        elif tag == "a" and given.get("href", "").startswith("#") and self._in_a_notice():
            (self.forms[-1].links if inside else self._before).add(given["href"][1:])
        if tag not in VOID:
            self._open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def _in_a_notice(self) -> bool:
        return any(around.get("role") == "alert" for _, around in self._open)


def answers(client: Client, url: str) -> Iterator[tuple[Form, Any]]:
    """Send each form of the page with wrong values, and yield what came back."""
    page = client.get(url)
    if page.status_code != 200 or not page["Content-Type"].startswith("text/html"):
        return
    for form in Page(text_of(page)).forms:
        if len(form.fields) < 2:
            continue
        for wrong in WRONG:
            cache.clear()  # the limits on trying
            send = client.post if form.method == "post" else client.get
            yield form, send(form.action or url, form.filled(wrong))


def without_a_summary(page: Page) -> Iterator[str]:
    for form in page.forms:
        if len(form.fields) > 1:
            yield from (each.name for each in form.invalid if not each.places & form.links)
        yield from (f"a link to nothing: {target}" for target in form.links - page.ids)


def seen(client: Client, url: str) -> int:
    """Check what wrong input leads to on this page, and return how many answers marked a field."""
    marked = 0
    for form, answer in answers(client, url):
        assert answer.status_code < 500, (url, form.action)
        if answer.status_code in (200, 400, 409, 422) and answer["Content-Type"].startswith("text/html"):
            page = Page(text_of(answer))
            assert list(without_a_summary(page)) == [], (url, form.action)
            marked += any(each.invalid for each in page.forms if len(each.fields) > 1)
    return marked


@pytest.mark.parametrize("name", EVERY)
def test_wrong_input_is_summed_up(world: World, name: str) -> None:
    url = addresses(world)[name]
    for client in (browser(world.owner), browser()):
        seen(client, url)


@pytest.mark.parametrize(
    "name",
    [
        "settings-general",
        "settings-person-add",
        "settings-group-add",
        "settings-security-sign-in",
        "consumer-add",
        "registration",
        "profile",
        "account_login",
        "account_change_password",
        "issuer-add",
    ],
)
def test_forms_are_really_refused(world: World, name: str) -> None:
    """A walk that marks no field would prove nothing."""
    client = browser(None if name == "account_login" else world.owner)
    assert seen(client, addresses(world)[name]) > 0
