"""The company of a session: it stays until the person chooses another, and forms belong to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from accounts.company_forms import DRAWN_FOR, is_of_the_person
from accounts.current import SESSION_KEY
from accounts.models import Company, Membership, PermissionGroup
from connections.models import ApiConnection
from consumers.models import Consumer
from tests.conftest import World
from tests.consumers.registered import authorize, consumer_in
from tests.factories import MembershipFactory
from tests.pages import browser, form_at, post, text_of
from tests.process.person import forms_of
from tests.routes import EVERY, SERVED, addresses

GENERAL = "/settings/general/"
CONNECTION = "/settings/api-connections/"


def join(world: World, name: str = "AAA Foreign") -> Membership:
    """Make the owner a member of the other company too, which sorts first by name and is joined last."""
    Company.objects.filter(pk=world.other_company.pk).update(name=name)
    return MembershipFactory(user=world.owner, permission_group=world.stranger_group)


def works_in(client: Client) -> str:
    return dict(form_at(client.get(GENERAL)).fields)["name"]


# --- the company of a session ----------------------------------------------------------------------


def test_a_running_session_stays_where_it_was_when_a_membership_is_added(world: World) -> None:
    client = browser(world.owner)
    assert works_in(client) == "Planta Demo"
    join(world)
    assert works_in(client) == "Planta Demo"


def test_a_new_session_begins_in_the_company_that_was_joined_first(world: World) -> None:
    """Names do not decide: the administrators of a company choose its name."""
    join(world, "000 Planta Demo")
    assert works_in(browser(world.owner)) == "Planta Demo"
    # The date decides, not the row's id.
    Membership.objects.filter(user=world.owner, company=world.other_company).update(
        created_at=timezone.now() - dt.timedelta(days=400)
    )
    assert works_in(browser(world.owner)) == "000 Planta Demo"


@pytest.mark.parametrize("chosen", [True, False])
def test_a_membership_that_ends_is_told_and_the_person_chooses(world: World, chosen: bool) -> None:
    """Also if the person never chose the company explicitly: the session worked there."""
    client = browser(world.owner)
    assert works_in(client) == "Planta Demo"
    join(world)
    if chosen:
        post(client, "/company/", {"company": "demo"})
    Membership.objects.filter(user=world.owner, company=world.company).update(active=False)
    for path in (GENERAL, CONNECTION, "/records/work-orders/OT-1", "/"):
        answer = client.get(path)
        page = text_of(answer)
        assert answer.status_code == (200 if path == "/" else 409), path
        assert "Choose the company" in page, path
        assert 'value="other"' in page, path
    answer = post(client, "/company/", {"company": "other", "next": GENERAL})
    assert answer["Location"] == GENERAL
    assert works_in(client) == "AAA Foreign"


def test_whoever_has_no_other_company_is_told_as_before(world: World) -> None:
    client = browser(world.owner)
    assert works_in(client) == "Planta Demo"
    Membership.objects.filter(user=world.owner).update(active=False)
    assert "doesn't belong to a company" in text_of(client.get("/"))
    assert client.get(GENERAL).status_code == 403
    Membership.objects.filter(user=world.owner).update(active=True)
    assert works_in(client) == "Planta Demo"


# --- the company of a form -------------------------------------------------------------------------


@pytest.fixture
def moved(world: World) -> Client:
    """Open pages in Planta Demo, then switch the session to the other company in another tab."""
    join(world, "Otra")
    client = browser(world.owner)
    client.get("/")
    return client


def switch(client: Client, slug: str) -> None:
    assert post(client, "/company/", {"company": slug}).status_code == 302


def every_row() -> dict[str, list[Any]]:
    kinds = (Company, Membership, PermissionGroup, Consumer, ApiConnection)
    return {kind.__name__: list(kind.objects.order_by("pk").values()) for kind in kinds}


def test_a_secret_typed_for_one_company_is_not_kept_in_another(world: World, moved: Client) -> None:
    """F3: the form was open, with key and secret entered, when the session moved to the other company."""
    form = form_at(moved.get(CONNECTION), CONNECTION)
    typed = dict(form.fields) | {"client_key": "fractal-key-1", "client_secret": "s3cret-of-demo"}
    typed |= {"kind": "fracttal_one", "confirm": "on"}
    switch(moved, "other")
    before = every_row()
    answer = moved.post(CONNECTION, typed)
    assert answer.status_code == 409
    assert every_row() == before
    page = text_of(answer)
    assert "Nothing was saved" in page
    assert "Planta Demo" in page
    assert "s3cret-of-demo" not in page, "a secret is never shown"
    # Other input is not lost: one button returns to the company and sends it there.
    again = next(form for form in forms_of(page) if form.action == CONNECTION)
    assert ("client_key", "fractal-key-1") in again.fields


def test_one_press_returns_to_the_company_of_the_form_and_saves_there(world: World, moved: Client) -> None:
    typed = dict(form_at(moved.get(GENERAL)).fields)
    typed |= {"name": "Planta Nueva", "language": "es", "time_zone": "UTC"}
    switch(moved, "other")
    refused = moved.post(GENERAL, typed)
    assert refused.status_code == 409
    form = next(form for form in forms_of(text_of(refused)) if form.action == GENERAL)
    assert "return_there" in dict(form.fields), text_of(refused)
    answer = moved.post(form.action, dict(form.fields))
    assert answer["Location"] == GENERAL
    world.company.refresh_from_db()
    world.other_company.refresh_from_db()
    assert (world.company.name, world.other_company.name) == ("Planta Nueva", "Otra")
    assert moved.session[SESSION_KEY] == world.company.pk


def test_a_form_of_a_company_that_was_left_cannot_be_sent(world: World, moved: Client) -> None:
    typed = dict(form_at(moved.get(GENERAL)).fields) | {"name": "Planta Nueva"}
    Membership.objects.filter(user=world.owner, company=world.company).update(active=False)
    switch(moved, "other")
    before = every_row()
    for extra in ({}, {"return_there": "1"}):
        answer = moved.post(GENERAL, typed | extra)
        assert answer.status_code == 409
        assert "Planta" not in text_of(answer).split("<main", 1)[1], "nobody learns a name that is not theirs"
    assert every_row() == before


@pytest.mark.parametrize("drawn_for", [None, "", "0", "-1", "x", "9" * 40, "other"])
def test_a_form_without_a_company_of_its_own_is_refused(
    world: World, moved: Client, drawn_for: str | None
) -> None:
    data = dict(form_at(moved.get(GENERAL)).fields) | {"name": "Planta Nueva"}
    del data[DRAWN_FOR]
    if drawn_for is not None:
        data[DRAWN_FOR] = str(world.other_company.pk) if drawn_for == "other" else drawn_for
    before = every_row()
    assert moved.post(GENERAL, data).status_code == 409
    assert every_row() == before


def test_in_the_panel_the_refusal_is_drawn_where_the_form_was(world: World, moved: Client) -> None:
    url = "/settings/api-connections/oauth-consumers/add/"
    typed = dict(form_at(moved.get(url), "/add/").fields) | {"name": "Typed in the panel"}
    switch(moved, "other")
    answer = moved.post(url, typed, headers={"hx-request": "true", "hx-target": "panel"})
    assert answer.status_code == 409
    assert "<html" not in text_of(answer)
    assert 'value="Typed in the panel"' in text_of(answer)


# Forms about the person, the browser, or what a mailed link names: the session's company does
# not matter.
OF_THE_PERSON = {
    "home", "guide", "language", "switch-company", "profile", "profile-delete",
    "own-invitations", "own-invitation-answer",
    "invitation", "new-address", "oauth-authorize", "oauth-authorize-finish",
    "oauth-authorize-again", "oauth-authorize-ask-access",
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in EVERY if not name.startswith(("account_", "mfa_"))])
def test_every_route_that_writes_in_a_company_refuses_the_form_of_another(world: World, name: str) -> None:
    """The check runs before the view, whatever the form contains."""
    url = addresses(world)[name]
    authorize(world.owner, consumer_in(world, "Its authorization"))
    join(world, "Otra")
    client = browser(world.owner)
    drawn = {DRAWN_FOR: str(world.company.pk), "csrfmiddlewaretoken": post_token(client)}
    if client.post(url, drawn | {"name": "x"}).status_code == 405:
        return
    switch(client, "other")
    drawn["csrfmiddlewaretoken"] = post_token(client)
    before = every_row()
    answer = client.post(
        url, drawn | {"name": "x", "consumer": Consumer.objects.all()[0].pk, "confirmed": "1"}
    )
    if name in OF_THE_PERSON:
        assert answer.status_code != 409
        return
    assert answer.status_code == 409, name
    assert every_row() == before


def post_token(client: Client) -> str:
    return dict(form_at(client.get("/profile/")).fields)["csrfmiddlewaretoken"]


def test_no_other_view_is_excused(world: World) -> None:
    """Views marked as the person's own are listed here by hand; sign-in belongs to the person too."""
    marked = set()
    for pattern in walk(SERVED + list(get_resolver("consumers.oauth.urls").url_patterns)):
        if is_of_the_person(pattern.callback) and not str(pattern.name).startswith(("account_", "mfa_")):
            marked.add(pattern.name)
    assert marked <= OF_THE_PERSON
    assert not is_of_the_person(resolve(GENERAL).func)


def walk(patterns: list[Any]) -> list[URLPattern]:
    found: list[URLPattern] = []
    for pattern in patterns:
        found += walk(pattern.url_patterns) if isinstance(pattern, URLResolver) else [pattern]
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/profile/",
        GENERAL,
        CONNECTION,
        "/settings/user-accounts/",
        "/settings/user-accounts/add/",
        "/settings/catalogues/",
    ],
)
def test_every_form_of_a_page_carries_its_company(world: World, path: str) -> None:
    consumer_in(world)
    for form in forms_of(text_of(browser(world.owner).get(path))):
        names = dict(form.fields)
        if "csrfmiddlewaretoken" in names:
            assert names[DRAWN_FOR] == str(world.company.pk), (path, form.action)


def test_forms_about_the_person_work_in_every_company(world: World, moved: Client) -> None:
    data = dict(form_at(moved.get("/profile/")).fields) | {"name": "Renamed in another tab"}
    switch(moved, "other")
    assert moved.post("/profile/", data)["Location"] == "/profile/"
