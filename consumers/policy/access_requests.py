"""Requests of people to use an app, and the decisions of administrators, with their events in the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Company, Membership, User
from audit.kinds import Kind
from audit.recording import Subject, record
from consumers.models import Consumer
from consumers.policy.access import is_chosen
from consumers.policy.models import AccessRequest


def begin(consumer: Consumer, membership: Membership, *, address: str) -> None:
    """Let the person wait for a decision. A second click changes nothing."""
    try:
        with transaction.atomic():
            AccessRequest.objects.update_or_create(
                consumer=consumer,
                membership=membership,
                defaults={
                    "approved": None,
                    "asked_at": timezone.now(),
                    "decided_at": None,
                    "decided_by": None,
                },
            )
            _record(Kind.ACCESS_ASKED, consumer, membership, membership.user, address)
    except IntegrityError:
        return


def decide(
    key: int,
    company: Company,
    *,
    approve: bool,
    by: User | None,
    address: str,
    facts: Mapping[str, Any] | None = None,
) -> AccessRequest | None:
    """Approve or refuse. Return the request, None if the company has none of this id.

    `by` is None for a program; `facts` go into the log.

    An approval adds the person to the chosen ones where not everyone may use the app.
    """
    with transaction.atomic():
        request = (
            AccessRequest.objects.select_for_update(of=("self",))
            .select_related("consumer", "membership__user", "membership__permission_group")
            .filter(pk=key, consumer__company=company, membership__company=company)
            .first()
        )
        if request is None:
            return None
        request.approved, request.decided_at, request.decided_by = approve, timezone.now(), by
        request.save(update_fields=["approved", "decided_at", "decided_by"])
        consumer, membership = request.consumer, request.membership
        if approve and not is_chosen(membership, consumer):
            consumer.allowed_members.add(membership)
        elif not approve:
            consumer.allowed_members.remove(membership)
        kind = Kind.ACCESS_APPROVED if approve else Kind.ACCESS_REFUSED
        _record(kind, consumer, membership, by, address, facts)
    return request


def _record(
    kind: Kind,
    consumer: Consumer,
    membership: Membership,
    by: User | None,
    address: str,
    facts: Mapping[str, Any] | None = None,
) -> None:
    record(
        kind,
        company_id=consumer.company_id,
        user=by,
        consumer=consumer,
        subject=Subject("person", str(membership.user_id), membership.user.display_name),
        facts=facts,
        address=address,
    )
