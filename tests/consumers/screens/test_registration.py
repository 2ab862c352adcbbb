"""Configuration > API connections > Registration: the inbox, the rules and the tokens."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from consumers.digests import digest
from consumers.models import Consumer
from consumers.registrations.models import InitialAccessToken, Registration, RegistrationRules
from tests.conftest import World
from tests.consumers.registering import METADATA, rules_of
from tests.consumers.registering import send as register
from tests.pages import XSS, browser, form_at, post, send, text_of

PAGE = "/settings/api-connections/registration/"
RULES, DECIDE, TOKEN = f"{PAGE}rules/", f"{PAGE}decide/", f"{PAGE}token/"


def save(client: Client, **values: Any) -> Any:
    return send(client, PAGE, values, action=RULES)


def registered(world: World, **changes: Any) -> Registration:
    rules = rules_of(world.company)
    answer = register(f"/oauth/register/{rules.address}", METADATA | changes)
    assert answer.status_code == 201
    return Registration.objects.get(client_id=answer.json()["client_id"])


def test_an_empty_inbox_says_what_it_is_for(world: World) -> None:
    page = text_of(browser(world.owner).get(PAGE))
    assert "No programs waiting" in page
    assert 'class="badge warn"' not in page
    assert "/oauth/register/" not in page, "switched off: there is no address"


def test_the_rules_are_saved_and_the_address_shown(world: World) -> None:
    client = browser(world.owner)
    answer = save(
        client, mode="inbox", people_may_ask="on", document_hosts="Claude.ai\nvscode.dev\nclaude.ai",
        document_group=world.colleague_group.pk,
    )  # fmt: skip
    assert answer.status_code == 302
    rules = RegistrationRules.objects.get()
    assert (rules.company, rules.mode, rules.people_may_ask) == (world.company, "inbox", True)
    assert rules.document_hosts == ["claude.ai", "vscode.dev"]
    assert rules.document_group == world.colleague_group
    page = text_of(client.get(PAGE))
    assert f"http://localhost:8000/oauth/register/{rules.address}" in page
    assert "Programs don't find it themselves" in page, "there are two companies"
    assert save(client, mode="off").status_code == 302
    assert RegistrationRules.objects.get().address == rules.address


@pytest.mark.parametrize(
    "values",
    [
        {"mode": "everybody"},
        {"document_hosts": "https://claude.ai", "document_group": "own"},
        {"document_hosts": "*.claude.ai", "document_group": "own"},
        {"document_hosts": "127.0.0.1", "document_group": "own"},
        {"document_hosts": "localhost", "document_group": "own"},
        {"document_hosts": "claude.ai/x", "document_group": "own"},
        {"document_hosts": "claude.ai"},
        {"document_hosts": "claude.ai", "document_group": "foreign"},
        {"document_hosts": " ".join(f"h{n}.example" for n in range(51)), "document_group": "own"},
    ],
)
def test_rules_that_cannot_be_meant(world: World, values: dict[str, Any]) -> None:
    groups = {"own": world.colleague_group.pk, "foreign": world.stranger_group.pk}
    sent = {"mode": "off"} | {name: groups.get(value, value) for name, value in values.items()}
    answer = save(browser(world.owner), **sent)
    assert answer.status_code == 422
    assert "Not saved yet" in text_of(answer)
    assert not RegistrationRules.objects.exists()


def test_letting_in_from_the_inbox(world: World) -> None:
    registration, client = registered(world), browser(world.owner)
    page = client.get(PAGE)
    text = text_of(page)
    for shown in ("Copilot", "global.consent.azure-apim.net", METADATA["redirect_uris"][0], "127.0.0.1"):
        assert shown in text
    for path in (PAGE, "/settings/api-connections/", "/settings/api-connections/oauth-consumers/"):
        assert 'badge warn">1<' in text_of(client.get(path)), "the count is on the tab of every page"
    without = send(client, PAGE, {"action": "approve"}, action=DECIDE)
    assert without.status_code == 302
    assert not Consumer.objects.exists(), "no group chosen"
    send(client, PAGE, {"action": "approve", "permission_group": world.colleague_group.pk}, action=DECIDE)
    consumer = Consumer.objects.get()
    assert consumer.client_id == registration.client_id
    assert (consumer.permission_group, consumer.created_by) == (world.colleague_group, world.owner)
    assert "Copilot approved" in text_of(client.get(PAGE))
    assert "No programs waiting" in text_of(client.get(PAGE))


def test_every_host_is_named(world: World) -> None:
    """A second callback cannot hide behind a first one that looks right; hosts are shown in punycode."""
    registered(
        world, redirect_uris=["https://claude.ai/cb", "https://evil.example/cb", "https://claude.ai/b"]
    )
    page = text_of(browser(world.owner).get(PAGE))
    assert re.findall(r"<strong>([a-z.]+)</strong>", page)[:2] == ["claude.ai", "evil.example"]


def test_a_refused_one_can_be_let_in_after_all(world: World) -> None:
    registration, client = registered(world), browser(world.owner)
    send(client, PAGE, {"action": "refuse"}, action=DECIDE)
    registration.refresh_from_db()
    assert registration.refused
    assert registration.decided_by == world.owner
    page = text_of(client.get(PAGE))
    assert "refused" in page
    assert 'badge warn">1<' not in page
    send(client, PAGE, {"action": "approve", "permission_group": world.owner_group.pk}, action=DECIDE)
    assert Consumer.objects.get().name == "Copilot"


def test_a_page_that_is_out_of_date_decides_nothing(world: World) -> None:
    registration, client = registered(world), browser(world.owner)
    form = dict(form_at(client.get(PAGE), DECIDE).fields)
    Registration.objects.filter(pk=registration.pk).update(callbacks=["https://evil.example/cb"])
    answer = client.post(
        DECIDE, form | {"action": "approve", "permission_group": world.owner_group.pk}, follow=True
    )
    assert "Nothing was done" in text_of(answer)
    assert not Consumer.objects.exists()


def test_of_another_company_nothing_is_seen_or_decided(world: World) -> None:
    registration = registered(world)
    client = browser(world.stranger)
    assert "Copilot" not in text_of(client.get(PAGE))
    form = {"registration": registration.pk, "shown": registration.shown, "action": "approve"}
    post(client, DECIDE, form | {"permission_group": world.stranger_group.pk})
    own = browser(world.owner)
    post(own, DECIDE, form | {"permission_group": world.stranger_group.pk})
    assert not Consumer.objects.exists(), "nor with a group of another company"


def test_one_that_is_registered_by_hand_waits_no_more(world: World) -> None:
    """By its metadata URL, whether it waits or was refused; another company's request continues to wait."""
    url = "https://claude.ai/oauth/claude-code-client-metadata"
    _mine, theirs = (
        Registration.objects.create(company=company, way="person", client_id=url, name="Claude Code")
        for company in (world.company, world.other_company)
    )
    client = browser(world.owner)
    assert url in text_of(client.get(PAGE))
    values = {
        "grant_type": "authorization-code", "name": "Claude Code", "assistant": "other",
        "callback_urls": [""], "metadata_url": url, "permission_group": world.colleague_group.pk,
    }  # fmt: skip
    add = "/settings/api-connections/oauth-consumers/add/"
    assert send(client, add, values, action=add).status_code == 200
    assert Consumer.objects.get().metadata_url == url
    assert list(Registration.objects.all()) == [theirs]
    assert "No programs waiting" in text_of(client.get(PAGE))


