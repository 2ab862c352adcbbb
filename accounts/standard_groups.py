"""The permission groups of a new company. Its administrators may change them."""

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
# Names are in the company's language, not the reader's: a group is a record that administrators may rename.
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
    """Find a group by its name, or a standard group by its name in any language.

    Documents spell the names in their own language.
    """
    groups = PermissionGroup.objects.filter(company=company)
    found = groups.filter(name=name).first()
    if found is not None:
        return found
    meant = {group for names in NAMES.values() for group, known in names.items() if known == name}
    return groups.filter(name__in=[NAMES[company.language][group] for group in meant]).first()
