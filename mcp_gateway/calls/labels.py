"""Labels in the caller's language for the constants of an answer, listed once per answer.

Records contain stable English constants, on which programs and later calls rely. `words` gives their names in
the caller's language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from pydantic import BaseModel

from mcp_gateway.protocol.schemas import published

WORDS: Mapping[str, str | Promise] = {
    "in_process": _("In process"),
    "review": _("In review"),
    "completed": _("Finished"),
    "cancelled": _("Cancelled"),
    "not_started": _("Not started"),
    "in_progress": _("In progress"),
    "paused": _("Paused"),
    "done": pgettext_lazy("task", "Done"),
    "open": _("Open"),
    "work_order_in_process": _("Work order in process"),
    "solved_without_work_order": _("Resolved without work order"),
    "solved_with_work_order": _("Resolved with work order"),
    "waiting_for_work_order": _("Waiting for a work order"),
    "work_order_in_review": _("Work order in review"),
    "work_order_cancelled": _("Work order cancelled"),
    "waiting_for_another_work_order": _("Waiting for another work order"),
    "removed_from_pending": _("Removed from pending tasks"),
    "rejected": _("Rejected"),
    "from_guest_portal": _("Created from the guest portal"),
    "very_high": _("Very high"),
    "high": _("High"),
    "medium": _("Medium"),
    "low": _("Low"),
    "very_low": _("Very low"),
    "none": pgettext_lazy("damage", "None"),
    "environment": _("Environment"),
    "facilities": _("Facilities"),
    "internal_staff": _("Own staff"),
    "third_parties": _("Third parties"),
    "other": pgettext_lazy("damage", "Other"),
    "location": _("Location"),
    "equipment": _("Equipment"),
    "tool": _("Tool"),
    "spare_part": _("Spare part or supply"),
    "digital": _("Digital asset"),
    "counter": _("Counter"),
    "gauge": _("Gauge"),
    "part": _("Part"),
    "labour": _("Labour"),
    "service": _("Service"),
    "service_provider": _("Service provider"),
    "manufacturer": _("Manufacturer"),
    "supplier": _("Supplier"),
    "customer": _("Customer"),
}


def words(model: type[BaseModel], language: str, answer: bytes) -> dict[str, dict[str, str]]:
    """Return `{field: {constant: label}}` for the constants in this serialized answer; nothing in English."""
    if language.startswith("en"):
        return {}
    found: dict[str, dict[str, str]] = {}
    for member, field, constant, label in labels(model, language):
        if member in answer:
            found.setdefault(field, {})[constant] = label
    return found


@cache
def labels(model: type[BaseModel], language: str) -> tuple[tuple[bytes, str, str, str], ...]:
    """Return each constant of this output model: as it is serialized, its field, the constant, its label."""
    with translation.override(language):
        return tuple(
            (f'"{field}":"{constant}"'.encode(), field, constant, str(WORDS[constant]))
            for field, constants in _constants(published(model))
            if all(constant in WORDS for constant in constants)
            for constant in constants
        )


def _constants(schema: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield each field with fixed constants, at any depth. Fields of the same name are merged."""
    merged: dict[str, list[str]] = {}

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for part in node:
                walk(part)
        if not isinstance(node, dict):
            return
        for name, field in node.get("properties", {}).items():
            for constant in field.get("enum", ()) if isinstance(field, dict) else ():
                merged.setdefault(name, [])
                if constant not in merged[name]:
                    merged[name].append(constant)
        for part in node.values():
            walk(part)

    walk(schema)
    yield from merged.items()
