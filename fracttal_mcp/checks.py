"""Numbered checks for what a production installation must have (`manage.py check --deploy`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Error as CheckError
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ImproperlyConfigured

from consumers.key_ring import parse


@register(Tags.security)
def check_key_ring(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        if settings.UPSTREAM_KEYS:
            parse(settings.UPSTREAM_KEYS)
    except ImproperlyConfigured as error:
        return [CheckError(str(error), id="fracttal_mcp.E001")]
    return []


@register(Tags.security, deploy=True)
def check_installation(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not settings.PRODUCTION:
        found.append(
            CheckWarning(
                "DJANGO_ENV is not production.",
                hint="Set DJANGO_ENV=production: it asks for https and keys and forbids demo accounts.",
                id="fracttal_mcp.W001",
            )
        )
    if settings.CREDENTIAL_HASH_KEY == settings.SECRET_KEY:
        found.append(
            CheckWarning(
                "CREDENTIAL_HASH_KEY is not set, so changing SECRET_KEY would cut every consumer and token.",
                hint="Set CREDENTIAL_HASH_KEY to a random value before the first consumer is made.",
                id="fracttal_mcp.W002",
            )
        )
    if not settings.EMAIL_URL:
        found.append(
            CheckWarning(
                "EMAIL_URL is not set, so people cannot reset their passwords.",
                hint="Set EMAIL_URL, for example smtp+tls://user:password@mail.example.com:587",
                id="fracttal_mcp.W003",
            )
        )
    if settings.WORKERS > 1 and not settings.REDIS_URL:
        found.append(
            CheckWarning(
                "Several processes without REDIS_URL keep rate limits each for itself.",
                hint="Set REDIS_URL, for example redis://127.0.0.1:6379/0",
                id="fracttal_mcp.W004",
            )
        )
    if not settings.UPSTREAM_KEYS:
        found.append(
            CheckWarning(
                "UPSTREAM_KEYS is not set, so no company can choose Fracttal One as its API connection.",
                hint="Set UPSTREAM_KEYS as docs/settings.md says, or leave it where all data is embedded.",
                id="fracttal_mcp.W005",
            )
        )
    return found
