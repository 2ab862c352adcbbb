"""A program whose client id is the URL of its metadata document, from the first request to the last."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import invitations
from accounts.models import Invitation, Membership
from consumers.models import AppAuthorization, Consumer, Grant, RefreshToken
from consumers.oauth.token_storing import RETRY_WINDOW
from tests.conftest import World
from tests.consumers.conftest import Program, Register, answer_of, caller, decide, is_live, signed_in
from tests.consumers.programs import Publisher
from tests.factories import MembershipFactory, invite


def refused(page: Any, code: str, status: int = 400) -> str:
    text: str = page.content.decode()
    assert page.status_code == status, text
    assert f"<code>{code}</code>" in text
    assert not Grant.objects.exists()
    return text


def error_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


# --- who gets nothing ----------------------------------------------------------------------


def test_a_person_of_another_company_gets_nothing_and_learns_no_name(allow: Register, world: World) -> None:
    program = allow()
    text = refused(signed_in(world.stranger).get(program.address()), "not_a_member", 403)
    assert "Use another account" in text
    assert "program.example" in text
    for secret in (world.company.name, program.consumer.name, program.consumer.client_id):
        assert secret not in text


def test_before_sign_in_nobody_learns_who_allows_a_program(allow: Register, world: World) -> None:
    """Neither through the page of an unlisted callback nor through that of a missing document."""
    program = allow()
    page = program.http.get(program.address(redirect_uri="https://evil.example/cb"))
    text = refused(page, "callback_unlisted")
    assert world.company.name not in text
    assert program.consumer.name not in text
    assert "https://evil.example" not in text


def test_a_disabled_consumer_is_unknown(allow: Register, publisher: Publisher, world: World) -> None:
    program = allow(enabled=False)
    refused(signed_in(world.owner).get(program.address()), "document_not_allowed")
    assert publisher.asked == []


def test_disabling_ends_what_was_granted(allow: Register, world: World) -> None:
    program = allow()
    tokens = program.connect(world.owner)
    Consumer.objects.update(enabled=False)
    assert not is_live(tokens["access_token"])
    assert error_of(program.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


@pytest.mark.parametrize("change", ["?", "/", "#a", " ", "\0", "é", "x" * 500])
def test_only_exactly_that_url(allow: Register, publisher: Publisher, change: str) -> None:
    program = allow()
    page = program.http.get(program.address(client_id=publisher.url + change))
    assert page.status_code == 400
    assert any(code in page.content for code in (b"<code>document_not_allowed", b"<code>consumer_unknown"))
    answer = program.redeem("fmc_" + "x" * 43, client_id=publisher.url + change)
    assert answer.status_code in {400, 401}
    assert answer.json()["error"] in {"invalid_client", "invalid_request"}
    assert publisher.asked == []


@pytest.mark.parametrize("spelling", ["HTTPS://program.example", "http://program.example"])
def test_no_other_scheme_is_a_document(allow: Register, spelling: str) -> None:
    program = allow()
    refused(program.http.get(program.address(client_id=f"{spelling}/oauth/client.json")), "consumer_unknown")


def test_an_unreachable_document_is_an_answer_not_an_error(
    allow: Register, publisher: Publisher, world: World
) -> None:
    program = allow()
    publisher.status = 500
    refused(signed_in(world.owner).get(program.address()), "document_unavailable")
    refused(program.http.get(program.address(prompt="none")), "document_unavailable")


@pytest.mark.parametrize(
    "callback",
    [
        "http://localhost:53682/other", "http://localhost.evil.example:1/callback", "https://localhost/callback",
        "http://localhost:0/callback", "http://localhost:65536/callback",
        "http://localhost:1@evil.example/callback", "http://[::1]:53682/callback",
        "http://localhost:53682/callback?x=1", "http://LOCALHOST:1/callback", "",
    ],
)  # fmt: skip
def test_any_port_is_all_that_may_differ(allow: Register, callback: str) -> None:
    program = allow()
    refused(program.http.get(program.address(redirect_uri=callback)), "callback_unlisted")


def test_the_port_of_localhost_counts_where_an_administrator_registered_it(register: Register) -> None:
    """RFC 8252 §8.3: the port is free only for a document, which cannot know it."""
    program = register(callback_urls=["http://localhost:8787/callback"])
    page = program.http.get(program.address(redirect_uri="http://localhost:8788/callback"))
    refused(page, "callback_unregistered")


def test_a_document_does_not_add_callbacks_to_the_key(allow: Register) -> None:
    program = allow()
    page = program.http.get(program.address(client_id=program.consumer.client_id))
    refused(page, "callback_unregistered")


@pytest.mark.parametrize(
    "fields",
    [
        {"authorization_grant_type": Consumer.GRANT_CLIENT_CREDENTIALS},
        {"metadata_url": "http://program.example/c.json"},
        {"metadata_url": "https://program.example"},
        {"metadata_url": "https://user@program.example/c.json"},
        {"metadata_url": "https://program.example/../c.json"},
        {"metadata_url": "https://program.example/c.json#x"},
    ],
)
def test_consumers_that_cannot_have_that_url(allow: Register, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        allow(**fields)


def test_a_company_allows_a_url_once(allow: Register) -> None:
    allow()
    with pytest.raises(ValidationError, match="has this metadata URL"):
        allow()


def test_two_consumers_without_a_url_are_no_conflict(register: Register) -> None:
    register()
    register()


# --- consent ---------------------------------------------------------------------------------


def test_the_page_says_who_it_is_and_what_it_only_claims(
    allow: Register, publisher: Publisher, world: World
) -> None:
    publisher.publish(client_name="Fracttal <b>Official</b>")
    program = allow()
    text = signed_in(world.owner).get(program.address()).content.decode()
    assert "<h1><bdi>Our editor</bdi> wants to use Fracttal One on your behalf</h1>" in text
    assert "<strong>program.example</strong>" in text
    assert "There it calls itself “Fracttal &lt;b&gt;Official&lt;/b&gt;”." in text


def test_a_callback_that_is_gone_from_the_document_is_refused_at_consent(
    allow: Register, publisher: Publisher, world: World
) -> None:
    program, browser = allow(), signed_in(world.owner)
    page = browser.get(program.address())
    publisher.publish(redirect_uris=["https://claude.ai/api/mcp/auth_callback"])
    cache.clear()
    refused(decide(browser, page), "no_longer_allowed", 403)


def test_a_document_that_is_gone_is_refused_at_consent(
    allow: Register, publisher: Publisher, world: World
) -> None:
    program, browser = allow(), signed_in(world.owner)
    page = browser.get(program.address())
    publisher.status = 404
    cache.clear()
    refused(decide(browser, page), "no_longer_allowed", 403)


def test_a_url_that_the_administrator_took_away_is_refused_at_consent(allow: Register, world: World) -> None:
    program, browser = allow(), signed_in(world.owner)
    page = browser.get(program.address())
    Consumer.objects.update(metadata_url="")
    refused(decide(browser, page), "no_longer_allowed", 403)


# --- two companies ---------------------------------------------------------------------------


def test_each_company_that_allows_a_program_has_its_own_consumer(allow: Register, world: World) -> None:
    """One URL, two companies: each person's tokens belong to the consumer of their own company."""
    ours = allow()
    theirs = allow(company=world.other_company, permission_group=world.stranger_group)
    for program, person in ((ours, world.owner), (theirs, world.stranger)):
        tokens = program.connect(person)
        who = caller(tokens["access_token"])
        assert who.company_id == program.consumer.company_id
        assert program.refresh(tokens["refresh_token"]).status_code == 200
    held = set(RefreshToken.objects.values_list("application_id", "user_id"))
    assert held == {(ours.consumer.pk, world.owner.pk), (theirs.consumer.pk, world.stranger.pk)}


