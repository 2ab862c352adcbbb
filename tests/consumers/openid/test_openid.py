"""OpenID Connect for apps that ask who connects them; off until a company switches it on."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from jwcrypto import jwk, jws, jwt
from pytest_django import Settings

from accounts.invitations import accept_as_new
from accounts.models import Company, Invitation, User
from accounts.verified_addresses import is_verified, mark_verified
from consumers.models import AppAuthorization, Consumer, IDToken
from consumers.openid import identity, signing_keys
from consumers.openid.models import SigningKey
from tests.conftest import World
from tests.consumers.conftest import Program, Register, answer_of, decide, signed_in
from tests.consumers.racing import at_once
from tests.consumers.sealing_keys import new_key
from tests.factories import PASSWORD, invite

SERVER = "/.well-known/oauth-authorization-server"
DISCOVERY = "/.well-known/openid-configuration"
ASKED = "openid email maintenance:read offline_access"


@pytest.fixture
def switched_on(world: World) -> World:
    world.company.openid_connect = True
    world.company.save()
    mark_verified(world.owner)
    return world


def keys() -> jwk.JWKSet:
    response = Client().get("/oauth/jwks")
    assert response.status_code == 200
    return jwk.JWKSet.from_json(response.content.decode())


def claims_of(token: str) -> dict[str, Any]:
    """Verify a token like a relying party: with the published key of its `kid`, and RS256 only."""
    verified = jwt.JWT(jwt=token, key=keys(), algs=["RS256"])
    claims: dict[str, Any] = json.loads(verified.claims)
    return claims


def user_info(token: str, **extra: Any) -> Any:
    return Client().get("/oauth/userinfo", HTTP_AUTHORIZATION=f"Bearer {token}", **extra)


def test_case_341_off_is_as_if_there_were_none(program: Program, world: World) -> None:
    """OpenID Connect Core §3.1.2.1: no ID token is promised, none is given, and nothing is announced."""
    mark_verified(world.owner)
    tokens = program.connect(world.owner, scope=ASKED, nonce="n-1")
    assert tokens["scope"] == "maintenance:read offline_access"
    assert "id_token" not in tokens
    for path in (DISCOVERY, "/oauth/jwks", "/oauth/userinfo"):
        response = Client().get(path, HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")
        assert response.status_code == 404
        assert response["Content-Type"] == "application/json"
    document = Client().get(SERVER).json()
    assert not {"userinfo_endpoint", "jwks_uri", "claims_supported"} & set(document)
    assert document["scopes_supported"] == ["maintenance:read", "maintenance:write", "offline_access"]
    page = signed_in(world.owner).get(program.address(scope=ASKED)).content.decode()
    assert "Know who you are" not in page
    assert SigningKey.objects.count() == 0


def test_documents_while_a_company_has_it_on(switched_on: World) -> None:
    """OpenID Connect Discovery 1.0 §3: what is REQUIRED there, the same as in the RFC 8414 document."""
    document = Client().get(DISCOVERY).json()
    for required in (
        "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported",
        "subject_types_supported", "id_token_signing_alg_values_supported",
    ):  # fmt: skip
        assert document[required], required
    assert document == Client().get(SERVER).json()
    assert document["scopes_supported"][-2:] == ["openid", "email"]
    assert document["id_token_signing_alg_values_supported"] == ["RS256"]
    for name in ("jwks_uri", "userinfo_endpoint"):
        assert Client().get(document[name].removeprefix(settings.PUBLIC_URL)).status_code in {200, 401}


def test_case_342_the_id_token_is_what_openid_connect_core_says(program: Program, switched_on: World) -> None:
    """OpenID Connect Core §2 and §3.1.3.6, read by another library than the one that signs."""
    before = int(timezone.now().timestamp()) - 1
    tokens = program.connect(switched_on.owner, scope=ASKED, nonce="n-0S6_WzA2Mj")
    assert tokens["scope"] == "maintenance:read offline_access openid email"
    claims = claims_of(tokens["id_token"])
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert claims["iss"] == settings.PUBLIC_URL
    assert claims["aud"] == program.consumer.client_id
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    assert claims["at_hash"] == urlsafe_b64encode(half).rstrip(b"=").decode()
    assert before <= claims["auth_time"] <= claims["iat"] < claims["exp"] <= claims["iat"] + 3600
    assert switched_on.owner.email not in json.dumps(claims), "who the person is, UserInfo alone says"
    header = json.loads(urlsafe_b64decode(tokens["id_token"].split(".")[0] + "=="))
    assert header["alg"] == "RS256"
    assert header["kid"] in {key["kid"] for key in Client().get("/oauth/jwks").json()["keys"]}
    told = user_info(tokens["access_token"]).json()
    assert told == {"sub": claims["sub"], "email": switched_on.owner.email, "email_verified": True}
    assert not IDToken.objects.exists()


def test_without_nonce_there_is_none_and_an_endless_one_is_refused(
    program: Program, switched_on: World
) -> None:
    assert "nonce" not in claims_of(program.connect(switched_on.owner, scope=ASKED)["id_token"])
    response = signed_in(switched_on.owner).get(program.address(scope=ASKED, nonce="x" * 256))
    assert answer_of(response)["error"] == "invalid_request"


def test_email_without_openid_is_no_openid_request(program: Program, switched_on: World) -> None:
    """OpenID Connect Core §3.1.2.1: without the `openid` scope it is no OpenID Connect request."""
    tokens = program.connect(switched_on.owner, scope="email maintenance:read")
    assert tokens["scope"] == "maintenance:read"
    assert user_info(tokens["access_token"]).status_code == 403


def test_case_343_an_address_that_nobody_proved_is_not_passed_on(
    program: Program, switched_on: World
) -> None:
    """OpenID Connect Core §5.7: others decide by the address who gets in."""
    EmailAddress.objects.filter(user=switched_on.owner).delete()
    browser = signed_in(switched_on.owner)
    page = browser.get(program.address(scope=ASKED))
    assert "not your e-mail address" in page.content.decode()
    assert "is not verified yet" in page.content.decode()
    tokens = program.redeem(answer_of(decide(browser, page))["code"]).json()
    assert set(user_info(tokens["access_token"]).json()) == {"sub"}
    EmailAddress.objects.create(user=switched_on.owner, email=switched_on.owner.email, verified=False)
    assert set(user_info(tokens["access_token"]).json()) == {"sub"}
    EmailAddress.objects.update(email="other@example.com", verified=True)
    assert set(user_info(tokens["access_token"]).json()) == {"sub"}


def test_the_consent_page_says_what_is_passed_on(program: Program, switched_on: World) -> None:
    page = signed_in(switched_on.owner).get(program.address(scope=ASKED)).content.decode()
    assert f"gets your verified e-mail address, {switched_on.owner.email}" in page
    page = signed_in(switched_on.owner).get(program.address(scope="openid")).content.decode()
    assert "but not your e-mail address" in page
    assert "is not verified yet" not in page


@pytest.mark.parametrize("demand", [{"prompt": "login"}, {"max_age": "600"}, {"max_age": "0"}])
def test_case_349_a_sign_in_that_is_too_old_is_done_again(
    program: Program, switched_on: World, demand: dict[str, str]
) -> None:
    """OpenID Connect Core §3.1.2.1: the password once more, then on with a new auth_time."""
    browser = signed_in(switched_on.owner)
    an_hour_ago = timezone.now() - dt.timedelta(hours=1)
    User.objects.filter(pk=switched_on.owner.pk).update(last_login=an_hour_ago)
    silent = browser.get(program.address(scope=ASKED, **(demand | {"prompt": "none", "max_age": "600"})))
    assert answer_of(silent)["error"] == "login_required"
    sent = browser.get(program.address(scope=ASKED, **demand))
    assert sent["Location"].startswith("/accounts/reauthenticate/?next=/oauth/authorize/again/")
    way_back = unquote(sent["Location"].partition("next=")[2])
    assert browser.get(way_back)["Location"] == sent["Location"], "going round it leads back to it"
    form = {"password": PASSWORD, "next": way_back}
    back = browser.post("/accounts/reauthenticate/", form)
    assert back["Location"] == way_back
    page = browser.get(way_back)
    tokens = program.redeem(answer_of(decide(browser, page))["code"]).json()
    assert claims_of(tokens["id_token"])["auth_time"] >= int(timezone.now().timestamp()) - 60


def test_a_sign_in_that_is_new_enough_is_enough(program: Program, switched_on: World) -> None:
    browser = signed_in(switched_on.owner)
    assert browser.get(program.address(scope=ASKED, max_age="600")).status_code == 200
    for wrong in ("x", "-1", "1.5", "\u0663", "9" * 10):
        assert (
            answer_of(browser.get(program.address(scope=ASKED, max_age=wrong)))["error"] == "invalid_request"
        )
    plain = browser.get(program.address(max_age="x", prompt="login"))
    assert plain.status_code == 200, "without openid these are no parameters"


def test_case_344_only_for_apps_of_the_company_that_has_it_on(register: Register, switched_on: World) -> None:
    """One host, several companies: announced for all, granted to those who switched it on."""
    mark_verified(switched_on.stranger)
    other = register(company=switched_on.other_company, permission_group=switched_on.stranger_group)
    tokens = other.connect(switched_on.stranger, scope=ASKED, nonce="n")
    assert tokens["scope"] == "maintenance:read offline_access"
    assert "id_token" not in tokens
    refused = user_info(tokens["access_token"])
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused["WWW-Authenticate"]


def test_case_345_nothing_is_told_after_a_stop_or_the_switch(
    program: Program, register: Register, switched_on: World
) -> None:
    """OpenID Connect Core §5.3.3, RFC 6750 §3.1: looked at each time."""
    tokens = program.connect(switched_on.owner, scope=ASKED)
    switched_on.other_company.openid_connect = True
    switched_on.other_company.save()
    Company.objects.filter(pk=switched_on.company.pk).update(openid_connect=False)
    assert user_info(tokens["access_token"]).status_code == 403
    Company.objects.filter(pk=switched_on.company.pk).update(openid_connect=True)
    assert user_info(tokens["access_token"]).status_code == 200
    User.objects.filter(pk=switched_on.owner.pk).update(is_active=False)
    assert user_info(tokens["access_token"]).status_code == 401
    User.objects.filter(pk=switched_on.owner.pk).update(is_active=True)
    AppAuthorization.objects.get().revoke()
    refused = user_info(tokens["access_token"])
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused["WWW-Authenticate"]


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Bearer fma_\x00", "Basic eDp5"])
def test_user_info_wants_a_token_in_the_header(header: str | None, switched_on: World) -> None:
    extra = {} if header is None else {"HTTP_AUTHORIZATION": header}
    for answer in (
        Client().get("/oauth/userinfo?access_token=x", **extra),  # type: ignore[arg-type]
        Client(enforce_csrf_checks=True).post("/oauth/userinfo", {"access_token": "x"}, **extra),  # type: ignore[arg-type]
    ):
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer ")
        assert answer["Access-Control-Allow-Origin"] == "*"


def test_a_programs_own_token_is_nobodys(register: Register, switched_on: World) -> None:
    program = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, callback_urls=[])
    tokens = program.token(grant_type="client_credentials", scope="openid email maintenance:read").json()
    assert tokens["scope"] == "maintenance:read"
    assert "id_token" not in tokens
    assert user_info(tokens["access_token"]).status_code == 401


def test_a_refresh_keeps_who_one_is_and_signs_nothing_anew(program: Program, switched_on: World) -> None:
    """OpenID Connect Core §12.2: the answer to a refresh need not have an ID token."""
    tokens = program.connect(switched_on.owner, scope=f"{ASKED} maintenance:write", write=False)
    for scope in (None, f"{ASKED} maintenance:write"):
        tokens = program.refresh(tokens["refresh_token"], scope=scope).json()
        assert tokens["scope"] == "maintenance:read offline_access openid email"
        assert "id_token" not in tokens
        assert user_info(tokens["access_token"]).json()["email"] == switched_on.owner.email


def test_case_346_the_subject_is_one_for_each_app_and_stays(register: Register, switched_on: World) -> None:
    """OpenID Connect Core §8.1: pairwise, never reassigned, and no clue to the account."""
    first, second = register(name="A"), register(name="B")

    def subject(program: Program, user: User) -> str:
        return str(claims_of(program.connect(user, scope="openid")["id_token"])["sub"])

    once = subject(first, switched_on.owner)
    AppAuthorization.objects.get().revoke()
    assert subject(first, switched_on.owner) == once
    assert len({once, subject(second, switched_on.owner), subject(first, switched_on.colleague)}) == 3
    assert once != str(switched_on.owner.pk)


def test_aud_is_the_client_id_that_the_program_knows(allow: Register, switched_on: World) -> None:
    """OpenID Connect Core §2: for a program with a metadata document it is the document's URL."""
    program = allow()
    tokens = program.connect(switched_on.owner, scope=ASKED)
    assert claims_of(tokens["id_token"])["aud"] == program.url


