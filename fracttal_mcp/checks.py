"""Numbered checks for what a production installation must have (`manage.py check --deploy`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Error as CheckError
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from accounts.key_ring import parse
from fracttal_mcp import key_check

LEAST_KEY_LENGTH = 32
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@register(Tags.security)
def check_key_ring(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        if settings.UPSTREAM_KEYS:
            parse(settings.UPSTREAM_KEYS)
    except ImproperlyConfigured as error:
        return [CheckError(str(error), id="fracttal_mcp.E001")]
    return []


@register(Tags.database, deploy=True)
def check_hash_key(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Look into the database: only with `--database default`."""
    if "default" not in (kwargs.get("databases") or ()):
        return []
    try:
        wrong = key_check.problem()
    except DatabaseError as error:
        return [CheckError(f"The database does not answer: {type(error).__name__}.", id="fracttal_mcp.E003")]
    return [CheckError(wrong, id="fracttal_mcp.E002")] if wrong else []


@register(Tags.security, deploy=True)
def check_installation(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [
        CheckWarning(what, hint=hint, id=f"fracttal_mcp.W{number:03d}")
        for number, what, hint in (*_keys(), *_ways_in(), *_services())
    ]


Found = Iterator[tuple[int, str, str]]


def _keys() -> Found:
    if not settings.PRODUCTION:
        yield (
            1,
            "DJANGO_ENV is not production.",
            "Set DJANGO_ENV=production: it asks for https and keys and forbids demo accounts.",
        )
    if settings.CREDENTIAL_HASH_KEY == settings.SECRET_KEY:
        yield (
            2,
            "CREDENTIAL_HASH_KEY is not set, so changing SECRET_KEY would cut every consumer and token.",
            "Set CREDENTIAL_HASH_KEY to a random value before the first consumer is made.",
        )
    elif len(settings.CREDENTIAL_HASH_KEY) < LEAST_KEY_LENGTH:
        yield 6, "CREDENTIAL_HASH_KEY is short.", f"Use {LEAST_KEY_LENGTH} or more random characters."
    if not settings.UPSTREAM_KEYS:
        yield (
            5,
            "UPSTREAM_KEYS is not set, so no company can choose Fracttal One as its API connection.",
            "Set UPSTREAM_KEYS as docs/settings.md says, or leave it where all data is embedded.",
        )


def _ways_in() -> Found:
    if any(host == "*" or host.startswith(".") for host in settings.ALLOWED_HOSTS):
        yield 7, "ALLOWED_HOSTS admits more than single hosts.", "Name each host that people use."
    behind_tls = settings.PUBLIC_URL.startswith("https://")
    if behind_tls and not settings.TRUSTED_PROXY:
        yield (
            8,
            "PUBLIC_URL is https and no proxy is trusted: requests count as plain http from one address.",
            "Set TRUSTED_PROXY=1 where a proxy in front sets X-Forwarded-Proto and X-Forwarded-For.",
        )
    if settings.TRUSTED_PROXY and settings.HOST not in LOOPBACK:
        yield (
            9,
            f"A proxy is trusted, and HOST={settings.HOST} is reachable beside it: whoever reaches the port "
            "can forge addresses.",
            "Listen on 127.0.0.1, or let only the proxy reach the port.",
        )
    if settings.LOG_LEVEL == "DEBUG":
        yield 10, "LOG_LEVEL is DEBUG.", "Use INFO: libraries write details of requests at DEBUG."


def _services() -> Found:
    if not settings.EMAIL_URL:
        yield (
            3,
            "EMAIL_URL is not set, so no mail is sent: no reset of a password, no invitation.",
            "Set EMAIL_URL, for example smtp+tls://user:password@mail.example.com:587",
        )
    else:
        mail = urlsplit(settings.EMAIL_URL)
        if mail.scheme not in {"smtp+tls", "smtps"} and mail.hostname not in LOOPBACK:
            yield 11, "EMAIL_URL sends links for passwords in clear.", "Use smtp+tls:// or smtps://."
        if settings.EMAIL_FROM.endswith("@localhost"):
            yield 12, "EMAIL_FROM is an address that nobody can answer.", "Set EMAIL_FROM."
    if settings.WORKERS > 1 and not settings.REDIS_URL:
        yield (
            4,
            "Several processes without REDIS_URL keep rate limits each for itself.",
            "Set REDIS_URL, for example redis://127.0.0.1:6379/0",
        )
    if settings.WORKERS > 1 and settings.DATABASE_URL.startswith("sqlite"):
        yield 13, "Several processes on SQLite wait for each other.", "Set DATABASE_URL to PostgreSQL."