def test_a_person_of_two_companies_approves_for_the_one_chosen(allow: Register, world: World) -> None:
    MembershipFactory(user=world.owner, permission_group=world.stranger_group)
    ours, theirs = allow(), allow(company=world.other_company, permission_group=world.stranger_group)
    browser = signed_in(world.owner)
    for program in (theirs, ours):
        session = browser.session
        session["company"] = program.consumer.company_id
        session.save()
        answer_of(decide(browser, browser.get(program.address())))
        approved = AppAuthorization.objects.latest("pk")
        assert approved.consumer == program.consumer


def test_consent_never_goes_to_a_company_first_because_of_its_name(allow: Register, world: World) -> None:
    """F3: not before the person accepts its invitation, and afterwards only if it was chosen."""
    world.other_company.name = "000 comes first by name"
    world.other_company.save()
    ours = allow()
    allow(company=world.other_company, permission_group=world.stranger_group)
    invite(world.owner.email, world.stranger_group, by=world.stranger)
    for accepts in (False, True):
        if accepts:
            invitations.accept(Invitation.objects.get().pk, world.owner)
        browser = signed_in(world.owner)  # a new session, in which no company was chosen
        page = browser.get(ours.address())
        assert "000 comes" not in page.content.decode()
        answer_of(decide(browser, page))
        assert AppAuthorization.objects.latest("pk").consumer == ours.consumer


def test_another_of_the_persons_companies_does_where_the_chosen_one_allows_it_not(
    allow: Register, world: World
) -> None:
    MembershipFactory(user=world.owner, permission_group=world.stranger_group)
    program, browser = allow(), signed_in(world.owner)
    session = browser.session
    session["company"] = world.other_company.pk
    session.save()
    page = browser.get(program.address())
    assert world.company.name in page.content.decode()
    assert answer_of(decide(browser, page))["code"]


@pytest.mark.parametrize("what", ["membership", "group"])
def test_a_company_that_the_person_has_left_does_not_count(allow: Register, world: World, what: str) -> None:
    program = allow()
    if what == "membership":
        Membership.objects.filter(user=world.colleague).update(active=False)
    else:
        world.colleague_group.active = False
        world.colleague_group.save()
    refused(signed_in(world.colleague).get(program.address()), "not_a_member", 403)


# --- tokens ------------------------------------------------------------------------------------