def test_case_347_keys_rotate_with_an_overlap(program: Program, switched_on: World) -> None:
    """OpenID Connect Core §10.1.1: the new key is published first, the old one stays for a while."""
    start = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False) as clock:
        old = signing_keys.current()[0]
        assert [key.kid for key in signing_keys.published()] == [old]
        clock.move_to(start + signing_keys.SIGNS_FOR - signing_keys.PUBLISHED_AHEAD)
        both = [key.kid for key in signing_keys.published()]
        assert len(both) == 2
        assert signing_keys.current()[0] == both[0] == old
        clock.move_to(start + signing_keys.SIGNS_FOR + dt.timedelta(hours=1))
        assert signing_keys.current()[0] == both[1]
        assert {key["kid"] for key in Client().get("/oauth/jwks").json()["keys"]} == set(both)
        clock.move_to(start + signing_keys.SIGNS_FOR + dt.timedelta(days=3))
        assert [key.kid for key in signing_keys.published()] == [both[1]]
        assert SigningKey.objects.count() == 1
        clock.move_to(start + dt.timedelta(days=1000))  # nobody used it for years
        assert signing_keys.current()[0] == both[1]
        assert len(signing_keys.published()) == 2


def test_a_key_of_a_process_whose_clock_is_ahead_signs(switched_on: World) -> None:
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=2), tick=False):
        ahead = signing_keys.current()
    assert signing_keys.current() == ahead


