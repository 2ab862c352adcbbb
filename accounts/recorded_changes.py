"""Records what an administrator changes in a company, or a person in the own account of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from accounts.current import acting_membership, signed_in_user
from accounts.networks import address_of
from audit.kinds import Kind
from audit.recording import App, Changes, Subject, record


def record_change(
    request: HttpRequest,
    kind: Kind,
    *,
    consumer: App | None = None,
    subject: Subject | None = None,
    changes: Changes | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Record a change by the signed-in person, as the last statement of its transaction.

    An empty `changes` means that a form was saved as it was, which is no event.
    """
    if changes is not None and not changes:
        return
    record(
        kind,
        company_id=acting_membership(request).company_id,
        user=signed_in_user(request),
        consumer=consumer,
        subject=subject,
        changes=changes,
        facts=facts,
        address=address_of(request),
    )


def stored_values(model: type[Model], pk: Any, names: Iterable[str]) -> dict[str, Any]:
    """Read the values of these columns from the database; an empty dictionary if there is no such row.

    Of a related record it is its name.
    """
    row = model._default_manager.filter(pk=pk).first() if pk else None
    if row is None:
        return {}
    values = {name: getattr(row, name) for name in names}
    return {name: str(value) if isinstance(value, Model) else value for name, value in values.items()}
