"""The transaction log as the REST contract shows it."""

from __future__ import annotations

from tests.oracle.contract_rows import Shown, iso
from tests.oracle.plants import Plant

MODULES = {
    1: "ASSETS",
    2: "HUMAN_RESOURCES",
    3: "THIRD_PARTIES",
    4: "WAREHOUSES",
    5: "TASKS",
    6: "MONITORING",
    7: "AUTOMATOR",
    9: "VIRTUAL_DISK",
    10: "CONFIGURATION",
    11: "WORK_REQUESTS",
    13: "MATERIAL_REQUESTS",
    14: "TEAMS",
}

SHOWN = ("id", "ip_address", "name", "email", "action", "description")


def transactions(plant: Plant) -> list[Shown]:
    """Return the log, newest first. Rows name their module; requests filter by its number."""
    rows: list[Shown] = []
    for change in sorted(plant["Transaction"], key=lambda row: (row["event_date"], row["id"]), reverse=True):
        shown = {name: change[name] for name in SHOWN}
        shown |= {
            "event_date": iso(change["event_date"]),
            "module_description": MODULES[change["module"]],
            "sub_module_description": change["sub_module"],
        }
        rows.append((shown, {"module": change["module"], "event_date": change["event_date"]}))
    return rows