def test_replaced_keys_are_worth_nothing(program: Program, switched_on: World) -> None:
    token = program.connect(switched_on.owner, scope=ASKED)["id_token"]
    assert claims_of(token)
    call_command("replace_signing_keys", verbosity=0)
    with pytest.raises((jwt.JWTMissingKey, jws.InvalidJWSSignature)):
        claims_of(token)
    assert claims_of(program.connect(switched_on.owner, scope=ASKED)["id_token"])


def test_case_348_private_keys_are_sealed_and_never_shown(switched_on: World, settings: Settings) -> None:
    """OWASP ASVS 5.0 13.3.1: the database alone signs nothing; a change of UPSTREAM_KEYS reseals."""
    kid, pem = signing_keys.current()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM consumers_signingkey")
        row = str(cursor.fetchall())
    assert kid in row
    assert "PRIVATE KEY" not in row
    assert pem.splitlines()[1] not in row
    shown = Client().get("/oauth/jwks").json()["keys"]
    assert [set(key) for key in shown] == [{"kty", "use", "alg", "kid", "n", "e"}]
    old = settings.UPSTREAM_KEYS
    settings.UPSTREAM_KEYS = f"{new_key('second')},{old}"
    call_command("rotate_keys", verbosity=0)
    settings.UPSTREAM_KEYS = settings.UPSTREAM_KEYS.partition(",")[0]
    assert signing_keys.current() == (kid, pem)