def test_names_of_strangers_are_text(world: World) -> None:
    registered(world, client_name=XSS)
    page = text_of(browser(world.owner).get(PAGE))
    assert XSS not in page
    assert "&lt;script&gt;" in page


def test_a_token_is_shown_once(world: World) -> None:
    client = browser(world.owner)
    answer = send(
        client,
        PAGE,
        {"label": "n8n", "permission_group": world.colleague_group.pk, "days": "7"},
        action=TOKEN,
    )
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    (token,) = re.findall(r'<code id="registration-token">(fmd_[^<]+)</code>', text_of(answer))
    kept = InitialAccessToken.objects.get()
    assert (kept.company, kept.created_by, kept.token_digest) == (world.company, world.owner, digest(token))
    later = text_of(client.get(PAGE))
    assert token not in later
    assert f"••••{token[-4:]}" in later
    rules_of(world.company, "token")
    assert register("/oauth/register", METADATA, token).status_code == 201
    assert send(client, PAGE, {"token": kept.pk}, action=f"{TOKEN}revoke/").status_code == 302
    assert register("/oauth/register", METADATA, token).status_code == 401
    assert f"••••{token[-4:]}" not in text_of(client.get(PAGE))


@pytest.mark.parametrize(
    "changes", [{"label": ""}, {"permission_group": ""}, {"days": "365"}, {"label": "a\nb\u202e"}]
)
def test_tokens_that_cannot_be_made(world: World, changes: dict[str, str]) -> None:
    values = {"label": "n8n", "permission_group": str(world.colleague_group.pk), "days": "7"} | changes
    answer = send(browser(world.owner), PAGE, values, action=TOKEN)
    assert answer.status_code == 422
    assert not InitialAccessToken.objects.exists()


def test_another_companys_token_is_not_revoked(world: World) -> None:
    send(
        browser(world.owner), PAGE, {"label": "n8n", "permission_group": world.owner_group.pk, "days": "1"},
        action=TOKEN,
    )  # fmt: skip
    kept = InitialAccessToken.objects.get()
    assert post(browser(world.stranger), f"{TOKEN}revoke/", {"token": kept.pk}).status_code == 404
    kept.refresh_from_db()
    assert kept.revoked_at is None
