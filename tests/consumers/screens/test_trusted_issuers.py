"""Configuration > Security > Trusted issuers, and how app authorizations show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from consumers.models import AccessToken, AppAuthorization
from consumers.outbound import documents as document_fetcher
from consumers.screens.issuer_form import IssuerForm
from consumers.trusted_issuers.models import IssuerLink, TrustedIssuer
from tests.conftest import World
from tests.consumers.issuers import IdentityProvider, identity_provider
from tests.consumers.programs import fetcher_reaching
from tests.consumers.racing import at_once
from tests.consumers.registered import WRITE, authorize, consumer_in
from tests.pages import XSS, browser, form_at, post, send, text_of

SECURITY = "/settings/security/"
ADD = f"{SECURITY}issuers/add/"
OWN, OWN_ALLOW = "/profile/app-authorizations/", "/profile/app-authorizations/allow/"
ALL = "/settings/api-connections/app-authorizations/"
ALLOW = f"{ALL}allow/"


@pytest.fixture
def idp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityProvider]:
    with identity_provider(tmp_path) as provider:
        monkeypatch.setattr(document_fetcher, "new_fetcher", lambda: fetcher_reaching(provider.certificate))
        yield provider


def page_of(issuer: TrustedIssuer) -> str:
    return f"{SECURITY}issuers/{issuer.pk}/"


def made(world: World, **fields: Any) -> TrustedIssuer:
    values: dict[str, Any] = {"company": world.company, "name": "Okta", "issuer": "https://acme.okta.com"}
    issuer: TrustedIssuer = TrustedIssuer.objects.create(**(values | fields))
    return issuer


def connected(world: World, issuer: TrustedIssuer, user: User) -> AppAuthorization:
    """Create the rows that an exchange leaves."""
    IssuerLink.objects.create(issuer=issuer, subject=f"00u{user.pk}", user=user)
    consumer = consumer_in(world, f"Claude of {user.pk}")
    authorization = authorize(user, consumer, WRITE, issuer=issuer, redirect_uri="")
    AccessToken.objects.create(
        token="", token_checksum=f"{user.pk:064}", application=consumer, authorization=authorization,
        user=user, scope=WRITE, expires=timezone.now() + dt.timedelta(hours=1),
    )  # fmt: skip
    return authorization


def test_an_empty_list_says_what_it_is_for(world: World) -> None:
    page = text_of(browser(world.owner).get(SECURITY))
    assert "No trusted issuers" in page
    assert f'href="{ADD}"' in page


def test_adding_one_reads_its_keys(world: World, idp: IdentityProvider) -> None:
    client = browser(world.owner)
    page = text_of(client.get(ADD))
    for shown in (settings.PUBLIC_URL, settings.MCP_RESOURCE, f"{settings.PUBLIC_URL}/oauth/token"):
        assert f'data-copy="{shown}"' in page
    answer = send(client, ADD, {"name": "Okta", "issuer": idp.issuer})
    issuer = TrustedIssuer.objects.get()
    assert answer["Location"] == page_of(issuer)
    assert (issuer.company, issuer.created_by, issuer.enabled) == (world.company, world.owner, True)
    assert issuer.read_only, "what is not thought about is read only"
    assert not issuer.vouches_for_email
    assert set(issuer.keys) == {idp.keys[0]["kid"]}
    assert "1 key was read." in text_of(client.get(page_of(issuer)))
    row = text_of(client.get(SECURITY))
    assert idp.issuer in row
    assert "read only" in row


def test_an_issuer_that_cannot_be_read_is_kept_with_a_warning(world: World, idp: IdentityProvider) -> None:
    client = browser(world.owner)
    send(client, ADD, {"name": "Okta", "issuer": "https://nobody.example"})
    assert "Its keys could not be read" in text_of(client.get(page_of(TrustedIssuer.objects.get())))
    assert "its keys could not be read" in text_of(client.get(SECURITY))


@pytest.mark.parametrize(
    "fields",
    [
        {"issuer": ""},
        {"issuer": "acme.okta.com"},
        {"issuer": "http://acme.okta.com"},
        {"issuer": "https://user:secret@acme.okta.com"},
        {"issuer": "https://acme.okta.com/?a=1"},
        {"issuer": "https://acme.okta.com/#a"},
        {"issuer": "javascript:alert(1)"},
        {"issuer": "https://acme.okta.com", "jwks_url": "http://acme.okta.com/keys"},
        {"issuer": "https://acme.okta.com", "jwks_url": "ftp://acme.okta.com/keys"},
        {"issuer": "https://acme.okta.com", "name": ""},
        {"issuer": "https://acme.okta.com", "name": "a\u202eb"},
        {"issuer": "https://acme.okta.com", "tenant": "x" * 201},
    ],
)
def test_what_cannot_be_saved(world: World, fields: dict[str, str]) -> None:
    answer = send(browser(world.owner), ADD, {"name": "Okta"} | fields)
    assert answer.status_code == 422
    assert "errorlist" in text_of(answer)
    assert not TrustedIssuer.objects.exists()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.0.0.8", "169.254.169.254", "intranet", "a.local"]
)
def test_case_369_inner_addresses_cannot_be_saved_in_production(
    world: World, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OWASP API7: the fetcher refuses them anyway; here the administrator reads why."""
    monkeypatch.setattr(settings, "UPSTREAM_ON_PRIVATE_HOSTS", False)
    for fields in (
        {"issuer": f"https://{host}"},
        {"issuer": "https://acme.okta.com", "jwks_url": f"https://{host}/keys"},
    ):
        assert send(browser(world.owner), ADD, {"name": "Inner"} | fields).status_code == 422
    assert not TrustedIssuer.objects.exists()


