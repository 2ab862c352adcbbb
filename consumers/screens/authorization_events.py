"""The events of app authorizations that were changed, for the transactions log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from accounts.models import User
from audit.kinds import Kind
from audit.models import Event
from audit.recording import Changes, Subject, event_of
from consumers.models import AppAuthorization


def ended(
    keys: Sequence[int], *, by: User | None, address: str, facts: Mapping[str, Any] | None = None
) -> list[Event]:
    """Return the events of authorizations that another change has ended."""
    changed: dict[int, Changes] = {key: {} for key in keys}
    return list(events(Kind.AUTHORIZATION_REVOKED, changed, by=by, address=address, facts=facts))


def events(
    kind: Kind,
    changed: dict[int, Changes],
    *,
    by: User | None,
    address: str,
    facts: Mapping[str, Any] | None = None,
) -> Iterator[Event]:
    rows = AppAuthorization.objects.filter(pk__in=changed).select_related("consumer", "user").order_by("pk")
    for row in rows:
        yield event_of(
            kind,
            company_id=row.consumer.company_id,
            user=by,
            consumer=row.consumer,
            authorization_id=row.pk,
            subject=Subject("user", str(row.user_id), row.user.display_name),
            changes=changed[row.pk],
            facts=facts,
            address=address,
        )
