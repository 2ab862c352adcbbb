"""Networks from which a consumer may be used: at the token endpoint, the MCP endpoint and the REST API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings

from accounts.models import Company
from accounts.networks import admits, parse_networks
from audit.models import Event
from consumers.models import AccessToken, Consumer
from mcp_gateway.runtime import runtime
from tests.conftest import World
from tests.consumers.conftest import Program, Register
from tests.pages import browser, post, send, text_of

pytestmark = pytest.mark.django_db(transaction=True)
PLANT, ELSEWHERE = "203.0.113.7", "198.51.100.1"
NETWORKS = ["203.0.113.0/24", "2001:db8::/48"]


def call(token: str, address: str, **headers: Any) -> Any:
    runtime().authentication.forget()
    return Client(REMOTE_ADDR=address).post(
        settings.MCP_PATH,
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
        content_type="application/json",
        HTTP_HOST=urlsplit(settings.PUBLIC_URL).netloc,
        HTTP_AUTHORIZATION=f"Bearer {token}",
        HTTP_ACCEPT="application/json",
        **headers,
    )


def limit(program: Program, networks: Sequence[str] = NETWORKS) -> None:
    Consumer.objects.filter(pk=program.consumer.pk).update(allowed_networks=list(networks))


# The networks are those of RFC 5737 and RFC 3849; which address belongs to which is arithmetic done by hand.
@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("203.0.113.0", True),
        ("203.0.113.255", True),
        ("203.0.114.0", False),
        ("203.0.112.255", False),
        ("::ffff:203.0.113.9", True),
        ("::ffff:203.0.114.9", False),
        ("2001:db8:0:ffff::1", True),
        ("2001:db8:1::1", False),
        ("2001:db8::1%eth0", True),
        ("203.0.113.9:54321", True),
        ("[2001:db8::1]:443", True),
        ("", False),
        ("unknown", False),
        ("203.0.113", False),
        ("203.0.113.7, 198.51.100.1", False),
        ("0", False),
    ],
)
def test_membership(address: str, inside: bool) -> None:
    assert admits(NETWORKS, address) is inside
    assert admits([], address), "without rules every address"


@pytest.mark.parametrize(
    "text", ["203.0.113.7/24", "0.0.0.0/0", "::/0", "plant", "1.2.3.4/33", "::ffff:1.2.3.4", "1.2.3", "\0"]
)
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(ValidationError):
        parse_networks(text)


def test_networks_are_kept_in_one_form() -> None:
    assert parse_networks("203.0.113.7 \n 2001:DB8:0::/48\n203.0.113.7/32") == [
        "203.0.113.7/32",
        "2001:db8::/48",
    ]


def test_no_token_is_issued_elsewhere(program: Program, world: World) -> None:
    code = program.code(world.owner)
    limit(program)
    program.http = Client(REMOTE_ADDR=ELSEWHERE)
    answer = program.redeem(code)
    assert answer.status_code == 400
    assert answer.json()["error"] == "unauthorized_client"
    assert ELSEWHERE in answer.json()["error_description"]
    assert not AccessToken.objects.exists()
    refused = Event.objects.get(kind="token.refused")
    assert (refused.consumer_id, refused.address) == (program.consumer.pk, ELSEWHERE)
    program.http = Client(REMOTE_ADDR=PLANT)
    tokens = program.redeem(code)
    assert tokens.status_code == 200, "the refused try did not use up the code"
    program.http = Client(REMOTE_ADDR=ELSEWHERE)
    assert program.refresh(tokens.json()["refresh_token"]).status_code == 400
    program.http = Client(REMOTE_ADDR=PLANT)
    assert program.refresh(tokens.json()["refresh_token"]).status_code == 200


def test_a_wrong_secret_learns_nothing_of_the_rule(program: Program) -> None:
    limit(program)
    program.http = Client(REMOTE_ADDR=ELSEWHERE)
    answer = program.token(grant_type="refresh_token", refresh_token="x", client_secret="wrong")
    assert answer.json()["error"] == "invalid_client"


def test_a_token_is_refused_elsewhere(program: Program, world: World) -> None:
    token = program.connect(world.owner)["access_token"]
    limit(program)
    refused = call(token, ELSEWHERE)
    assert refused.status_code == 403
    assert f"may not be used from this network ({ELSEWHERE})" in refused.json()["error"]["message"]
    assert call(token, PLANT).status_code == 200
    assert call(token, "2001:db8::5").status_code == 200
    assert call(token, "").status_code == 403, "an unknown address is outside"


def test_what_a_client_claims_of_itself_does_not_count(
    program: Program, world: World, settings: Settings
) -> None:
    token = program.connect(world.owner)["access_token"]
    limit(program)
    assert call(token, ELSEWHERE, HTTP_X_FORWARDED_FOR=PLANT).status_code == 403, "there is no proxy"
    settings.TRUSTED_PROXY = True
    assert call(token, "127.0.0.1", HTTP_X_FORWARDED_FOR=PLANT).status_code == 200
    assert call(token, "127.0.0.1", HTTP_X_FORWARDED_FOR=f"{PLANT}, {ELSEWHERE}").status_code == 403
    assert call(token, "127.0.0.1", HTTP_X_FORWARDED_FOR=f"{ELSEWHERE}, {PLANT}").status_code == 200


def test_the_rest_api_asks_too(register: Register, world: World) -> None:
    program = register(authorization_grant_type=Consumer.GRANT_CLIENT_CREDENTIALS, callback_urls=[])
    token = program.token(grant_type="client_credentials").json()["access_token"]
    limit(program)
    headers = {"Authorization": f"Bearer {token}"}
    refused = Client(REMOTE_ADDR=ELSEWHERE).get("/api/items", headers=headers)
    assert refused.status_code == 403
    assert "may not be used from this network" in refused.json()["message"]
    assert Client(REMOTE_ADDR=PLANT).get("/api/items", headers=headers).status_code == 200


def test_user_info_asks_too(program: Program, world: World) -> None:
    """The e-mail address of a person is told only where the token is good."""
    Company.objects.update(openid_connect=True)
    token = program.connect(world.owner, scope="openid email maintenance:read")["access_token"]
    limit(program)
    headers = {"Authorization": f"Bearer {token}"}
    refused = Client(REMOTE_ADDR=ELSEWHERE).get("/oauth/userinfo", headers=headers)
    assert refused.status_code == 403
    assert "sub" not in refused.json()
    assert Client(REMOTE_ADDR=PLANT).get("/oauth/userinfo", headers=headers).status_code == 200


def test_the_form(program: Program, world: World) -> None:
    url = f"/settings/security/networks/{program.consumer.pk}/"
    client = browser(world.owner, REMOTE_ADDR=PLANT)
    page = client.get(url)
    assert PLANT in text_of(page), "the form says the present address"
    for wrong in ("plant", "0.0.0.0/0", "203.0.113.7/24", "1.2.3.4 \0"):
        answer = send(client, url, {"networks": wrong})
        assert answer.status_code == 422, wrong
        assert 'class="errorlist"' in text_of(answer)
    assert send(client, url, {"networks": "203.0.113.0/24\r\n2001:db8::/48\r\n"}).status_code == 302
    assert Consumer.objects.get().allowed_networks == NETWORKS
    assert "203.0.113.0/24\n2001:db8::/48</textarea>" in text_of(client.get(url))
    assert "203.0.113.0/24" in text_of(client.get("/settings/security/"))
    event = Event.objects.get(kind="consumer.changed")
    assert event.changes == {"allowed_networks": [[], NETWORKS]}
    assert (event.company_id, event.user_email, event.address) == (
        world.company.pk,
        "owner@example.com",
        PLANT,
    )


def test_the_form_is_for_administrators_of_the_company(program: Program, world: World) -> None:
    url = f"/settings/security/networks/{program.consumer.pk}/"
    assert browser(world.colleague).get(url).status_code == 403
    assert browser(world.stranger).get(url).status_code == 404
    assert post(browser(world.stranger), url, {"networks": PLANT}).status_code == 404
    assert Consumer.objects.get().allowed_networks == []
