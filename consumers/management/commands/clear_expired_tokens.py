"""Deletes codes, tokens and requests that can no longer be used or recognized as replays, and warns before
secrets expire; run it daily.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import models
from django.utils import timezone

from connections.models import LinkAttempt
from consumers.handshake.models import KEPT, HandshakeEvent, ParkedCallback
from consumers.models import (
    AccessToken,
    AuthorizationRequest,
    Consumer,
    Grant,
    KeptAnswer,
    PendingRequest,
    RefreshToken,
)
from consumers.registrations.models import InitialAccessToken, Registration
from consumers.rotation import warn_of_ends

BATCH = 1000
# A redeemed code stays this long, so that a replay is detected and revokes the tokens from that code.
KEEP_CODES = dt.timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Deletes expired codes and tokens, unanswered requests, and unused programs that came by themselves. "
        "Warns before secrets expire."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        ends: tuple[tuple[Any, str, dt.datetime], ...] = (
            (AuthorizationRequest, "expires_at", now),
            (PendingRequest, "expires_at", now),
            (LinkAttempt, "expires_at", now),
            (InitialAccessToken, "expires_at", now),
            (KeptAnswer, "expires_at", now),
            (Grant, "expires", now - KEEP_CODES),
            (AccessToken, "expires", now),
            # Superseded refresh tokens stay until they expire, so that a replay is detected.
            (RefreshToken, "expires", now),
            (HandshakeEvent, "at", now - KEPT),
            (ParkedCallback, "at", now - KEPT),
        )
        for model, end, before in ends:
            count = _delete(model.objects.filter(**{f"{end}__lt": before}))
            self.stdout.write(f"{model.__name__}: {count}")
        self.stdout.write(f"Registration: {_delete(Registration.objects.outlived())}")
        if settings.REGISTERED_UNUSED_DAYS:
            before = now - dt.timedelta(days=settings.REGISTERED_UNUSED_DAYS)
            unused = Registration.objects.unused_since(before).values("consumer")
            # Only consumers that registered themselves; those that an administrator created stay.
            self.stdout.write(f"Consumer: {_delete(Consumer.objects.filter(pk__in=unused))}")
        self.stdout.write(f"Secrets about to expire: {warn_of_ends()}")


def _delete(rows: models.QuerySet[Any]) -> int:
    """Delete the rows in short transactions, so that nobody waits long for the table."""
    deleted = 0
    while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
        rows.model.objects.filter(pk__in=keys).delete()
        deleted += len(keys)
    return deleted
