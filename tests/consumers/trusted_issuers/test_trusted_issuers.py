"""Enterprise-managed authorization: exchanging an ID-JAG of a trusted issuer for an access token."""

from __future__ import annotations

import base64
import datetime as dt
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from django.utils import timezone
from jwcrypto import jwk

from accounts.models import Membership, User
from accounts.verified_addresses import mark_verified
from audit.models import Event
from consumers.models import AccessToken, AppAuthorization, Consumer, RefreshToken
from consumers.outbound import documents as document_fetcher
from consumers.trusted_issuers.models import IssuerLink, TrustedIssuer, UsedAssertion
from tests.conftest import World
from tests.consumers.conftest import Program, Register, caller, is_live
from tests.consumers.issuers import IdentityProvider, identity_provider, new_key
from tests.consumers.programs import fetcher_reaching
from tests.consumers.racing import apart, at_once
from tests.consumers.trusted_issuers.presenting import GRANT, present, trust
from tests.factories import MembershipFactory

PROFILE = "urn:ietf:params:oauth:grant-profile:id-jag"
SERVER = "/.well-known/oauth-authorization-server"


@pytest.fixture(params=["", "/issuers/0c1d2e3f"], ids=["okta", "claude"])
def idp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[IdentityProvider]:
    with identity_provider(tmp_path, request.param) as provider:
        monkeypatch.setattr(document_fetcher, "new_fetcher", lambda: fetcher_reaching(provider.certificate))
        yield provider


okta_alone = pytest.mark.parametrize("idp", [""], indirect=True, ids=["okta"])


@pytest.fixture
def trusted(world: World, idp: IdentityProvider) -> TrustedIssuer:
    for user in (world.owner, world.colleague, world.stranger):
        mark_verified(user)
    return trust(world, idp)


def refused(response: Any, error: str = "invalid_grant") -> str:
    """Check that a refusal has OAuth's form and names no person; return its description."""
    assert response.status_code == 400, response.content
    answer = response.json()
    assert answer["error"] == error, answer
    assert "@" not in answer["error_description"]
    assert not AccessToken.objects.exists()
    return str(answer["error_description"])


def test_case_351_an_id_jag_becomes_an_access_token(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """draft-ietf-oauth-identity-assertion-authz-grant §4.4; RFC 7523 §3.1: an hour, no refresh token."""
    response = present(program, idp.assertion(program.key, world.owner.email))
    assert response.status_code == 200, response.content
    assert response["Cache-Control"] == "no-store"
    tokens = response.json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert tokens["scope"] == "maintenance:read maintenance:write"
    assert "refresh_token" not in tokens
    assert not RefreshToken.objects.exists()
    found = caller(tokens["access_token"])
    assert found.user_email == world.owner.email
    assert found.company_id == world.company.pk
    authorization = AppAuthorization.objects.get()
    assert (authorization.user, authorization.consumer) == (world.owner, program.consumer)
    assert authorization.issuer == trusted
    event = Event.objects.get(kind="token.issued")
    assert (event.user_email, event.address) == (world.owner.email, "127.0.0.1")
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=59), tick=False):
        assert is_live(tokens["access_token"])
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=61), tick=False):
        assert not is_live(tokens["access_token"])


