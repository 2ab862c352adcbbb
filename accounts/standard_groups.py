"""The permission groups that a new company starts with; its administrators change them freely."""

from __future__ import annotations

from accounts.models import Company, PermissionGroup
from accounts.rights import ALL_RIGHTS

ADMINISTRATORS = "Administrators"

_READ_ALL = {right for right in ALL_RIGHTS if right.endswith(":view") and right != "configuration:view"}

STANDARD_GROUPS: dict[str, set[str]] = {
    ADMINISTRATORS: set(ALL_RIGHTS),
    "Planners": _READ_ALL
    | {
        f"{module}:{action}"
        for module in ("work_orders", "work_requests", "meters", "tasks")
        for action in ("add", "edit")
    },
    "Technicians": {
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
    "Read only": {"assets:view", "meters:view", "work_orders:view", "work_requests:view"},
}
OWN_WORK_ORDERS_ONLY = {"Technicians"}


def create_standard_groups(company: Company) -> dict[str, PermissionGroup]:
    return {
        name: PermissionGroup.objects.create(
            company=company,
            name=name,
            rights=sorted(rights),
            own_work_orders_only=name in OWN_WORK_ORDERS_ONLY,
        )
        for name, rights in STANDARD_GROUPS.items()
    }
