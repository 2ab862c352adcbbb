"""Configuration > API connections > OAuth consumers: the list, and actions on selected rows."""

from __future__ import annotations

import pytest
from django.utils import timezone

from consumers.models import AccessToken, AppAuthorization, Consumer
from tests.conftest import World
from tests.consumers.registered import authorize, consumer_in
from tests.pages import XSS, browser, post, send, text_of

LIST = "/settings/api-connections/oauth-consumers/"
CHANGE = f"{LIST}change/"
PAGES = ["/settings/api-connections/", LIST, f"{LIST}add/", "/settings/api-connections/app-authorizations/"]


def test_only_people_who_may_configure_get_in(world: World) -> None:
    consumer = consumer_in(world)
    for path in [*PAGES, f"{LIST}{consumer.pk}/"]:
        assert browser().get(path)["Location"] == f"/accounts/login/?next={path}"
        assert browser(world.colleague).get(path).status_code == 403, path
        assert browser(world.owner).get(path).status_code == 200, path
    for path in (CHANGE, f"{LIST}add/", f"{LIST}{consumer.pk}/"):
        data = {"consumer": consumer.pk, "action": "delete", "confirmed": "1", "name": "x"}
        assert post(browser(world.colleague), path, data).status_code == 403, path
    assert Consumer.objects.count() == 1


def test_the_way_of_the_article(world: World) -> None:
    client = browser(world.owner)
    assert 'href="/settings/"' in text_of(client.get("/")), "user menu > Configuration"
    settings = client.get("/settings/", follow=True)
    assert f'href="{LIST}"' in text_of(settings), "API connections opens on the consumers"
    assert 'href="/settings/api-connections/"' in text_of(client.get(LIST))
    connection = text_of(client.get("/settings/api-connections/"))
    for words in ("API connection", "OAuth consumers", "App authorizations", "http://localhost:8000/api"):
        assert words in connection
    assert f'href="{LIST}"' in connection


def test_an_empty_list_says_what_a_consumer_is_and_begins_with_chatgpt(world: World) -> None:
    page = text_of(browser(world.owner).get(LIST))
    assert "Showing 0 of 0" in page
    assert "Connect ChatGPT" in page
    assert "/guide/" in page


def test_rows(world: World) -> None:
    used = consumer_in(world)
    Consumer.objects.filter(pk=used.pk).update(last_used_at=timezone.now())
    authorize(world.owner, used)
    authorize(world.colleague, used)
    consumer_in(world, "Claude", callback_urls=[])
    program = consumer_in(world, "Hoja", authorization_grant_type="client-credentials", callback_urls=[])
    consumer_in(world, "Foreign", stranger=True)
    page = text_of(browser(world.owner).get(LIST))
    assert "Showing 3 of 3" in page
    assert "Foreign" not in page
    assert page.count("waiting for a callback URL") == 1, "only the one that needs a callback"
    assert f'data-copy="{used.client_id}"' in page
    (secret,) = used.kept_secrets
    assert f"••••{secret.hint}" in page
    assert secret.digest not in page
    assert "Client credentials" in page
    link = f'?app={used.pk}&amp;state=connected">2</a>'
    assert link in "".join(page.split("\n            ")), "two people, with a way to see who"
    assert f"?app={program.pk}" not in page
    assert '<time datetime="' in page


def test_a_stopped_or_ended_authorization_is_no_user(world: World) -> None:
    consumer = consumer_in(world)
    authorize(world.owner, consumer).revoke()
    authorize(world.colleague, consumer, ends_at=timezone.now())
    assert f"?app={consumer.pk}" not in text_of(browser(world.owner).get(LIST))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=chat", {"ChatGPT"}),
        ("q=FMK_", {"ChatGPT", "Claude", "Sheet"}),
        ("q=spread", {"Sheet"}),
        ("q=nothing+fits", set()),
        ("q=%25", set()),
        ("q=%27+OR+1%3D1--", set()),
        ("q=cl%00aude%0A", {"Claude"}),
        ("state=enabled", {"ChatGPT", "Claude"}),
        ("state=disabled", {"Sheet"}),
        ("state=waiting", {"Claude"}),
        ("state=unheard-of", {"ChatGPT", "Claude", "Sheet"}),
        ("q=c&state=waiting", {"Claude"}),
    ],
)
def test_search_with_and_without_javascript(world: World, query: str, shown: set[str]) -> None:
    consumer_in(world)
    consumer_in(world, "Claude", callback_urls=[])
    consumer_in(world, "Sheet", description="spreadsheet", enabled=False)
    client = browser(world.owner)
    whole = client.get(f"{LIST}?{query}")
    part = client.get(f"{LIST}?{query}", headers={"HX-Request": "true", "HX-Target": "rows"})
    for answer in (whole, part):
        found = {
            name for name in ("ChatGPT", "Claude", "Sheet") if f"<bdi>{name}</bdi></a>" in text_of(answer)
        }
        assert found == shown
        assert f"Showing {len(shown)} of {len(shown)}" in text_of(answer)
        assert ("3 without the filter" in text_of(answer)) is (len(shown) < 3)
    assert "<html" in text_of(whole)
    assert "<html" not in text_of(part)
    assert "HX-Target" in whole["Vary"]


def test_disabling_asks_first_and_enabling_does_not(world: World) -> None:
    consumer, client = consumer_in(world), browser(world.owner)
    asked = post(client, CHANGE, {"consumer": consumer.pk, "action": "disable"})
    assert "Disable?" in text_of(asked)
    consumer.refresh_from_db()
    assert consumer.enabled
    post(client, CHANGE, {"consumer": consumer.pk, "action": "disable", "confirmed": "1"})
    consumer.refresh_from_db()
    assert not consumer.enabled
    page = text_of(client.get(LIST))
    assert "Disabled, effective immediately: ChatGPT." in page
    post(client, CHANGE, {"consumer": consumer.pk, "action": "enable"})
    consumer.refresh_from_db()
    assert consumer.enabled