def test_an_issuer_is_compared_to_the_letter(world: World, idp: IdentityProvider) -> None:
    """RFC 8414 §2: Auth0's own name ends with a slash."""
    send(browser(world.owner), ADD, {"name": "Auth0", "issuer": "https://acme.auth0.com/"})
    assert TrustedIssuer.objects.get().issuer == "https://acme.auth0.com/"


def test_the_same_issuer_twice(world: World, idp: IdentityProvider) -> None:
    made(world)
    made(world, company=world.other_company)
    answer = send(browser(world.owner), ADD, {"name": "Again", "issuer": "https://acme.okta.com"})
    assert answer.status_code == 422
    assert "already trusts this issuer" in text_of(answer)


@pytest.mark.django_db(transaction=True)
def test_the_same_issuer_from_two_windows_at_once(world: World, idp: IdentityProvider) -> None:
    clients = [browser(world.owner) for _ in range(4)]
    pages = [dict(form_at(client.get(ADD)).fields) for client in clients]
    typed = {"name": "Okta", "issuer": idp.issuer}
    answers = at_once(4, lambda number: clients[number].post(ADD, pages[number] | typed))
    assert sorted(answer.status_code for answer in answers) == [302, 422, 422, 422]
    assert TrustedIssuer.objects.count() == 1


def test_whose_identity_it_is_cannot_be_changed(world: World, idp: IdentityProvider) -> None:
    """The links depend on it."""
    issuer = made(world, tenant="acme")
    changes = {"name": "New name", "issuer": "https://evil.example", "tenant": "evil", "enabled": "on"}
    assert post(browser(world.owner), page_of(issuer), changes).status_code == 302
    issuer.refresh_from_db()
    assert (issuer.name, issuer.issuer, issuer.tenant) == ("New name", "https://acme.okta.com", "acme")


def test_case_363_switching_off_ends_what_came_through_it(world: World, idp: IdentityProvider) -> None:
    """ASVS 8.3.2: at once; enabled again, the issuer may connect everybody again."""
    issuer = made(world)
    authorization = connected(world, issuer, world.owner)
    other = authorize(world.owner, consumer_in(world))
    post(browser(world.owner), page_of(issuer), {"name": "Okta"})
    authorization.refresh_from_db()
    assert not authorization.live
    assert not authorization.refuses_exchange
    event = Event.objects.get(kind="authorization.revoked")
    assert (event.authorization_id, event.user_id) == (authorization.pk, world.owner.pk)
    assert not AccessToken.objects.exists()
    other.refresh_from_db()
    assert other.live, "a consent is not the issuer's"


def test_saving_leaves_alone_what_became_newer_meanwhile(world: World, idp: IdentityProvider) -> None:
    """Keys that an exchange read, and another administrator's change, while the form is being checked."""
    issuer = made(world, read_only=False)
    form = IssuerForm(
        world.company,
        {"name": "Renamed", "issuer": issuer.issuer, "enabled": "on"},
        instance=TrustedIssuer.objects.get(pk=issuer.pk),
    )
    assert form.is_valid()
    TrustedIssuer.objects.filter(pk=issuer.pk).update(keys={"keys": [1]}, read_only=True)
    form.store(world.owner)
    issuer.refresh_from_db()
    assert (issuer.name, issuer.keys, issuer.read_only) == ("Renamed", {"keys": [1]}, True)
    events = Event.objects.filter(kind="settings.issuer_changed")
    assert [event.changes for event in events] == [{"name": ["Okta", "Renamed"]}]
    same = {"name": "Renamed", "issuer": issuer.issuer, "enabled": "on", "read_only": "on"}
    again = IssuerForm(world.company, same, instance=TrustedIssuer.objects.get(pk=issuer.pk))
    assert again.is_valid()
    again.store(world.owner)
    assert events.count() == 1, "nothing was changed"


def test_case_364_read_only_counts_for_those_who_came_before(world: World, idp: IdentityProvider) -> None:
    """ASVS 8.3.2."""
    issuer = made(world, read_only=False)
    authorization = connected(world, issuer, world.owner)
    post(browser(world.owner), page_of(issuer), {"name": "Okta", "enabled": "on", "read_only": "on"})
    authorization.refresh_from_db()
    assert authorization.live
    assert authorization.scopes == {"maintenance:read"}


