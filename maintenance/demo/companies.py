"""Companies and accounts of the demo. Never for production."""

from __future__ import annotations

from accounts.models import Company, Language, Membership, User
from accounts.standard_groups import create_standard_groups

PASSWORD = "demo-only-password"  # noqa: S105 (public on purpose: printed by `make run`)

DEMO_USERS = (
    ("admin@demo.example", "Ana María Torres Gil", "Administrators"),
    ("planner@demo.example", "Luis Herrera Pardo", "Planners"),
    ("technician@demo.example", "Carlos Rojas Medina", "Technicians"),
)
OTHER_USERS = (("admin@other.example", "Beatriz Almeida", "Administrators"),)


def add_demo_company() -> Company:
    return Company.objects.create(
        name="Planta Demo", slug="demo", language=Language.ES, time_zone="America/Bogota", currency="USD"
    )


def add_other_company() -> Company:
    return Company.objects.create(
        name="Laticínios Serra Azul",
        slug="other",
        language=Language.PT_BR,
        time_zone="America/Sao_Paulo",
        currency="USD",
    )


def add_accounts(company: Company, users: tuple[tuple[str, str, str], ...]) -> None:
    groups = create_standard_groups(company)
    for email, name, group in users:
        user = User.objects.filter(email=email).first() or User.objects.create_user(
            email, PASSWORD, name=name
        )
        Membership.objects.create(user=user, company=company, permission_group=groups[group])