def test_deleting_names_what_dies_with_it(world: World) -> None:
    consumer, client = consumer_in(world), browser(world.owner)
    program = consumer_in(world, "Hoja", authorization_grant_type="client-credentials")
    kept = consumer_in(world, "Kept")
    for user in (world.owner, world.colleague):
        authorize(user, consumer)
    AccessToken.objects.create(application=consumer, scope="x", expires=timezone.now(), token_checksum="a")
    asked = post(client, CHANGE, {"consumer": [consumer.pk, program.pk], "action": "delete"})
    words = text_of(asked)
    assert "2 people will lose the connection." in words
    assert "Programs that act for the company will stop working: Hoja." in words
    assert Consumer.objects.count() == 3, "nothing is gone before the confirmation"
    answer = post(
        client, CHANGE, {"consumer": [consumer.pk, program.pk], "action": "delete", "confirmed": "1"}
    )
    assert answer["Location"] == LIST
    assert list(Consumer.objects.all()) == [kept]
    assert not AppAuthorization.objects.exists()
    assert not AccessToken.objects.exists()


def test_confirmation_is_a_form_that_works_as_shown(world: World) -> None:
    consumer, client = consumer_in(world), browser(world.owner)
    asked = post(client, CHANGE, {"consumer": consumer.pk, "action": "delete"})
    from tests.pages import form_at

    form = form_at(asked, CHANGE)
    assert client.post(CHANGE, dict(form.fields))["Location"] == LIST
    assert not Consumer.objects.exists()


def test_consumers_of_another_company_are_not_there(world: World) -> None:
    """Case 251: also if one of the person's own company is chosen beside it."""
    own, foreign = consumer_in(world), consumer_in(world, stranger=True)
    client = browser(world.owner)
    assert client.get(f"{LIST}{foreign.pk}/").status_code == 404
    assert post(client, f"{LIST}{foreign.pk}/", {"name": "Mine"}).status_code == 404
    for chosen in ([foreign.pk], [own.pk, foreign.pk], ["x"], ["9" * 40], [-1]):
        for action in ("delete", "disable", "enable"):
            data = {"consumer": chosen, "action": action, "confirmed": "1"}
            assert post(client, CHANGE, data).status_code == 404, (chosen, action)
    assert Consumer.objects.filter(enabled=True).count() == 2


@pytest.mark.parametrize("data", [{}, {"action": "delete"}, {"consumer": "own", "action": "drop"}])
def test_nothing_chosen_says_what_to_do(world: World, data: dict[str, str]) -> None:
    own = consumer_in(world)
    chosen = {**data, "consumer": str(own.pk)} if "consumer" in data else data
    client = browser(world.owner)
    assert post(client, CHANGE, chosen | {"confirmed": "1"})["Location"] == LIST
    assert "Choose at least one consumer" in text_of(client.get(LIST))


def test_reading_changes_nothing_and_changing_needs_the_token(world: World) -> None:
    """Case 249."""
    consumer, client = consumer_in(world), browser(world.owner)
    data = {"consumer": str(consumer.pk), "action": "delete", "confirmed": "1"}
    assert client.get(CHANGE, data).status_code == 405
    assert client.post(CHANGE, data).status_code == 403
    assert client.post(f"{LIST}add/", {"name": "x"}).status_code == 403
    client.get(f"{LIST}{consumer.pk}/", {"name": "Changed"})
    consumer.refresh_from_db()
    assert consumer.name == "ChatGPT"


def test_names_are_escaped_on_every_page(world: World) -> None:
    """Case 247."""
    consumer = consumer_in(world, XSS, description=XSS)
    authorize(world.owner, consumer)
    client = browser(world.owner)
    pages = [
        client.get(path)
        for path in (LIST, f"{LIST}{consumer.pk}/", PAGES[-1], "/profile/app-authorizations/")
    ]
    pages.append(post(client, CHANGE, {"consumer": consumer.pk, "action": "delete"}))
    pages.append(client.get(LIST, headers={"HX-Request": "true", "HX-Target": "rows"}))
    for page in pages:
        assert "<script>alert" not in text_of(page)
        assert "<img src=x" not in text_of(page)
        assert "&lt;script&gt;alert" in text_of(page)


def test_rows_follow_the_chosen_company(world: World) -> None:
    from tests.factories import MembershipFactory

    MembershipFactory(user=world.owner, permission_group=world.stranger_group)
    consumer_in(world, "At demo")
    consumer_in(world, "At other", stranger=True)
    client = browser(world.owner)
    post(client, "/company/", {"company": "other"})
    assert "At other" in text_of(client.get(LIST))
    assert "At demo" not in text_of(client.get(LIST))
    send(client, "/", {"company": "demo"}, action="/company/")
    assert "At demo" in text_of(client.get(LIST))


def test_deleting_twice_ends_in_the_same_place(world: World) -> None:
    """A second click on the confirmation page; another company's consumer remains unknown."""
    consumer, foreign = consumer_in(world), consumer_in(world, stranger=True)
    client = browser(world.owner)
    data = {"consumer": consumer.pk, "action": "delete", "confirmed": "1"}
    for _click in range(2):
        answer = post(client, CHANGE, data)
        assert answer["Location"] == LIST
    assert "already been deleted" in text_of(client.get(LIST))
    assert post(client, CHANGE, data | {"consumer": foreign.pk}).status_code == 404
    assert Consumer.objects.get() == foreign