def test_a_key_that_cannot_be_opened_is_replaced(
    program: Program, switched_on: World, settings: Settings
) -> None:
    lost = signing_keys.current()[0]
    settings.UPSTREAM_KEYS = new_key("another")
    assert claims_of(program.connect(switched_on.owner, scope=ASKED)["id_token"])
    assert lost not in {key.kid for key in SigningKey.objects.all()}


def test_without_keys_nothing_is_announced_or_granted(
    program: Program, switched_on: World, settings: Settings
) -> None:
    settings.UPSTREAM_KEYS = ""
    assert Client().get(DISCOVERY).status_code == 404
    assert "openid" not in program.connect(switched_on.owner, scope=ASKED)["scope"]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_key(switched_on: World) -> None:
    found = at_once(6, lambda _number: signing_keys.current()[0])
    assert len(set(found)) == 1
    assert SigningKey.objects.count() == 1


def test_database_trouble_is_said_as_such(switched_on: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9110 §15.6.4."""

    def broken() -> bool:
        raise DatabaseError

    monkeypatch.setattr(identity, "is_announced", broken)
    for module in ("consumers.oauth.metadata", "consumers.openid.endpoints"):
        monkeypatch.setattr(f"{module}.is_announced", broken)
    for path in (SERVER, DISCOVERY, "/oauth/jwks", "/oauth/userinfo"):
        assert Client().get(path).status_code == 503


def test_an_address_is_proven_by_the_link_of_an_invitation(world: World) -> None:
    """A person who accepts without an account has opened the mailed link."""
    invite("new@example.com", world.colleague_group, world.owner)
    user = accept_as_new(Invitation.objects.get().pk, "New", "correct horse battery")
    assert is_verified(user)
    assert not is_verified(world.owner)


def test_an_address_is_proven_by_the_link_of_a_password_reset(world: World, mailoutbox: list[Any]) -> None:
    client = Client()
    client.post(reverse("account_reset_password"), {"email": world.owner.email})
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    page = client.get(link.removeprefix(settings.PUBLIC_URL), follow=True)
    assert not is_verified(world.owner), "opening it is not enough: scanners open links too"
    chosen = {"password1": "another battery staple", "password2": "another battery staple"}
    client.post(page.redirect_chain[-1][0], chosen)
    assert is_verified(world.owner)


def test_an_address_is_one_persons(world: World) -> None:
    """Leftovers of an earlier account neither count nor get in the way."""
    EmailAddress.objects.create(user=world.colleague, email=world.owner.email, verified=True, primary=True)
    mark_verified(world.owner)
    mark_verified(world.owner)
    assert is_verified(world.owner)
    assert not is_verified(world.colleague)


def test_an_address_that_only_looks_alike_takes_nobody_elses(world: World) -> None:
    """UPPER() of PostgreSQL turns the dotless i into I."""
    User.objects.filter(pk=world.owner.pk).update(email="kim@example.com")
    world.owner.refresh_from_db()
    mark_verified(world.owner)
    User.objects.filter(pk=world.colleague.pk).update(email="k\u0131m@example.com")
    world.colleague.refresh_from_db()
    mark_verified(world.colleague)
    assert is_verified(world.owner)
