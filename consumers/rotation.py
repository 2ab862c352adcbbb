"""Adds and removes the secrets of consumers, with their events, and warns before one expires.

The screens, the commands and the admin API all come here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from audit.kinds import Kind
from audit.recording import Subject, record
from consumers.models import Consumer, ConsumerSecret
from consumers.models.secrets import WARNING_DAYS


def add_secret(
    consumer: Consumer,
    *,
    by: User | None,
    expires_at: dt.datetime | None = None,
    address: str = "",
    facts: Mapping[str, Any] | None = None,
) -> tuple[ConsumerSecret, str]:
    """Add a secret. Return it with its value, which cannot be read again later.

    Raises ValidationError if the consumer is public or has two live secrets.
    """
    with transaction.atomic():
        secret, value = ConsumerSecret.objects.issue(consumer, by=by, expires_at=expires_at)
        _record(Kind.SECRET_ADDED, secret, by, address, facts)
    return secret, value


def remove_secret(
    secret: ConsumerSecret, *, by: User | None, address: str = "", facts: Mapping[str, Any] | None = None
) -> bool:
    """Remove a secret; False if it was removed already. Raises ValidationError for the only live one."""
    with transaction.atomic():
        removed = secret.revoke()
        if removed:
            _record(Kind.SECRET_REMOVED, secret, by, address, facts)
    return removed


def warn_of_ends() -> int:
    """Record once for each step of WARNING_DAYS that a secret is about to expire. Return how many events."""
    soon = timezone.now() + dt.timedelta(days=max(WARNING_DAYS))
    ending = ConsumerSecret.objects.live().filter(expires_at__lte=soon, consumer__enabled=True)
    return sum(_warn(secret) for secret in ending.select_related("consumer"))


def _warn(secret: ConsumerSecret) -> bool:
    step = secret.warning_step
    if step is None:
        return False
    with transaction.atomic():
        unsaid = ConsumerSecret.objects.filter(Q(warned_days=None) | Q(warned_days__gt=step), pk=secret.pk)
        if not unsaid.update(warned_days=step):
            return False
        _record(Kind.SECRET_EXPIRING, secret, None, "", {"days": step})
    return True


def _record(
    kind: Kind, secret: ConsumerSecret, by: User | None, address: str, facts: Mapping[str, Any] | None
) -> None:
    ends = secret.expires_at.isoformat() if secret.expires_at else None
    record(
        kind,
        company_id=secret.consumer.company_id,
        user=by,
        consumer=secret.consumer,
        subject=Subject("secret", str(secret.pk), f"••••{secret.hint}"),
        facts={"expires_at": ends, **(facts or {})},
        address=address,
    )
