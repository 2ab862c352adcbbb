"""The form of a consumer: fields, callbacks, presets, and the secret that is shown once."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit.models import Event
from consumers.callbacks import validate_callback
from consumers.digests import digest
from consumers.models import AppAuthorization, Consumer
from consumers.screens.forms import ConsumerForm
from consumers.screens.presets import PRESETS
from tests.conftest import World
from tests.consumers.registered import CALLBACK, authorize, consumer_in
from tests.factories import UserFactory
from tests.pages import browser, form_at, send, text_of

LIST = "/settings/api-connections/oauth-consumers/"
ADD = f"{LIST}add/"
HTMX = {"HX-Request": "true", "HX-Target": "panel"}


def values(world: World, **more: Any) -> dict[str, Any]:
    return {
        "grant_type": "authorization-code",
        "name": "ChatGPT",
        "assistant": "chatgpt",
        "callback_urls": [CALLBACK],
        "permission_group": world.colleague_group.pk,
        **more,
    }


def fill(client: Client, url: str, data: dict[str, Any], **extra: Any) -> Any:
    return send(client, url, data, action=url, **extra)


def secret_in(answer: Any) -> str:
    (secret,) = re.findall(r'<code id="secret">(fms_[^<]+)</code>', text_of(answer))
    return str(secret)


def anyway_in(answer: Any) -> str:
    assert answer.status_code == 422
    (mark,) = re.findall(r'name="anyway" value="([0-9a-f]+)"', text_of(answer))
    return str(mark)


def test_every_field_of_the_article(world: World) -> None:
    page = text_of(browser(world.owner).get(ADD))
    for label in (
        "Grant type", "Authorization code", "Client credentials", "Name", "Description", "Assistant",
        "Callback URLs", "URL", "Privacy policy URL", "End user licence agreement URL",
        "Permission group", "Save",
    ):  # fmt: skip
        assert label in page, label


def test_case_254_saving_shows_key_secret_and_address_once(world: World) -> None:
    """Case 254, and the steps of the article: save, copy key and secret."""
    client = browser(world.owner)
    texts = {
        "description": "For everybody",
        "url": "https://chatgpt.com/",
        "privacy_policy_url": "https://openai.com/privacy",
        "licence_url": "https://openai.com/terms",
        "narrow_to_group": "on",
    }
    answer = fill(client, ADD, values(world, **texts))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    consumer, secret = Consumer.objects.get(), secret_in(answer)
    page = text_of(answer)
    assert page.count(secret) == 2, "shown, and for its copy button"
    assert consumer.client_id in page
    assert "http://localhost:8000/mcp/oauth/fracttal-one" in page
    assert "This is the only time the secret is shown" in page
    assert "Add custom MCP server" in page, "the next step in ChatGPT"
    for name, text in texts.items():
        assert str(getattr(consumer, name)) == ("True" if text == "on" else text)
    assert (consumer.company, consumer.created_by) == (world.company, world.owner)
    assert consumer.callback_urls == [CALLBACK]
    assert consumer.permission_group == world.colleague_group
    # Only its digest is stored; the secret is nowhere else: on no page, not in the session, in no row.
    (stored,) = consumer.secrets.all()
    assert (stored.digest, stored.hint, stored.created_by) == (digest(secret), secret[-4:], world.owner)
    assert consumer.client_secret == ""
    for path in (LIST, f"{LIST}{consumer.pk}/", "/"):
        assert secret not in text_of(client.get(path)), path
    assert all(secret not in str(session.get_decoded()) for session in Session.objects.all())
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert not any(secret in str(row) for row in cursor.fetchall()), table


def test_sending_the_same_form_again_makes_no_second_consumer(world: World) -> None:
    """Reload, double click and the back button create no second consumer and show no secret."""
    client = browser(world.owner)
    data = {**dict(form_at(client.get(ADD), ADD).fields), **values(world)}
    secret = secret_in(client.post(ADD, data))
    again = client.post(ADD, data)
    assert again["Location"] == LIST
    page = text_of(client.get(LIST))
    assert "has already been saved" in page
    assert secret not in page
    assert Consumer.objects.count() == 1
    fill(client, ADD, values(world, name="Another"))
    assert Consumer.objects.count() == 2


def test_callbacks_may_stay_empty_and_be_added_later(world: World) -> None:
    client = browser(world.owner)
    created = fill(client, ADD, values(world, callback_urls=["", " "]))
    assert "Callback URL from the assistant" in text_of(created), "with a field for it"
    consumer = Consumer.objects.get()
    assert consumer.callback_urls == []
    page = client.get(f"{LIST}{consumer.pk}/")
    assert "waiting for a callback URL" in text_of(page)
    before = consumer.client_id, list(consumer.secrets.values()), consumer.created
    urls = [f" {CALLBACK} ", "https://claude.ai/api/mcp/auth_callback", "", CALLBACK]
    answer = fill(
        client, f"{LIST}{consumer.pk}/", values(world, callback_urls=urls, name="Renamed", assistant="other")
    )
    assert answer["Location"] == LIST
    assert "Renamed updated. Its key and secret are unchanged." in text_of(client.get(LIST))
    consumer.refresh_from_db()
    assert consumer.callback_urls == [CALLBACK, "https://claude.ai/api/mcp/auth_callback"]
    assert before == (consumer.client_id, list(consumer.secrets.values()), consumer.created)


DOCUMENT = "https://claude.ai/oauth/claude-code-client-metadata"


def test_a_metadata_url_makes_a_public_consumer_that_waits_for_nothing(world: World) -> None:
    client = browser(world.owner)
    data = values(
        world, name="Claude Code", assistant="other", callback_urls=[""], metadata_url=f" {DOCUMENT} "
    )
    created = text_of(fill(client, ADD, data))
    consumer = Consumer.objects.get()
    assert (consumer.metadata_url, consumer.is_public, consumer.secrets.count()) == (DOCUMENT, True, 0)
    assert "the program identifies itself and asks for no key" in created
    assert created.count(DOCUMENT) == 2, "shown, and for its copy button"
    assert "fms_" not in created
    assert "waiting for a callback URL" not in text_of(client.get(LIST))
    assert consumer.name not in text_of(client.get(f"{LIST}?state=waiting")).partition("<table")[2]
    form = form_at(client.get(f"{LIST}{consumer.pk}/"), f"{LIST}{consumer.pk}/")
    assert dict(form.fields)["metadata_url"] == DOCUMENT


@pytest.mark.parametrize(
    "url",
    [
        "http://claude.ai/c.json", "https://claude.ai", "https://claude.ai/c.json#x", "https://a@claude.ai/c.json",
        "https://127.0.0.1/c.json", "https://10.0.0.1/c.json", "https://localhost/c.json",
        "javascript:alert(1)", "https://claude.ai/" + "x" * 500, "https://[::1]/c.json", "https://[/c.json", "https://claude.ai/\0",
    ],
)  # fmt: skip
def test_wrong_metadata_urls_are_refused(world: World, url: str) -> None:
    answer = fill(browser(world.owner), ADD, values(world, metadata_url=url))
    assert answer.status_code == 422
    assert 'id="consumer_metadata_url_error"' in text_of(answer)
    assert not Consumer.objects.exists()


def test_a_metadata_url_is_given_once_and_to_public_consumers_for_people_only(world: World) -> None:
    client, first = browser(world.owner), consumer_in(world, metadata_url=DOCUMENT)
    consumer_in(world, stranger=True, metadata_url=DOCUMENT)
    again = fill(client, ADD, values(world, metadata_url=DOCUMENT))
    assert "Another consumer of the company already has this metadata URL." in text_of(again)
    program = fill(
        client, ADD, values(world, grant_type="client-credentials", metadata_url="https://b.example/c.json")
    )
    assert "A program that acts for the company has no metadata URL." in text_of(program)
    secret = consumer_in(world, "With a secret")
    assert 'name="metadata_url"' not in text_of(client.get(f"{LIST}{secret.pk}/"))
    url = "https://b.example/c.json"
    forged = fill(client, f"{LIST}{secret.pk}/", values(world, metadata_url=url))
    assert "This consumer has a secret." in text_of(forged)
    same = fill(client, f"{LIST}{first.pk}/", values(world, metadata_url=DOCUMENT))
    assert same["Location"] == LIST
    assert Consumer.objects.count() == 3


def test_another_metadata_url_ends_and_records_each_connection(
    world: World, django_assert_max_num_queries: Any
) -> None:
    """They were given to another program. The work does not grow with their number."""
    own = consumer_in(world, metadata_url="https://old.example/c.json")
    given = [authorize(user, own) for user in (world.owner, world.colleague)]
    past = authorize(UserFactory(), own, ends_at=timezone.now() - dt.timedelta(days=1))
    many = [authorize(UserFactory(), own) for _ in range(30)]
    kept = authorize(world.owner, consumer_in(world, "Other"))
    form = ConsumerForm(world.company, own, data=values(world, name="Claude Code", metadata_url=DOCUMENT))
    assert form.is_valid(), form.errors
    with django_assert_max_num_queries(60):
        assert form.save(world.owner, address="192.0.2.1")
    assert list(AppAuthorization.objects.live()) == [kept]
    rows = Event.objects.order_by("position").values_list("kind", "authorization_id", "user_id", "address")
    of_save = [row for row in rows if row[0] in {"authorization.revoked", "consumer.changed"}]
    by = (world.owner.pk, "192.0.2.1")
    assert of_save == [
        *(("authorization.revoked", each.pk, *by) for each in [*given, *many]),
        ("consumer.changed", None, *by),
    ]
    past.refresh_from_db()
    assert past.revoked_at is not None


@pytest.mark.parametrize("new", [True, False])
def test_two_administrators_who_save_one_url_at_once(world: World, new: bool) -> None:
    """The second administrator is told, and nothing of that change is saved."""
    own = None if new else consumer_in(world, metadata_url="https://old.example/c.json")
    given = authorize(world.colleague, own) if own else None
    data = values(world, name="Second", metadata_url=DOCUMENT)
    form = ConsumerForm(world.company, own, data=data)
    assert form.is_valid(), form.errors
    first = consumer_in(world, "First", metadata_url=DOCUMENT)
    assert form.save(world.owner) is None
    assert form.errors == {"metadata_url": ["Another consumer of the company already has this metadata URL."]}
    assert list(Consumer.objects.filter(metadata_url=DOCUMENT)) == [first]
    assert not Consumer.objects.filter(name="Second").exists()
    if given:
        given.refresh_from_db()
        assert given.live


def test_another_metadata_url_is_another_program_and_ends_what_people_approved(world: World) -> None:
    client, consumer = browser(world.owner), consumer_in(world, metadata_url=DOCUMENT)
    url, given = f"{LIST}{consumer.pk}/", authorize(world.colleague, consumer)
    fill(client, url, values(world, name="Renamed", metadata_url=DOCUMENT))
    given.refresh_from_db()
    assert given.live
    fill(client, url, values(world, metadata_url="https://other.example/c.json"))
    given.refresh_from_db()
    assert (given.live, given.revoked_by) == (False, world.owner)


def test_editing_shows_credentials_without_the_secret(world: World) -> None:
    consumer = consumer_in(world)
    answer = browser(world.owner).get(f"{LIST}{consumer.pk}/")
    page = text_of(answer)
    assert consumer.client_id in page
    (secret,) = consumer.secrets.all()
    assert f"••••{secret.hint}" in page
    assert "by Owner" in page
    assert secret.digest not in page
    assert "fms_" not in page
    assert "no-store" in answer["Cache-Control"]


def test_case_250_extra_fields_change_nothing(world: World) -> None:
    """Case 250."""
    client = browser(world.owner)
    extra = {
        "client_id": "chosen",
        "client_secret": "chosen",
        "hash_client_secret": "on",
        "skip_authorization": "on",
        "client_type": "public",
        "company": world.other_company.pk,
        "user": world.stranger.pk,
        "id": 777,
        "created": "2000-01-01",
        "registration_source": "dcr",
        "enabled": "",
        "algorithm": "RS256",
        "allowed_origins": "https://evil.example",
        "secret_hint": "xxxx",
        "authorization_grant_type": "password",
    }
    fill(client, ADD, values(world, **extra))
    consumer = Consumer.objects.get()
    before = Consumer.objects.values().get()
    assert before["company_id"] == world.company.pk
    assert (before["client_type"], before["skip_authorization"]) == ("confidential", False)
    assert (before["authorization_grant_type"], before["registration_source"]) == (
        "authorization-code",
        "manual",
    )
    assert before["client_id"].startswith("fmk_")
    assert before["enabled"]
    assert before["id"] != 777
    fill(
        client, f"{LIST}{consumer.pk}/", values(world, **extra, grant_type="client-credentials", public="on")
    )
    after = Consumer.objects.values().get()
    assert {**after, "updated": None} == {**before, "updated": None}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Enter a name, for example ChatGPT."),
        ("name", "x" * 121, "at most 120"),
        ("name", "Chat\u202eTPG", "invisible characters"),
        ("description", "x" * 501, "at most 500"),
        ("description", "Two\nlines", "invisible characters"),
        ("grant_type", "", "Choose a grant type."),
        ("grant_type", "password", "Choose a grant type."),
        ("permission_group", "", "Choose a permission group."),
        ("permission_group", "0", "Choose a permission group from the list."),
        ("assistant", "skynet", "Select a valid choice"),
        ("url", "javascript:alert(1)", "Enter a full web address"),
        ("privacy_policy_url", "data:text/html,x", "Enter a full web address"),
        ("licence_url", "ftp://example.com/", "Enter a full web address"),
        ("url", "not an address", "Enter a full web address"),
    ],
)
def test_case_248_errors_stand_beside_their_field_and_nothing_is_lost(
    world: World, field: str, value: str, words: str
) -> None:
    entered = values(world, description="Kept words", callback_urls=[CALLBACK, "https://b.example/cb"])
    for headers in ({}, HTMX):
        answer = fill(browser(world.owner), ADD, {**entered, field: value}, headers=headers)
        assert answer.status_code == 422
        page = text_of(answer)
        assert words in page
        assert CALLBACK in page
        assert "https://b.example/cb" in page
        if field != "description":
            assert "Kept words" in page
        assert ("<html" in page) is (not headers)
    assert not Consumer.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/cb",
        "https://user:password@example.com/cb",
        "https://10.0.0.1/cb",
        "https://[::1/cb",
        "https://example.com:99999/cb",
        "https://example.com/a/../b",
        "https://a.example/cb,https://b.example/cb",
        "https://a.example/cb https://b.example/cb",
        "https://example.com",
        "HTTPS://example.com/cb",
        "https://example.com/cb#x",
        "https://*.example.com/cb",
        "javascript:alert(1)",
        "javascript.example:/cb",
        "https://chatgpt.com/",
        "https://example.com/\x00",
    ],
)
def test_wrong_callbacks_are_refused_at_their_row(world: World, url: str) -> None:
    """Case 132; consumers.callbacks has all rules, the screen shows each error at its row."""
    answer = fill(browser(world.owner), ADD, values(world, callback_urls=[CALLBACK, url]))
    assert answer.status_code == 422
    page = text_of(answer)
    assert 'id="callback-1-error"' in page
    assert 'id="callback-0-error"' not in page
    assert not Consumer.objects.exists()


def test_too_many_callbacks(world: World) -> None:
    many = [f"https://example.com/cb{n}" for n in range(3000)]
    answer = fill(browser(world.owner), ADD, values(world, callback_urls=many))
    assert answer.status_code in {400, 422}
    few = fill(browser(world.owner), ADD, values(world, callback_urls=many[:21]))
    assert few.status_code == 422
    assert "at most 20" in text_of(few)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "panel"])
def test_rows_are_added_and_removed_without_saving(world: World, headers: dict[str, str]) -> None:
    client = browser(world.owner)
    entered = values(world, name="Half", permission_group=world.owner_group.pk, narrow_to_group="on")
    more = fill(client, ADD, {**entered, "add_callback": "1"}, headers=headers)
    assert more.status_code == 200
    form = form_at(more, ADD)
    fields = [value for name, value in form.fields if name == "callback_urls"]
    assert fields == [CALLBACK, ""]
    page = text_of(more)
    assert 'value="Half"' in page
    assert f'<option value="{world.owner_group.pk}" selected>' in page
    assert re.search(r'name="narrow_to_group"[^>]* checked', page)
    assert "errorlist" not in page, "nothing is complained about before it is saved"
    for row, left in (
        ("0", ["https://b.example/x"]),
        ("1", [CALLBACK]),
        ("7", [CALLBACK, "https://b.example/x"]),
    ):
        data = {**entered, "callback_urls": [CALLBACK, "https://b.example/x"], "remove_callback": row}
        less = fill(client, ADD, data, headers=headers)
        assert [value for name, value in form_at(less, ADD).fields if name == "callback_urls"] == left
    assert not Consumer.objects.exists()


def test_small_buttons_of_an_existing_consumer_save_nothing(world: World) -> None:
    consumer, client = consumer_in(world), browser(world.owner)
    url = f"{LIST}{consumer.pk}/"
    fill(client, url, {"name": "Changed", "remove_callback": "0"})
    fill(client, url, {"name": "Changed", "assistant": "claude", "apply_preset": "1"})
    consumer.refresh_from_db()
    assert (consumer.name, consumer.callback_urls) == ("ChatGPT", [CALLBACK])


@pytest.mark.parametrize("slug", PRESETS)
def test_presets_fill_callbacks_that_can_be_saved(world: World, slug: str) -> None:
    preset, client = PRESETS[slug], browser(world.owner)
    for url in preset.callbacks:
        assert validate_callback(url) == url
    own = "https://own.example/cb"
    applied = fill(
        client, ADD, values(world, name="", assistant=slug, callback_urls=["", own], apply_preset="1")
    )
    form = form_at(applied, ADD)
    urls = [value for name, value in form.fields if name == "callback_urls"]
    assert urls == [*preset.callbacks, own], "what was typed stays"
    data = values(world, name="X", assistant=slug, callback_urls=urls)
    answer = fill(client, ADD, data)
    if slug not in {"windsurf", "other"}:
        assert f"is not known to use this callback URL: {own}" in text_of(answer)
        assert not Consumer.objects.exists()
        answer = fill(client, ADD, data | {"anyway": anyway_in(answer)})
    assert secret_in(answer)
    consumer = Consumer.objects.get()
    assert (consumer.assistant, consumer.callback_urls) == (slug, urls)
    page = text_of(answer)
    assert str(preset.next_step).split(",")[0].split("'")[0].split(">")[0] in page
    assert ("http://localhost:8000/oauth/token" in page) is preset.needs_endpoints


def test_changing_the_preset_replaces_what_the_other_one_filled(world: World) -> None:
    client = browser(world.owner)
    cursor = list(PRESETS["cursor"].callbacks)
    data = values(world, name="Cursor", assistant="vscode", callback_urls=cursor, apply_preset="1")
    form = form_at(fill(client, ADD, data), ADD)
    assert [value for name, value in form.fields if name == "callback_urls"] == list(
        PRESETS["vscode"].callbacks
    )
    assert dict(form.fields)["name"] == "VS Code"
    kept = fill(client, ADD, {**data, "name": "My own name"})
    assert dict(form_at(kept, ADD).fields)["name"] == "My own name"


def test_connect_chatgpt_begins_with_its_preset(world: World) -> None:
    form = form_at(browser(world.owner).get(f"{ADD}?assistant=chatgpt"), ADD)
    assert dict(form.fields)["name"] == "ChatGPT"
    assert "ChatGPT creates a callback" in text_of(browser(world.owner).get(f"{ADD}?assistant=chatgpt"))
    assert browser(world.owner).get(f"{ADD}?assistant=<script>").status_code == 200


def test_client_credentials(world: World) -> None:
    client = browser(world.owner)
    data = values(
        world, grant_type="client-credentials", callback_urls=[], narrow_to_group="on", name="Sheet"
    )
    refused = fill(client, ADD, {**data, "public": "on"})
    assert refused.status_code == 422
    assert "needs a secret" in text_of(refused)
    answer = fill(client, ADD, data)
    assert "http://localhost:8000/oauth/token" in text_of(answer)
    consumer = Consumer.objects.get()
    assert not consumer.is_authorization_code
    assert not consumer.narrow_to_group
    assert "waiting for a callback" not in text_of(client.get(LIST))


def test_public_clients_have_no_secret(world: World) -> None:
    answer = fill(browser(world.owner), ADD, values(world, public="on"))
    page = text_of(answer)
    assert "fms_" not in page
    assert "none: a public client" in page
    consumer = Consumer.objects.get()
    assert (consumer.is_public, consumer.client_secret, consumer.secrets.count()) == (True, "", 0)


def test_groups_of_another_company_and_inactive_ones_cannot_be_chosen(world: World) -> None:
    client = browser(world.owner)
    foreign = fill(client, ADD, values(world, permission_group=world.stranger_group.pk))
    assert foreign.status_code == 422
    world.colleague_group.active = False
    world.colleague_group.save()
    assert fill(client, ADD, values(world)).status_code == 422
    assert not Consumer.objects.exists()


def test_an_inactive_group_is_said_and_kept_until_another_is_chosen(world: World) -> None:
    consumer, client = consumer_in(world), browser(world.owner)
    world.colleague_group.active = False
    world.colleague_group.save()
    url = f"{LIST}{consumer.pk}/"
    assert "its permission group is inactive" in text_of(client.get(url))
    assert fill(client, url, values(world, name="Renamed"))["Location"] == LIST


def test_the_panel_is_the_same_form_and_leaves_by_htmx(world: World) -> None:
    consumer, client = consumer_in(world), browser(world.owner)
    url = f"{LIST}{consumer.pk}/"
    panel = client.get(url, headers=HTMX)
    assert "<html" not in text_of(panel)
    assert "Edit OAuth consumer" in text_of(panel)
    saved = fill(client, url, values(world, name="Renamed"), headers=HTMX)
    assert saved["HX-Redirect"] == LIST
    created = fill(client, ADD, values(world), headers=HTMX)
    assert secret_in(created)
    assert "<html" not in text_of(created)
    assert "no-store" in created["Cache-Control"]
    assert "HX-Push-Url" not in created


def test_a_consumer_deleted_meanwhile_is_a_404(world: World) -> None:
    consumer, client = consumer_in(world), browser(world.owner)
    data = {**dict(form_at(client.get(f"{LIST}{consumer.pk}/"), f"{consumer.pk}/").fields), "name": "Late"}
    consumer.delete()
    assert client.post(f"{LIST}{consumer.pk or 1}/", data).status_code == 404


def test_further_tools_are_switched_on_and_off_again(world: World) -> None:
    client = browser(world.owner)
    fill(client, ADD, values(world, toolsets=["planning", "execution"]))
    consumer = Consumer.objects.get(name="ChatGPT")
    assert consumer.toolsets == ["planning", "execution"]
    address = f"{LIST}{consumer.pk}/"
    form = form_at(client.get(address), address)
    boxes = [value for name, value in form.fields if name == "toolsets"]
    assert boxes == ["planning", "execution"]
    fill(client, address, values(world, toolsets=[]))
    consumer.refresh_from_db()
    assert consumer.toolsets == []


def test_a_tool_set_that_does_not_exist_is_refused(world: World) -> None:
    answer = fill(browser(world.owner), ADD, values(world, toolsets=["everything"]))
    assert answer.status_code == 422 or "errorlist" in text_of(answer)
    assert not Consumer.objects.filter(name="ChatGPT").exists()


@pytest.mark.parametrize("name", ["ChatGPT", "chat gpt", "Chat-GPT", "\u0421hatG\u0420T", "ChàtGPT"])
def test_a_name_like_another_one_is_asked_about(world: World, name: str) -> None:
    consumer_in(world)
    consumer_in(world, "Claude", stranger=True)
    client = browser(world.owner)
    answer = fill(client, ADD, values(world, name=name))
    assert "Another consumer has the same name, or one that looks like it: ChatGPT." in text_of(answer)
    assert Consumer.objects.filter(company=world.company).count() == 1
    mark = anyway_in(answer)
    wrong = fill(client, ADD, values(world, name=f"{name}.", anyway="0" * 16))
    assert wrong.status_code == 422
    assert secret_in(fill(client, ADD, values(world, name=name, anyway=mark)))


def test_a_name_of_another_company_is_no_reason_to_ask(world: World) -> None:
    consumer_in(world, stranger=True)
    assert secret_in(fill(browser(world.owner), ADD, values(world)))


def test_an_edit_asks_only_about_what_it_changes(world: World) -> None:
    consumer_in(world)
    second = consumer_in(world, "ChatGPT", callback_urls=["https://own.example/cb"])
    client, url = browser(world.owner), f"{LIST}{second.pk}/"
    answer = fill(client, url, values(world, callback_urls=second.callback_urls, description="x"))
    assert answer.status_code == 302
    answer = fill(client, url, values(world, callback_urls=["https://other.example/cb"]))
    assert "is not known to use this callback URL: https://other.example/cb" in text_of(answer)
    assert "looks like it" not in text_of(answer)


def test_the_group_with_the_fewest_permissions_is_proposed_and_never_administrators(world: World) -> None:
    client = browser(world.owner)
    assert proposed_group(text_of(client.get(ADD))) == [str(world.colleague_group.pk)]
    world.company.memberships.filter(permission_group=world.colleague_group).delete()
    world.colleague_group.delete()
    assert proposed_group(text_of(client.get(ADD))) in ([], [""])


def proposed_group(page: str) -> list[str]:
    select = page.partition('name="permission_group"')[2].partition("</select>")[0]
    return re.findall(r'<option value="(\d*)" selected', select)


def test_a_program_for_the_company_keeps_nothing_that_is_for_people(world: World) -> None:
    data = values(
        world, grant_type="client-credentials", callback_urls=["https://claude.ai/api/mcp/auth_callback"]
    )
    assert secret_in(fill(browser(world.owner), ADD, data | {"narrow_to_group": "on"}))
    consumer = Consumer.objects.get()
    assert (consumer.callback_urls, consumer.assistant, consumer.narrow_to_group) == ([], "", False)


def test_a_form_whose_end_is_missing_saves_nothing(world: World) -> None:
    """A box that did not arrive would count as cleared: read only would be lifted."""
    consumer = consumer_in(world, read_only=True, narrow_to_group=True)
    client = browser(world.owner)
    page = client.get(f"{LIST}{consumer.pk}/")
    fields = [(name, value) for name, value in form_at(page, f"/{consumer.pk}/").fields]
    names = [name for name, _value in fields]
    assert {"read_only", "narrow_to_group"} <= set(names)
    for length in range(1, len(fields)):
        cut: dict[str, Any] = {}
        for name, value in fields[:length]:
            cut.setdefault(name, []).append(value)
        cut["csrfmiddlewaretoken"] = dict(fields)["csrfmiddlewaretoken"]
        answer = client.post(f"{LIST}{consumer.pk}/", cut)
        assert answer.status_code in {409, 422}, (answer.status_code, fields[:length])
        consumer.refresh_from_db()
        assert (consumer.read_only, consumer.narrow_to_group) == (True, True)
    assert not Event.objects.exists()
    same = {"permission_group": consumer.permission_group_id, "assistant": "other"}
    for _twice in range(2):
        assert send(client, f"{LIST}{consumer.pk}/", same, action=f"/{consumer.pk}/").status_code == 302
    told = [set(event.changes) for event in Event.objects.filter(kind="consumer.changed")]
    assert told in ([], [{"assistant"}]), "what is saved as it was is no event"
