"""The details of a row of the log as texts: what was changed from what to what, and further facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from activity.field_names import field_name
from audit.models import Event


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    before: str
    after: str


def changes_of(event: Event) -> list[Change]:
    """Return the changes by field. PostgreSQL does not keep the order in which they were recorded."""
    found = [
        Change(field_name(name), *(as_text(part) for part in (pair if _is_pair(pair) else [None, pair])))
        for name, pair in event.changes.items()
    ]
    return sorted(found, key=lambda change: change.field)


def facts_of(event: Event) -> list[tuple[str, str]]:
    return sorted((field_name(name), as_text(value)) for name, value in event.facts.items())


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def as_text(value: Any) -> str:
    """Return a JSON value as people read it; "–" for nothing."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "\n".join(as_text(part) for part in value)
    if isinstance(value, dict):
        return "\n".join(f"{field_name(str(name))}: {as_text(part)}" for name, part in value.items())
    return str(value)