def test_case_351_each_person_has_one_row_however_often_it_is_asked(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """MCP enterprise-managed authorization §5: again every hour."""
    tokens = [present(program, idp.assertion(program.key, world.owner.email)).json() for _ in range(3)]
    assert all(is_live(each["access_token"]) for each in tokens)
    assert AppAuthorization.objects.count() == 1
    assert IssuerLink.objects.get().subject == "00u1a2b3c4D5E6F7G8h9"


def test_the_consent_of_the_person_stands_beside_it(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """An issuer's assertion neither widens nor narrows what the person approved."""
    approved = program.connect(world.owner, write=False)
    issued = present(program, idp.assertion(program.key, world.owner.email)).json()
    assert caller(approved["access_token"]).scopes == {"maintenance:read"}
    assert caller(issued["access_token"]).scopes == {"maintenance:read", "maintenance:write"}
    assert "write" not in program.refresh(approved["refresh_token"]).json()["scope"]
    program.connect(world.owner, write=True)
    assert AppAuthorization.objects.live().count() == 2


@pytest.mark.parametrize(
    ("kind", "options", "algorithm"),
    [
        ("RSA", {}, "PS256"),
        ("EC", {"crv": "P-256"}, "ES256"),
        ("OKP", {"crv": "Ed25519"}, "EdDSA"),
    ],
)
@okta_alone
def test_asymmetric_signatures(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer,
    kind: str, options: dict[str, Any], algorithm: str,
) -> None:  # fmt: skip
    """RFC 7518 §3.1, RFC 8037."""
    idp.keys = [new_key(kind, **options)]
    response = present(program, idp.assertion(program.key, world.owner.email, header={"alg": algorithm}))
    assert response.status_code == 200, response.content


def none_of(token: str) -> str:
    """RFC 7519 §6: an unsecured JWT."""
    header = json.dumps({"alg": "none", "typ": "oauth-id-jag+jwt", "kid": "x"})
    return base64.urlsafe_b64encode(header.encode()).rstrip(b"=").decode() + "." + token.split(".")[1] + "."


def hs256_with_the_public_key(idp: IdentityProvider, claims: dict[str, Any]) -> str:
    """RFC 8725 §2.1: the published key misused as a shared secret."""
    pem = idp.keys[0].export_to_pem()
    shared = jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(pem).rstrip(b"=").decode(), kid=idp.keys[0]["kid"])
    return idp.sign(claims, key=shared)


@okta_alone
def test_case_352_no_algorithm_but_an_asymmetric_one(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """RFC 8725 §3.1 and §3.2."""
    claims = idp.claims(program.key, world.owner.email)
    for token in (none_of(idp.sign(claims)), hs256_with_the_public_key(idp, claims)):
        assert "RS, PS, ES or EdDSA" in refused(present(program, token))


@okta_alone
def test_case_352_the_key_says_what_it_is_for(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """RFC 7517 §4.2 and §4.4, NIST SP 800-131A: use, alg and size."""
    weak = new_key("RSA", size=1024)
    for key, header in ((new_key("RSA", alg="PS256"), {"alg": "RS256"}), (weak, {})):
        idp.keys = [key]
        TrustedIssuer.objects.update(keys_until=None, keys_asked_at=None)
        refused(present(program, idp.assertion(program.key, world.owner.email, header=header)))
    idp.keys = [new_key()]
    shown = idp.keys[0].export_public(as_dict=True) | {"use": "enc"}
    body = json.dumps({"keys": [shown]}).encode()
    idp.answers["/oauth2/v1/keys"] = (200, {"Content-Type": "application/json"}, body)
    TrustedIssuer.objects.update(keys_until=None, keys_asked_at=None)
    assert present(program, idp.assertion(program.key, world.owner.email)).status_code == 503


@okta_alone
def test_case_352_somebody_elses_signature(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """RFC 7523 §3: the signature is the issuer's; a key that the token itself brings counts nothing."""
    foreign = new_key()
    claims = idp.claims(program.key, world.owner.email)
    known = {"kid": idp.keys[0]["kid"]}
    for header in (known, known | {"jwk": foreign.export_public(as_dict=True)}):
        assert "signature" in refused(present(program, idp.sign(claims, key=foreign, header=header)))
    good = idp.sign(claims)
    body = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "00uSomebodyElse"}).encode()).rstrip(b"=")
    parts = good.split(".")
    assert "signature" in refused(present(program, f"{parts[0]}.{body.decode()}.{parts[2]}"))


WRONG_HEADERS: list[dict[str, Any]] = [
    {"typ": "JWT"}, {"typ": None}, {"typ": "at+jwt"}, {"typ": "id-jag"},
    {"kid": None}, {"kid": "unknown"},
]  # fmt: skip


@pytest.mark.parametrize("header", WRONG_HEADERS)
@okta_alone
def test_case_353_wrong_headers(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer, header: dict[str, Any]
) -> None:
    """RFC 8725 §3.11: an ID token of the same issuer is no grant, nor is anything else it signs."""
    refused(present(program, idp.assertion(program.key, world.owner.email, header=header)))


NOW = int(time.time())
WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"iat": NOW - 400, "exp": NOW - 100},
    "of the future": {"iat": NOW + 4000, "exp": NOW + 4200},
    "not yet valid": {"nbf": NOW + 4000},
    "for a day": {"exp": NOW + 86_400},
    "of yesterday, for two days": {"iat": NOW - 86_400, "exp": NOW + 86_400},
    "exp is text": {"exp": str(NOW + 300)},
    "exp is a fraction": {"exp": NOW + 300.5},
    "exp is endless": {"exp": 1e400},
    "iat is true": {"iat": True},
    "no exp": {"exp": None},
    "no iat": {"iat": None},
    "no jti": {"jti": None},
    "empty jti": {"jti": ""},
    "jti is a list": {"jti": ["a"]},
    "no sub": {"sub": None},
    "empty sub": {"sub": ""},
    "sub is a number": {"sub": 7},
    "sub with NUL": {"sub": "00u\0"},
    "sub without end": {"sub": "x" * 256},
    "no aud": {"aud": None},
    "aud of another server": {"aud": "https://other.example"},
    "aud is the endpoint": {"aud": settings.PUBLIC_URL + "/oauth/token"},
    "aud of two": {"aud": [settings.PUBLIC_URL, "https://other.example"]},
    "aud of none": {"aud": []},
    "aud in a list in a list": {"aud": [[settings.PUBLIC_URL]]},
    "no client_id": {"client_id": None},
    "client_id of another": {"client_id": "fmk_0123456789abcdef01234567"},
    "client_id in a list": {"client_id": ["x"]},
    "no iss": {"iss": None},
    "iss of another": {"iss": "https://other.example"},
    "iss with a slash": {"iss": "SLASH"},
    "of a tenant": {"tenant": "acme"},
    "tenant is a number": {"tenant": 1},
    "bound to a key": {"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}},
    "email is a list": {"email": ["owner@example.com"]},
    "scope is a list": {"scope": ["maintenance:read"]},
    "scope is empty": {"scope": ""},
}


