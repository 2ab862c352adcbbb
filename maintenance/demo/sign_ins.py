"""Companies, permission groups and accounts of the demo. Never for production."""

from __future__ import annotations

from accounts.models import Company, Language, Membership, PermissionGroup, User
from accounts.rights import ALL_RIGHTS, Action, Module

PASSWORD = "demo-only-password"  # noqa: S105 (public on purpose: printed by `make run`)

_view_all = {f"{module}:{Action.VIEW}" for module in Module if module is not Module.CONFIGURATION}
GROUPS: dict[str, tuple[set[str] | frozenset[str], bool]] = {
    # name: rights, own work orders only
    "Administrators": (ALL_RIGHTS, False),
    "Planners": (
        _view_all
        | {
            f"{module}:{action}"
            for module in (Module.WORK_REQUESTS, Module.WORK_ORDERS, Module.METERS)
            for action in (Action.ADD, Action.EDIT)
        },
        False,
    ),
    "Technicians": (
        {
            f"{Module.WORK_ORDERS}:{Action.VIEW}",
            f"{Module.WORK_ORDERS}:{Action.EDIT}",
            f"{Module.ASSETS}:{Action.VIEW}",
            f"{Module.METERS}:{Action.VIEW}",
            f"{Module.METERS}:{Action.ADD}",
        },
        True,
    ),
    "Read only": (_view_all, False),
}
DEMO_USERS = (
    ("admin@demo.example", "Ana María Torres Gil", "Administrators"),
    ("planner@demo.example", "Luis Herrera Pardo", "Planners"),
    ("technician@demo.example", "Carlos Rojas Medina", "Technicians"),
)
OTHER_USERS = (("admin@other.example", "Beatriz Almeida", "Administrators"),)


def add_demo_company() -> Company:
    return Company.objects.create(
        name="Planta Demo", slug="demo", language=Language.ES, time_zone="America/Bogota"
    )


def add_other_company() -> Company:
    return Company.objects.create(
        name="Laticínios Serra Azul", slug="other", language=Language.PT_BR, time_zone="America/Sao_Paulo"
    )


def add_sign_ins(company: Company, users: tuple[tuple[str, str, str], ...]) -> None:
    groups = {
        name: PermissionGroup.objects.create(
            company=company, name=name, rights=sorted(rights), own_work_orders_only=own_only
        )
        for name, (rights, own_only) in GROUPS.items()
    }
    for email, name, group in users:
        user = User.objects.filter(email=email).first() or User.objects.create_user(
            email, PASSWORD, name=name
        )
        Membership.objects.create(user=user, company=company, permission_group=groups[group])
