"""Shared by tests of registration: a company's rules, and a program that registers over HTTP."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import Company, PermissionGroup
from consumers.digests import Prefix, digest, make
from consumers.models import Consumer
from consumers.registrations.models import InitialAccessToken, Registration, RegistrationRules
from tests.consumers.conftest import Program

# As Copilot Studio and Cursor send it (docs/reference/mcp.md#clients): several callbacks, unknown entries.
METADATA: dict[str, Any] = {
    "client_name": "Copilot",
    "redirect_uris": ["https://global.consent.azure-apim.net/redirect/my-20connector_1"],
    "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
    "response_types": ["code"],
    "token_endpoint_auth_method": "client_secret_post",
    "client_uri": "https://copilotstudio.microsoft.com/",
    "application_type": "web",
}


def rules_of(company: Company, mode: str = "inbox", **fields: Any) -> RegistrationRules:
    rules, _made = RegistrationRules.objects.update_or_create(
        company=company, defaults={"mode": mode, **fields}
    )
    return rules


def token_for(company: Company, group: PermissionGroup, days: float = 7) -> str:
    token = make(Prefix.INITIAL_ACCESS_TOKEN)
    InitialAccessToken.objects.create(
        company=company, permission_group=group, label="n8n", token_digest=digest(token), hint=token[-4:],
        expires_at=timezone.now() + dt.timedelta(days=days),
    )  # fmt: skip
    return token


def send(path: str, data: Any, token: str = "", method: str = "post", **extra: Any) -> Any:
    body = data if isinstance(data, bytes | str) else json.dumps(data)
    headers: Any = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
    return Client().generic(method.upper(), path, body, content_type="application/json", **headers, **extra)


def program_of(told: dict[str, Any]) -> Program:
    """Return the program as it continues after its admission."""
    consumer = Consumer.objects.get(client_id=told["client_id"])
    return Program(consumer, told.get("client_secret", ""), told["redirect_uris"][0])


def waiting() -> Registration:
    return Registration.objects.waiting().get()
