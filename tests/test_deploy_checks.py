"""`manage.py check --deploy`: what an installation lacks is named, and a good one has nothing to hear."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import Company
from audit import chain
from audit.kinds import Kind
from audit.recording import record
from fracttal_mcp import key_check
from fracttal_mcp.checks import check_installation
from tests.consumers.sealing_keys import new_key

GOOD: dict[str, Any] = {
    "PRODUCTION": True,
    "SECRET_KEY": secrets.token_urlsafe(50),
    "CREDENTIAL_HASH_KEY": secrets.token_urlsafe(50),
    "UPSTREAM_KEYS": new_key("k1"),
    "PUBLIC_URL": "https://mcp.example.com",
    "ALLOWED_HOSTS": ["mcp.example.com"],
    "TRUSTED_PROXY": True,
    "HOST": "127.0.0.1",
    "LOG_LEVEL": "INFO",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.com:587",
    "EMAIL_FROM": "maintenance@example.com",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "WORKERS": 1,
    "DATABASE_URL": "postgres://user@db/name",
}


def found(settings: Settings, **changes: Any) -> set[str]:
    for name, value in (GOOD | changes).items():
        setattr(settings, name, value)
    return {str(message.id).removeprefix("fracttal_mcp.") for message in check_installation(None)}


def test_case_278_a_good_installation_has_nothing_to_hear(settings: Settings) -> None:
    """OWASP ASVS 13.4: the configuration itself is checked."""
    assert found(settings) == set()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"PRODUCTION": False}, {"W001"}),
        ({"CREDENTIAL_HASH_KEY": GOOD["SECRET_KEY"]}, {"W002"}),
        ({"CREDENTIAL_HASH_KEY": "short"}, {"W006"}),
        ({"UPSTREAM_KEYS": ""}, {"W005"}),
        ({"ALLOWED_HOSTS": ["*"]}, {"W007"}),
        ({"ALLOWED_HOSTS": [".example.com"]}, {"W007"}),
        ({"TRUSTED_PROXY": False}, {"W008"}),
        ({"HOST": "0.0.0.0"}, {"W009"}),
        ({"LOG_LEVEL": "DEBUG"}, {"W010"}),
        ({"EMAIL_URL": ""}, {"W003"}),
        ({"EMAIL_URL": "smtp://mail.example.com"}, {"W011"}),
        ({"EMAIL_FROM": "fracttal-mcp@localhost"}, {"W012"}),
        ({"WORKERS": 4, "REDIS_URL": ""}, {"W004"}),
        ({"WORKERS": 4, "DATABASE_URL": "sqlite:///file"}, {"W013"}),
    ],
)
def test_case_278_what_is_missing_is_named(
    settings: Settings, changes: dict[str, Any], named: set[str]
) -> None:
    """Each of keys, https, hosts, e-mail, proxy, database, Redis and log level."""
    assert found(settings, **changes) == named


@pytest.mark.django_db
def test_case_257_another_hash_key_is_noticed_before_serving(monkeypatch: pytest.MonkeyPatch) -> None:
    """NIST SP 800-57: a service that would refuse every credential does not begin."""
    assert key_check.problem() == ""
    company = Company.objects.create(name="Planta", slug="planta")
    record(Kind.SETTINGS_CHANGED, company_id=company.pk)
    record(Kind.SETTINGS_CHANGED, company_id=company.pk)
    assert key_check.problem() == ""
    monkeypatch.setattr(chain, "_KEY", b"another key")
    assert "CREDENTIAL_HASH_KEY is not the one" in key_check.problem()
    errors = run_checks(include_deployment_checks=True, databases=["default"])
    assert "fracttal_mcp.E002" in {error.id for error in errors}
    with pytest.raises(CommandError, match="CREDENTIAL_HASH_KEY"):
        call_command("serve")
    call_command("accept_hash_key")
    assert key_check.problem() == ""
