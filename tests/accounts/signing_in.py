"""Signs in through the form."""

from __future__ import annotations

import re
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from tests.factories import PASSWORD
from tests.pages import form_at, send, text_of

LOGIN, SET_UP = "/accounts/login/", "/accounts/2fa/totp/activate/"


def sign_in(client: Client, email: str, password: str = PASSWORD, url: str = LOGIN, **more: str) -> Any:
    return send(client, url, {"login": email, "password": password, **more}, action=LOGIN)


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def finish_set_up(client: Client, url: str) -> Any:
    """Walk from the set-up to the page behind it, as a person does."""
    asked = client.get(url)
    assert asked["Location"].startswith("/accounts/reauthenticate/"), "the password first"
    back = send(client, asked["Location"], {"password": PASSWORD}, action="/accounts/reauthenticate/")
    assert back["Location"] == url
    page = client.get(url)
    assert "Your company requires two-step sign-in" in text_of(page)
    secret = re.search(r"<code>([A-Z2-7]{16,})</code>", text_of(page))
    assert secret
    fields = dict(form_at(page, SET_UP).fields) | {"code": code_of(secret[1])}
    codes = client.post(SET_UP, fields)
    assert codes.status_code == 302
    shown = text_of(client.get(codes["Location"]))
    onward = re.search(r'class="button primary" href="([^"]+)">Continue', shown)
    assert onward, shown
    return client.get(onward[1])