@pytest.mark.parametrize("name", WRONG_CLAIMS)
@okta_alone
def test_case_354_wrong_claims(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer, name: str
) -> None:
    """RFC 7523 §3, the draft's processing rules: each of them, and a clear error for each."""
    changes = dict(WRONG_CLAIMS[name])
    if changes.get("iss") == "SLASH":
        changes["iss"] = idp.issuer + "/"
    refused(present(program, idp.assertion(program.key, world.owner.email, **changes)))
    assert not IssuerLink.objects.exists()


@pytest.mark.parametrize(
    "resource",
    [None, "https://other.example/mcp", settings.PUBLIC_URL, settings.API_RESOURCE, [], 7,
     [settings.MCP_RESOURCE, settings.API_RESOURCE], [settings.MCP_RESOURCE, 7]],
)  # fmt: skip
@okta_alone
def test_case_354_the_resource_is_the_endpoint(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer, resource: Any
) -> None:
    """MCP enterprise-managed authorization §4.3: REQUIRED; RFC 8707 §2."""
    error = "invalid_grant" if resource is None else "invalid_target"
    refused(present(program, idp.assertion(program.key, world.owner.email, resource=resource)), error)


@pytest.mark.parametrize(
    "assertion",
    ["", "x", "a.b", "a.b.c", "..", "é", "x" * 8193, "e30.e30.", "eyJhbGciOiJSUzI1NiJ9." + "W" * 100 + ".x",
     base64.urlsafe_b64encode(b"[" * 3000).decode().rstrip("=") + ".e30.e30"],
)  # fmt: skip
@okta_alone
def test_case_355_what_is_no_assertion(program: Program, trusted: TrustedIssuer, assertion: str) -> None:
    """RFC 6749 §5.2: said in words, never a 500; an oversize one is not looked into."""
    response = program.token(grant_type=GRANT, assertion=assertion or None)
    refused(response, "invalid_grant" if assertion else "invalid_request")


