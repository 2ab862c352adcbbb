"""A relying party that knows only the issuer's URL: discovery, sign-in, ID token, UserInfo over HTTP.

It verifies the ID token with jwcrypto; the product signs with another library.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jwcrypto import jwk, jwt

from tests.clients.assistant import CALLBACK, Assistant
from tests.process.person import Person, forms_of
from tests.process.proving import prove_address
from tests.process.server import Server, started

SCOPE = "openid email maintenance:read offline_access"
EMAIL = "planner@demo.example"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(tmp_path_factory.mktemp("openid")) as running:
        yield running


def switch(server: Server, *, on: bool) -> None:
    """Switch OpenID Connect on or off, as the administrator does under Configuration > Security."""
    admin = Person("admin@demo.example")
    page = admin.open(f"{server.url}/settings/security/")
    form = next(form for form in forms_of(page.text) if form.action in {"", "/settings/security/"})
    fields = {name: value for name, value in form.fields if name != "openid_connect"}
    saved = admin.submit(page, form, fields | ({"openid_connect": "on"} if on else {}))
    assert saved.status_code == 200, saved.text


def discover(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{server.url}/.well-known/openid-configuration").json()
    return found


def test_a_company_lets_in_addresses_of_its_domain_only(server: Server) -> None:
    """OpenID Connect Core §3.1.3.7: every step of ID token validation; then the check by UserInfo."""
    assert httpx.get(f"{server.url}/.well-known/openid-configuration").status_code == 404
    switch(server, on=True)
    person = prove_address(server, EMAIL)
    provider = discover(server)
    assert provider["issuer"] == server.url

    assistant = Assistant(server, server.create_consumer("ChatGPT Enterprise", CALLBACK))
    address = assistant.authorization_address(scope=SCOPE, nonce="n-of-the-relying-party")
    began = time.time()
    response = assistant.redeem(person.decide(address, write=False))
    assert response.status_code == 200, response.text
    key_set = jwk.JWKSet.from_json(httpx.get(provider["jwks_uri"]).text)
    verified = jwt.JWT(
        jwt=assistant.tokens["id_token"],
        key=key_set,
        algs=provider["id_token_signing_alg_values_supported"],
        check_claims={
            "iss": provider["issuer"],
            "aud": assistant.key,
            "nonce": "n-of-the-relying-party",
            "exp": None,
            "iat": None,
            "sub": None,
            "at_hash": None,
        },
    )
    claims = json.loads(verified.claims)
    assert began - 60 <= claims["auth_time"] <= time.time()
    bearer = {"authorization": f"Bearer {assistant.tokens['access_token']}"}
    told = httpx.get(provider["userinfo_endpoint"], headers=bearer).json()
    assert told == {"sub": claims["sub"], "email": EMAIL, "email_verified": True}
    assert assistant.tools(), "the same token works at the endpoint"
    log = server.log.read_text()
    for secret in (assistant.tokens["id_token"], assistant.tokens["access_token"], assistant.secret):
        assert secret not in log

    switch(server, on=False)
    assert httpx.get(f"{server.url}/.well-known/openid-configuration").status_code == 404
    assert httpx.get(provider["userinfo_endpoint"], headers=bearer).status_code == 404
    assert assistant.tools(), "switching it off cuts no connection"