def test_the_whole_way_without_a_secret(allow: Register, publisher: Publisher, world: World) -> None:
    """Sign-in, consent, PKCE, refresh and revocation; the document is read once."""
    program = allow()
    first = program.http.get(program.address())
    assert first.status_code == 302
    assert "/login/" in first["Location"]
    tokens = program.connect(world.owner)
    assert caller(tokens["access_token"]).company_id == world.company.pk
    answer = program.refresh(tokens["refresh_token"])
    assert answer.status_code == 200, answer.content
    newer = answer.json()
    body = urlencode({"client_id": program.url, "token": newer["refresh_token"]})
    assert program.post("/oauth/revoke", body).status_code == 200
    assert not is_live(newer["access_token"])
    assert error_of(program.refresh(newer["refresh_token"])) == (400, "invalid_grant")
    assert len(publisher.asked) == 1


def test_tokens_need_no_document(allow: Register, publisher: Publisher, world: World) -> None:
    """The maker's server may be down for hours; the token endpoint never asks it."""
    program = allow()
    code = program.code(world.owner)
    publisher.status = 500
    cache.clear()
    tokens = program.redeem(code).json()
    assert program.refresh(tokens["refresh_token"]).status_code == 200
    assert len(publisher.asked) == 1


@pytest.mark.parametrize("way", ["post", "basic"])
def test_a_secret_is_refused(allow: Register, world: World, way: str) -> None:
    program = allow()
    code = program.code(world.owner)
    if way == "post":
        answer = program.redeem(code, client_secret="x")
    else:
        body = urlencode(
            {"grant_type": "authorization_code", "code": code, "code_verifier": program.verifier}
        )
        answer = program.post("/oauth/token", body, **program.basic("x"))
    assert error_of(answer) == (401, "invalid_client")


def test_the_verifier_is_needed(allow: Register, world: World) -> None:
    program = allow()
    answer = program.redeem(program.code(world.owner), code_verifier="v" * 43)
    assert error_of(answer) == (400, "invalid_grant")


@pytest.mark.parametrize("grant", ["authorization_code", "refresh_token"])
def test_what_was_never_given_is_an_invalid_grant(allow: Register, grant: str) -> None:
    """Not an invalid client: a program would then forget a connection that works."""
    program = allow()
    answer = program.redeem("fmc_" + "x" * 43) if grant == "authorization_code" else program.refresh("fmr_x")
    assert error_of(answer) == (400, "invalid_grant")


def test_another_clients_code_and_tokens_are_of_no_use(
    allow: Register, program: Program, world: World
) -> None:
    mine = allow()
    theirs, tokens = program.code(world.owner), program.connect(world.colleague)
    stolen = mine.redeem(theirs, redirect_uri=program.callback, code_verifier=program.verifier)
    assert error_of(stolen) == (400, "invalid_grant")
    assert error_of(mine.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    body = urlencode({"client_id": mine.url, "token": tokens["access_token"]})
    assert mine.post("/oauth/revoke", body).status_code == 200
    assert is_live(tokens["access_token"])
    own = mine.code(world.owner)
    stolen = program.redeem(own, redirect_uri=mine.callback, code_verifier=mine.verifier)
    assert error_of(stolen) == (400, "invalid_grant")


def test_a_replayed_code_ends_its_family(allow: Register, world: World) -> None:
    """RFC 9700 §2.1.1, also if the code identifies the consumer."""
    program = allow()
    code = program.code(world.owner)
    tokens = program.redeem(code).json()
    assert error_of(program.redeem(code)) == (400, "invalid_grant")
    assert not is_live(tokens["access_token"])


def test_a_replayed_refresh_token_ends_its_family(
    allow: Register, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 9700 §4.14, also if the token identifies the consumer."""
    program = allow()
    tokens = program.connect(world.owner)
    newer = program.refresh(tokens["refresh_token"]).json()
    monkeypatch.setattr("consumers.oauth.validator.RETRY_WINDOW", -RETRY_WINDOW)
    assert error_of(program.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    assert not is_live(newer["access_token"])


def test_revoking_what_is_unknown_is_no_error(allow: Register, publisher: Publisher) -> None:
    """RFC 7009 §2.2."""
    program = allow()
    for token in ("fma_" + "x" * 43, "fmr_" + "x" * 43, "nonsense"):
        body = urlencode({"client_id": publisher.url, "token": token})
        assert program.post("/oauth/revoke", body).status_code == 200


def test_no_introspection_and_no_credentials_of_the_company(allow: Register, world: World) -> None:
    program = allow()
    token = program.connect(world.owner)["access_token"]
    answer = program.post("/oauth/introspect", urlencode({"client_id": program.url, "token": token}))
    assert error_of(answer) == (403, "unauthorized_client")
    assert error_of(program.token(grant_type="client_credentials"))[1] == "unauthorized_client"


def test_the_metadata_says_so(db: None) -> None:
    document = Client().get("/.well-known/oauth-authorization-server").json()
    assert document["client_id_metadata_document_supported"] is True
    assert "none" in document["token_endpoint_auth_methods_supported"]
    assert document["issuer"] == settings.PUBLIC_URL
