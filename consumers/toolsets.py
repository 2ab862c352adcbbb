"""Tool sets that an administrator can allow a consumer, in addition to the standard tools."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEFAULT_TOOLSET = "default"
TOOLSETS: dict[str, Promise] = {
    "planning": _("Planning: planned work by day, expiring documents, pending tasks, task plans of assets"),
    "execution": _("Execution: subtasks, resources and attachments of work orders"),
    "inventory_writes": _("Stock: warehouses, stock items, entries, issues and adjustments"),
    "catalogue_writes": _("Master data: assets, meters, people, third parties and documents"),
}
SET_NAMES: dict[str, Promise] = {DEFAULT_TOOLSET: _("Standard tools"), **TOOLSETS}


def check_toolsets(names: list[str]) -> None:
    """Validate the model field: a list of known names without duplicates."""
    if not isinstance(names, list) or len(set(names)) != len(names) or not set(names) <= TOOLSETS.keys():
        raise ValidationError(_("Choose tool sets from the list."))
