"""Signs in through the form."""

from __future__ import annotations

from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from tests.factories import PASSWORD
from tests.pages import send

LOGIN = "/accounts/login/"


def sign_in(client: Client, email: str, password: str = PASSWORD, url: str = LOGIN, **more: str) -> Any:
    return send(client, url, {"login": email, "password": password, **more}, action=LOGIN)


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))
