"""What reading a module lets an app see, in the words of the consent page."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.rights import MODULE_NAMES, Module

# One entry for each module that a tool can read; a test compares the two.
COVERS: dict[Module, Promise] = {
    Module.ASSETS: _(
        "locations, equipment, tools and spare parts, their data sheets, custom fields and documents"
    ),
    Module.METERS: _("meters and their readings"),
    Module.WORK_ORDERS: _(
        "state, dates, responsible person, tasks, subtasks, notes, parts, hours and attachments"
    ),
    Module.WORK_REQUESTS: _("what was reported, by whom, when, and what became of it"),
    Module.TASKS: _("pending tasks, task plans and their triggers"),
    Module.INVENTORY: _("warehouses, stock, entries, issues and material requests"),
    Module.PEOPLE: _("names, codes, e-mail addresses, telephone numbers and roles of the staff"),
    Module.THIRD_PARTIES: _(
        "suppliers, manufacturers, service providers and customers, with their contacts and services"
    ),
    Module.METRICS: _("availability, reliability, and what maintenance cost"),
    Module.TRANSACTIONS_LOG: _("who changed which record, and when"),
}


def details_of(modules: Iterable[str]) -> list[tuple[str, str]]:
    """Return (name, what it covers) for the modules that are named in the person's language."""
    named = set(modules)
    return [
        (str(MODULE_NAMES[module]), str(covers))
        for module, covers in COVERS.items()
        if str(MODULE_NAMES[module]) in named
    ]