def test_deleting_asks_first_and_takes_everything_along(world: World) -> None:
    issuer = made(world)
    connected(world, issuer, world.owner)
    client = browser(world.owner)
    url = f"{page_of(issuer)}delete/"
    asked = post(client, url)
    assert "1 person was recognized through it and will lose the connection." in text_of(asked)
    assert TrustedIssuer.objects.exists()
    fields = dict(form_at(asked, url).fields)
    assert client.post(url, fields)["Location"] == SECURITY
    for model in (TrustedIssuer, IssuerLink, AppAuthorization, AccessToken):
        assert not model.objects.exists()
    assert client.post(url, fields)["Location"] == SECURITY, "a second click comes to the same end"


def test_forgetting_whom_a_subject_means(world: World) -> None:
    issuer = made(world)
    authorization = connected(world, issuer, world.colleague)
    connected(world, issuer, world.owner)
    client = browser(world.owner)
    page = text_of(client.get(page_of(issuer)))
    assert world.colleague.email in page
    assert f"00u{world.colleague.pk}" in page
    url = f"{page_of(issuer)}forget/"
    link = IssuerLink.objects.get(user=world.colleague)
    asked = post(client, url, {"link": link.pk})
    assert "Unlink this person?" in text_of(asked)
    assert client.post(url, dict(form_at(asked, url).fields))["Location"] == page_of(issuer)
    authorization.refresh_from_db()
    assert not authorization.live
    event = Event.objects.get(kind="authorization.revoked")
    assert (event.authorization_id, event.subject_name) == (authorization.pk, world.colleague.display_name)
    assert [link.user for link in IssuerLink.objects.all()] == [world.owner]
    assert post(client, url, {"link": link.pk}).status_code == 302


def test_only_administrators_of_the_company(world: World) -> None:
    issuer = made(world, name="Ours alone")
    link = connected(world, issuer, world.owner)
    for path in (ADD, page_of(issuer)):
        assert browser(world.colleague).get(path).status_code == 403
    for user, status in ((world.colleague, 403), (world.stranger, 404)):
        client = browser(user)
        assert client.get(page_of(issuer)).status_code == status
        for path in ("", "delete/", "forget/"):
            data = {"name": "x", "confirmed": "1", "link": link.pk}
            assert post(client, f"{page_of(issuer)}{path}", data).status_code == status
    assert "Ours alone" not in text_of(browser(world.stranger).get(SECURITY))
    assert IssuerLink.objects.count() == 1


def test_nothing_typed_becomes_markup(world: World) -> None:
    issuer = made(world, name=XSS)
    connected(world, issuer, world.owner)
    for path in (SECURITY, page_of(issuer), ALL, OWN):
        assert "<script>alert(1)" not in text_of(browser(world.owner).get(path))


def test_case_362_what_an_administrator_stopped_only_an_administrator_allows(world: World) -> None:
    """ASVS 10.4.9: and it stays on the list until then."""
    issuer = made(world)
    authorization = connected(world, issuer, world.colleague)
    admin, person = browser(world.owner), browser(world.colleague)
    assert "through Okta" in text_of(admin.get(ALL))
    assert "through Okta" in text_of(person.get(OWN))
    asked = post(admin, f"{ALL}stop/", {"authorization": authorization.pk})
    assert "stays disconnected until it is allowed again" in text_of(asked)
    admin.post(f"{ALL}stop/", dict(form_at(asked, f"{ALL}stop/").fields))
    AppAuthorization.objects.update(revoked_at=timezone.now() - dt.timedelta(days=90))
    assert "disconnected until allowed again" in text_of(admin.get(ALL))
    page = text_of(person.get(OWN))
    assert "by an administrator" in page
    assert OWN_ALLOW not in page
    for client, path in ((person, OWN_ALLOW), (browser(world.stranger), ALLOW)):
        post(client, path, {"authorization": authorization.pk})
        assert AppAuthorization.objects.get().refuses_exchange
    assert post(admin, ALLOW, {"authorization": authorization.pk})["Location"] == ALL
    assert not AppAuthorization.objects.get().refuses_exchange


def test_case_362_what_a_person_stopped_only_the_person_allows(world: World) -> None:
    """The own connection is the person's."""
    authorization = connected(world, made(world), world.colleague)
    admin, person = browser(world.owner), browser(world.colleague)
    post(person, f"{OWN}stop/", {"authorization": authorization.pk, "confirmed": "1"})
    page = text_of(admin.get(ALL))
    assert "by the person" in page
    assert ALLOW not in page
    post(admin, ALLOW, {"authorization": authorization.pk})
    assert AppAuthorization.objects.get().refuses_exchange
    post(person, OWN_ALLOW, {"authorization": authorization.pk})
    assert not AppAuthorization.objects.get().refuses_exchange
    assert "Nothing to allow there." in text_of(
        person.post(OWN_ALLOW, dict(form_at(person.get("/profile/")).fields), follow=True)
    )


def test_a_person_with_both_ways_counts_once(world: World) -> None:
    issuer = made(world)
    consumer = consumer_in(world)
    authorize(world.owner, consumer)
    authorize(world.owner, consumer, issuer=issuer, redirect_uri="")
    page = text_of(browser(world.owner).get("/settings/api-connections/oauth-consumers/"))
    assert f'?app={consumer.pk}&amp;state=connected">1</a>' in "".join(page.split("\n            "))