@okta_alone
def test_case_355_claims_that_are_no_object(
    program: Program, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """RFC 7519 §7.2 step 10."""
    for claims in ("[]", "7", '"x"', "{", "[" * 2500):
        refused(present(program, idp.sign(claims)))


@okta_alone
def test_small_differences_of_clocks_are_forgiven(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """RFC 7519 §4.1.4: a few moments, here a minute."""
    now = int(time.time())
    for ahead in (30, -330):
        times = {"iat": now + ahead, "exp": now + ahead + 300}
        response = present(program, idp.sign(idp.claims(program.key, world.owner.email) | times))
        assert response.status_code == 200, response.content


def test_an_audience_as_people_write_it(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """RFC 3986 §6.2.3 for the empty path; the draft allows a list of exactly one."""
    for audience in (settings.PUBLIC_URL + "/", [settings.PUBLIC_URL]):
        response = present(program, idp.assertion(program.key, world.owner.email, aud=audience))
        assert response.status_code == 200, response.content


def test_case_356_an_assertion_is_exchanged_once(
    program: Program, register: Register, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """RFC 7523 §3 (jti): also later, also after a refusal; the word is kept until it is too old anyway."""
    assertion = idp.assertion(program.key, world.owner.email)
    assert present(program, assertion).status_code == 200
    AccessToken.objects.all().delete()
    assert "used before" in refused(present(program, assertion))
    kept = UsedAssertion.objects.get()
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=5, seconds=30), tick=False):
        assert "used before" in refused(present(program, assertion)), "within the leeway it counts on"
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=7), tick=False):
        assert "expired" in refused(present(program, assertion))
        fresh = idp.assertion(program.key, world.owner.email)
        assert present(program, fresh).status_code == 200
        assert not UsedAssertion.objects.filter(pk=kept.pk).exists(), "what is too old is forgotten"
    AccessToken.objects.all().delete()
    nobodys = idp.assertion(program.key, "nobody@example.com", sub="00uNobody")
    assert "used before" not in refused(present(program, nobodys))
    User.objects.filter(pk=world.colleague.pk).update(email="nobody@example.com")
    EmailAddress.objects.filter(user=world.colleague).update(email="nobody@example.com")
    assert "used before" in refused(present(program, nobodys))


