"""NUL characters in requests of people and programs never cause a 500; PostgreSQL stores none in texts."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from tests.conftest import World
from tests.consumers.conftest import Register, signed_in

NULL = "a\x00b"
FIELDS = (
    "client_id", "client_secret", "code", "code_verifier", "redirect_uri", "refresh_token", "resource",
    "scope", "state", "token", "token_type_hint", "username", "request", "login", "password", "email", "q",
    "page", "next", "name", "text",
)  # fmt: skip
PLACES = (
    "/oauth/authorize", "/oauth/authorize/finish", "/oauth/token", "/oauth/revoke", "/oauth/introspect",
    "/oauth/register", "/accounts/login/", "/accounts/password/reset/", "/settings/user-accounts/",
    "/settings/user-accounts/add/", "/settings/user-accounts/groups/add/", "/settings/general/",
    "/settings/connections/",
    "/records/assets/a%00b", "/records/people/a%00b", "/records/work-orders/a%00b",
    "/records/meters/99999999999999999999",
    "/records/work-requests/99999999999999999999", "/settings/user-accounts/99999999999999999999/",
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("place", PLACES)
def test_no_door_fails(register: Register, world: World, place: str) -> None:
    program = register()
    known = {"client_id": program.consumer.client_id, "client_secret": program.secret}
    for client in (Client(raise_request_exception=False), signed_in(world.owner)):
        client.raise_request_exception = False
        for grant in ("authorization_code", "refresh_token", "client_credentials"):
            for field in (*FIELDS, None):
                sent = {"grant_type": grant, "response_type": "code", **known}
                sent |= {field: NULL} if field else dict.fromkeys(FIELDS, NULL)
                assert client.get(f"{place}?{urlencode(sent)}").status_code < 500, (place, field)
                answer = client.post(place, urlencode(sent), content_type="application/x-www-form-urlencoded")
                assert answer.status_code < 500, (place, field)
            if place != "/oauth/token":
                break


@pytest.mark.django_db
def test_a_cookie_of_a_session(world: World) -> None:
    client = Client(raise_request_exception=False)
    for value in (NULL, "a" * 5000, "\x00" * 32):
        client.cookies[settings.SESSION_COOKIE_NAME] = value
        assert client.get("/settings/").status_code < 500
