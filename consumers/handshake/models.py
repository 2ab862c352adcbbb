"""What was seen of programs that connect, and callbacks that they asked for and that nobody registered."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone

KEPT = dt.timedelta(days=30)


class HandshakeEvent(models.Model):
    """One step of connecting that succeeded, or failed for one reason. Repeats are counted in the same row.

    `reason` is a short code of ours and empty if the step succeeded. `consumer` is None where the request did
    not say which consumer it belongs to. `facts` holds short values of ours, never a secret, code or token.
    """

    consumer = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, null=True, related_name="handshake_events"
    )
    step = models.CharField(max_length=20)  # a Step
    reason = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(default=timezone.now)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("consumer", "step", "reason"), name="one_row_per_consumer_step_and_reason"
            ),
            models.UniqueConstraint(
                fields=("step", "reason"),
                condition=models.Q(consumer=None),
                name="one_row_per_step_and_reason_from_anybody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.step} {self.reason or 'done'} #{self.pk}"


class ParkedCallback(models.Model):
    """A callback that a program asked for with this consumer's key, and that is not registered.

    Nobody is ever sent there until an administrator accepts it. `asked_by` is the person who was signed in.
    """

    consumer = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, related_name="parked_callbacks"
    )
    url = models.CharField(max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(default=timezone.now)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("consumer", "url"), name="one_row_per_consumer_and_callback"),
        )

    def __str__(self) -> str:
        return f"ParkedCallback #{self.pk}"
