"""create_company, the command that starts an installation."""

from __future__ import annotations

import io
import sys

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Company, Membership, User
from tests.factories import UserFactory


def create(**options: object) -> str:
    out = io.StringIO()
    defaults: dict[str, object] = {
        "name": "Planta Uno",
        "slug": "uno",
        "admin_email": "First@Example.com",
        "password_stdin": True,
    }
    call_command("create_company", stdout=out, **{**defaults, **options})
    return out.getvalue()


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.mark.django_db
def test_a_company_begins_with_groups_and_an_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "an excellent passphrase\n")
    out = create(language="pt-br", time_zone="America/Sao_Paulo", currency="BRL")
    company = Company.objects.get(slug="uno")
    assert (company.language, company.time_zone, company.currency) == ("pt-br", "America/Sao_Paulo", "BRL")
    names = set(company.permission_groups.values_list("name", flat=True))
    assert names == {"Administradores", "Planejadores", "Técnicos", "Somente leitura"}
    user = User.objects.get(email="first@example.com")
    assert user.check_password("an excellent passphrase")
    rights = Membership.objects.get(user=user).rights
    assert "configuration:edit" in rights
    for group in company.permission_groups.exclude(name="Administradores"):
        assert not any(right.startswith("configuration:") for right in group.rights), group
        assert not any(right.endswith(":delete") for right in group.rights), group
    assert "passphrase" not in out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "options"),
    [
        ("short", {}),
        ("", {}),
        ("an excellent passphrase", {"slug": "not a slug"}),
        ("an excellent passphrase", {"time_zone": "Mars/Olympus"}),
        ("an excellent passphrase", {"currency": "pesos"}),
        ("an excellent passphrase", {"currency": "QQQ"}),
        ("an excellent passphrase", {"admin_email": "no address"}),
    ],
)
def test_nothing_is_created_from_bad_input(
    monkeypatch: pytest.MonkeyPatch, password: str, options: dict[str, object]
) -> None:
    typed(monkeypatch, password + "\n")
    with pytest.raises(CommandError):
        create(**options)
    assert not Company.objects.exists()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_an_existing_account_keeps_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    user = UserFactory(email="first@example.com", password="the one it had before")
    typed(monkeypatch, "an excellent passphrase\n")
    create()
    user.refresh_from_db()
    assert user.check_password("the one it had before")
    assert user.memberships.count() == 1
