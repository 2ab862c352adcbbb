"""The permission groups that a new company starts with; its administrators change them freely."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from accounts.models import Company, Language, PermissionGroup
from accounts.rights import ALL_RIGHTS


class StandardGroup(enum.Enum):
    ADMINISTRATORS = enum.auto()
    PLANNERS = enum.auto()
    TECHNICIANS = enum.auto()
    READ_ONLY = enum.auto()


_READ_ALL = {right for right in ALL_RIGHTS if right.endswith(":view") and right != "configuration:view"}

RIGHTS: Mapping[StandardGroup, set[str]] = {
    StandardGroup.ADMINISTRATORS: set(ALL_RIGHTS),
    StandardGroup.PLANNERS: _READ_ALL
    | {
        f"{module}:{action}"
        for module in ("work_orders", "work_requests", "meters", "tasks")
        for action in ("add", "edit")
    },
    StandardGroup.TECHNICIANS: {
        "assets:view",
        "inventory:view",
        "meters:add",
        "meters:view",
        "tasks:view",
        "work_orders:edit",
        "work_orders:view",
        "work_requests:add",
        "work_requests:view",
    },
    StandardGroup.READ_ONLY: {"assets:view", "meters:view", "work_orders:view", "work_requests:view"},
}
OWN_WORK_ORDERS_ONLY = {StandardGroup.TECHNICIANS}
# In the language of the company, not of the reader: a group is a record, and its administrators rename it.
NAMES: Mapping[str, Mapping[StandardGroup, str]] = {
    Language.EN: {
        StandardGroup.ADMINISTRATORS: "Administrators",
        StandardGroup.PLANNERS: "Planners",
        StandardGroup.TECHNICIANS: "Technicians",
        StandardGroup.READ_ONLY: "Read only",
    },
    Language.ES: {
        StandardGroup.ADMINISTRATORS: "Administradores",
        StandardGroup.PLANNERS: "Planificadores",
        StandardGroup.TECHNICIANS: "Técnicos",
        StandardGroup.READ_ONLY: "Solo lectura",
    },
    Language.PT_BR: {
        StandardGroup.ADMINISTRATORS: "Administradores",
        StandardGroup.PLANNERS: "Planejadores",
        StandardGroup.TECHNICIANS: "Técnicos",
        StandardGroup.READ_ONLY: "Somente leitura",
    },
}


def create_standard_groups(company: Company) -> dict[StandardGroup, PermissionGroup]:
    names = NAMES[company.language]
    return {
        group: PermissionGroup.objects.create(
            company=company,
            name=names[group],
            rights=sorted(rights),
            own_work_orders_only=group in OWN_WORK_ORDERS_ONLY,
        )
        for group, rights in RIGHTS.items()
    }


def find_group(company: Company, name: str) -> PermissionGroup | None:
    """By its name. A standard group also by its name in another language, which is how documents spell it."""
    groups = PermissionGroup.objects.filter(company=company)
    found = groups.filter(name=name).first()
    if found is not None:
        return found
    meant = {group for names in NAMES.values() for group, known in names.items() if known == name}
    return groups.filter(name__in=[NAMES[company.language][group] for group in meant]).first()
