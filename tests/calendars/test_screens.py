"""Profile > Calendar: the link is shown once, renewed and revoked by its person only."""

from __future__ import annotations

import re
from typing import Any

import pytest

from calendars.models import CalendarLink
from tests.calendars.plant import PlannedPlant, status
from tests.pages import browser, post, send, text_of

PAGE = "/profile/calendar/"


def link_in(answer: Any) -> str:
    found = re.search(r"/calendar/fmw_[A-Za-z0-9_-]{43}\.ics", text_of(answer))
    return found.group() if found else ""


def test_it_is_shown_once_and_works(plant: PlannedPlant) -> None:
    client = browser(plant.somebody().user)
    assert not link_in(client.get(PAGE))
    made = send(client, PAGE, {}, PAGE)
    path = link_in(made)
    assert (made.status_code, made["Cache-Control"]) == (200, "no-store")
    assert 'data-copy="' in text_of(made)
    assert status(path) == 200
    assert not link_in(client.get(PAGE)), "only once"


def test_a_new_link_ends_the_present_one_and_revoking_ends_it(plant: PlannedPlant) -> None:
    client = browser(plant.somebody().user)
    first = link_in(send(client, PAGE, {}, PAGE))
    second = link_in(send(client, PAGE, {}, PAGE))
    assert first != second
    assert (status(first), status(second)) == (404, 200)
    done = send(client, PAGE, {}, "/revoke/", follow=True)
    assert "The calendar link no longer works." in text_of(done)
    assert status(second) == 404
    assert post(client, f"{PAGE}revoke/").status_code == 302, "nothing is left to revoke"


def test_nobody_revokes_or_renews_that_of_another_person(plant: PlannedPlant) -> None:
    mine, other = plant.somebody(), plant.somebody()
    path = plant.path(mine)
    client = browser(other.user)
    send(client, PAGE, {}, PAGE)
    post(client, f"{PAGE}revoke/")
    assert CalendarLink.objects.filter(membership=mine).exists()
    assert status(path) == 200


@pytest.mark.parametrize("rights", [["work_orders:view"], ["tasks:view"], ["assets:view"]])
def test_without_the_rights_there_is_no_link(plant: PlannedPlant, rights: list[str]) -> None:
    person = plant.somebody(rights)
    client = browser(person.user)
    assert "Your permission group does not allow" in text_of(client.get(PAGE))
    assert post(client, PAGE).status_code == 403
    assert not CalendarLink.objects.filter(membership=person).exists()


def test_nothing_changes_without_the_token_of_a_form_or_by_get(plant: PlannedPlant) -> None:
    person = plant.somebody()
    path = plant.path(person)
    client = browser(person.user)
    assert client.post(PAGE).status_code == 403
    assert client.post(f"{PAGE}revoke/").status_code == 403
    assert client.get(f"{PAGE}revoke/").status_code == 405
    assert status(path) == 200


def test_the_page_says_it_in_the_language_of_the_person(plant: PlannedPlant) -> None:
    person = plant.somebody()
    for language, words in (
        ("es", "El trabajo planificado en su calendario"),
        ("pt-br", "Criar um link privado"),
    ):
        person.user.language = language
        person.user.save()
        assert words in text_of(browser(person.user).get(PAGE))