@pytest.mark.django_db(transaction=True)
@okta_alone
def test_case_356_many_at_once_pass_once(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """RFC 7523 §3: of eight at the same moment one gets a token."""
    assert present(program, idp.assertion(program.key, world.owner.email)).status_code == 200
    for _ in range(4):
        assertion = idp.assertion(program.key, world.owner.email)
        answers = at_once(8, lambda _number, text=assertion: present(apart(program), text))  # type: ignore[misc]
        assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
        assert {answer.json().get("error") for answer in answers} == {None, "invalid_grant"}
    assert AccessToken.objects.count() == 5


@pytest.mark.django_db(transaction=True)
@okta_alone
def test_two_first_times_at_once_make_one_link_and_one_row(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    assertions = [idp.assertion(program.key, world.owner.email) for _ in range(6)]
    present(program, idp.assertion(program.key, "nobody@example.com", sub="00uNobody"))  # reads the keys
    answers = at_once(6, lambda number: present(apart(program), assertions[number]))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert IssuerLink.objects.count() == AppAuthorization.objects.count() == 1


@okta_alone
def test_case_357_only_a_client_that_authenticates_and_its_own_assertion(
    program: Program, register: Register, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """The draft's security considerations: confidential clients; client continuity."""
    public = register(name="Editor", public=True)
    response = present(public, idp.assertion(public.key, world.owner.email))
    refused(response, "unauthorized_client")
    machine = register(
        name="Bot", authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, callback_urls=[]
    )
    refused(present(machine, idp.assertion(machine.key, world.owner.email)), "unauthorized_client")
    other = register(name="Other")
    assert "another client's" in refused(present(other, idp.assertion(program.key, world.owner.email)))
    wrong = Program(program.consumer, other.secret)
    assert present(wrong, idp.assertion(program.key, world.owner.email)).status_code == 401
    Consumer.objects.filter(pk=program.consumer.pk).update(enabled=False)
    assert "disabled" in refused(present(program, idp.assertion(program.key, world.owner.email)))


@okta_alone
def test_case_358_another_companys_trust_counts_nothing(
    program: Program, register: Register, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """OWASP API1: the company is the consumer's; who is of another one is nobody."""
    theirs = register(name="Theirs", company=world.other_company, permission_group=world.stranger_group)
    assert "does not trust" in refused(present(theirs, idp.assertion(theirs.key, world.stranger.email)))
    assert "No active person" in refused(present(program, idp.assertion(program.key, world.stranger.email)))
    trust(world, idp, company=world.other_company, name="Also Okta")
    response = present(theirs, idp.assertion(theirs.key, world.stranger.email))
    assert caller(response.json()["access_token"]).company_id == world.other_company.pk
    AccessToken.objects.all().delete()
    assert "No active person" in refused(
        present(theirs, idp.assertion(theirs.key, world.owner.email, sub="00uO"))
    )


@okta_alone
def test_case_359_the_subject_counts_and_the_address_only_once(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """MCP enterprise-managed authorization §4.3 (iss+sub is unique): a given-on address opens nothing."""
    first = present(program, idp.assertion(program.key, world.owner.email, sub="00uOwner"))
    assert first.status_code == 200
    moved = present(program, idp.assertion(program.key, world.colleague.email, sub="00uOwner"))
    assert caller(moved.json()["access_token"]).user_id == world.owner.pk
    without = present(program, idp.assertion(program.key, None, sub="00uOwner"))
    assert caller(without.json()["access_token"]).user_id == world.owner.pk
    AccessToken.objects.all().delete()
    successor = present(program, idp.assertion(program.key, world.owner.email, sub="00uSuccessor"))
    assert "No active person" in refused(successor)


@pytest.mark.parametrize(
    ("vouches", "mark", "opens"),
    [(True, None, True), (False, None, False), (False, True, True), (True, True, True),
     (True, False, False), (True, "true", False), (True, 1, False)],
)  # fmt: skip
@okta_alone
def test_case_360_the_issuer_must_say_that_the_address_is_verified(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer,
    vouches: bool, mark: Any, opens: bool,
) -> None:  # fmt: skip
    """OpenID Connect Core §5.7: by `email_verified`, or by the administrator for all it names."""
    TrustedIssuer.objects.update(vouches_for_email=vouches)
    response = present(program, idp.assertion(program.key, world.owner.email.upper(), email_verified=mark))
    if opens:
        assert response.status_code == 200, response.content
    else:
        assert "No active person" in refused(response)


@pytest.mark.parametrize("address", ["\u212aim@example.com", "k\u0131m@example.com", "kim@example.com\u3002"])
@okta_alone
def test_case_360_an_address_that_only_looks_alike_opens_nothing(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer, address: str
) -> None:
    """CVE-2019-19844: lower() and UPPER() turn the Kelvin sign and the dotless i into k and I."""
    User.objects.filter(pk=world.owner.pk).update(email="kim@example.com")
    EmailAddress.objects.filter(user=world.owner).update(email="kim@example.com")
    assert "No active person" in refused(present(program, idp.assertion(program.key, address)))
    assert not IssuerLink.objects.exists()
    assert present(program, idp.assertion(program.key, "Kim@example.com")).status_code == 200


@okta_alone
def test_case_360_the_address_must_be_proven_here_too(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """OpenID Connect Core §5.7: an account that only claims an address is not opened by it."""
    EmailAddress.objects.filter(user=world.owner).delete()
    assert "No active person" in refused(present(program, idp.assertion(program.key, world.owner.email)))


@okta_alone
def test_case_361_who_is_out_is_out(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """ASVS 7.4.2, 8.3.2: the issuer vouches for the identity, the company decides what it is worth."""
    token = present(program, idp.assertion(program.key, world.owner.email)).json()["access_token"]
    member = Membership.objects.filter(user=world.owner, company=world.company)
    account = User.objects.filter(pk=world.owner.pk)
    for rows, column in ((member, "active"), (account, "is_active")):
        rows.update(**{column: False})
        assert not is_live(token)
        answer = present(program, idp.assertion(program.key, world.owner.email)).json()
        assert answer["error"] == "invalid_grant"
        rows.update(**{column: True})
        assert is_live(token)
    member.delete()
    assert present(program, idp.assertion(program.key, world.owner.email)).status_code == 400


@okta_alone
def test_rights_are_the_persons_own(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    token = present(program, idp.assertion(program.key, world.colleague.email)).json()["access_token"]
    assert caller(token).rights == {"work_orders:view", "assets:view"}


@okta_alone
def test_case_362_a_stop_is_obeyed_whatever_the_issuer_says(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """ASVS 10.4.9: until the person, or the administrator who stopped it, allows it again."""
    token = present(program, idp.assertion(program.key, world.owner.email)).json()["access_token"]
    authorization = AppAuthorization.objects.get()
    authorization.revoke(by=world.owner)
    assert not is_live(token)
    assert "stopped" in refused(present(program, idp.assertion(program.key, world.owner.email)))
    authorization.revoked_by = None
    authorization.save()
    assert "stopped" in refused(present(program, idp.assertion(program.key, world.owner.email))), (
        "also when the account of who stopped it is gone"
    )
    AppAuthorization.objects.update(refuses_exchange=False)
    again = present(program, idp.assertion(program.key, world.owner.email)).json()
    assert is_live(again["access_token"])
    assert AppAuthorization.objects.count() == 2, "the history stays"


@okta_alone
def test_a_client_that_disconnects_may_come_again(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """RFC 7009: first one of a person's two connections, then the other; the next exchange starts again."""
    tokens = [
        present(program, idp.assertion(program.key, world.owner.email)).json()["access_token"]
        for _ in range(2)
    ]
    for position, token in enumerate(tokens):
        body = f"client_id={program.key}&client_secret={program.secret}&token={token}"
        assert program.post("/oauth/revoke", body).status_code == 200
        assert not is_live(token)
        assert is_live(tokens[1]) is (position == 0)
    assert not AppAuthorization.objects.live().exists()
    assert is_live(present(program, idp.assertion(program.key, world.owner.email)).json()["access_token"])


@okta_alone
def test_case_363_an_issuer_that_is_switched_off_or_deleted(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """ASVS 8.3.2."""
    trust(world, idp, company=world.other_company)  # so that the grant remains announced
    token = present(program, idp.assertion(program.key, world.owner.email)).json()["access_token"]
    TrustedIssuer.objects.filter(pk=trusted.pk).update(enabled=False)
    answer = present(program, idp.assertion(program.key, world.owner.email)).json()
    assert "does not trust" in answer["error_description"]
    TrustedIssuer.objects.get(pk=trusted.pk).delete()
    assert not is_live(token)
    assert not AppAuthorization.objects.exists()


@pytest.mark.parametrize(
    ("read_only", "claimed", "wished", "granted"),
    [
        (False, "maintenance:read maintenance:write", None, "maintenance:read maintenance:write"),
        (True, "maintenance:read maintenance:write", None, "maintenance:read"),
        (True, None, None, "maintenance:read"),
        (False, None, None, "maintenance:read maintenance:write"),
        (False, "maintenance:read", "maintenance:read maintenance:write", "maintenance:read"),
        (False, "maintenance:read maintenance:write", "maintenance:read", "maintenance:read"),
        (False, "openid profile email", None, "maintenance:read maintenance:write"),
        (False, "maintenance:read offline_access", None, "maintenance:read"),
        (True, "maintenance:write", None, None),
        (False, "maintenance:read", "maintenance:write", None),
        (False, "maintenance:read admin:all", None, None),
        (False, None, "admin:all", None),
    ],
)
@okta_alone
def test_case_364_scopes_are_within_the_ceiling(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer,
    read_only: bool, claimed: str | None, wished: str | None, granted: str | None,
) -> None:  # fmt: skip
    """RFC 6749 §3.3: what assertion, request and administrator all allow; the answer says it."""
    TrustedIssuer.objects.update(read_only=read_only)
    response = present(program, idp.assertion(program.key, world.owner.email, scope=claimed), scope=wished)
    if granted is None:
        refused(response, "invalid_scope")
    else:
        assert response.json()["scope"] == granted
        assert caller(response.json()["access_token"]).scopes == set(granted.split())


@okta_alone
def test_case_364_the_request_names_no_other_resource(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """RFC 8707 §2.2."""
    assertion = idp.assertion(program.key, world.owner.email)
    refused(present(program, assertion, resource=settings.API_RESOURCE), "invalid_target")
    assert present(program, assertion, resource=settings.MCP_RESOURCE + "/").status_code == 200


def test_case_365_announced_only_while_somebody_trusts_an_issuer(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """The draft's metadata section: the profile and its grant type together, and never which issuers."""
    document = Client().get(SERVER).json()
    assert document["authorization_grant_profiles_supported"] == [PROFILE]
    assert GRANT in document["grant_types_supported"]
    assert idp.issuer not in json.dumps(document)
    TrustedIssuer.objects.update(enabled=False)
    document = Client().get(SERVER).json()
    assert "authorization_grant_profiles_supported" not in document
    assert document["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
    refused(present(program, idp.assertion(program.key, world.owner.email)), "unsupported_grant_type")


@okta_alone
def test_a_tenant_of_a_shared_issuer(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    """The draft, "Tenant Relationships": iss and tenant together are the identity."""
    TrustedIssuer.objects.update(tenant="acme")
    refused(present(program, idp.assertion(program.key, world.owner.email)))
    refused(present(program, idp.assertion(program.key, world.owner.email, tenant="other")))
    assert present(program, idp.assertion(program.key, world.owner.email, tenant="acme")).status_code == 200


@okta_alone
def test_no_word_of_it_in_the_log(
    program: Program,
    world: World,
    idp: IdentityProvider,
    trusted: TrustedIssuer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    good, bad = (idp.assertion(program.key, email) for email in (world.owner.email, "nobody@example.com"))
    token = present(program, good).json()["access_token"]
    present(program, bad)
    present(program, good)
    assert "assertion refused" in caplog.text
    for secret in (good, bad, token, "@example.com", "00u1a2b3c4D5E6F7G8h9", program.secret):
        assert secret not in caplog.text


@okta_alone
def test_a_person_of_two_companies_works_in_the_consumers(
    program: Program, world: World, idp: IdentityProvider, trusted: TrustedIssuer
) -> None:
    MembershipFactory(user=world.stranger, permission_group=world.colleague_group)
    token = present(program, idp.assertion(program.key, world.stranger.email)).json()["access_token"]
    assert caller(token).company_id == world.company.pk
