"""Authorization requests that wait for a person."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuthorizationRequest(models.Model):
    """A validated authorization request that waits for the person's decision.

    It stays on the server under a one-time id that is bound to the session and the person, so the consent
    form carries nothing that could be manipulated (security cases 38-44). `params` holds the validated
    values.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    consumer = models.ForeignKey(settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    session_digest = models.CharField(max_length=64)
    params = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    decided_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"AuthorizationRequest {self.pk}"


class PendingRequest(models.Model):
    """The unchecked query of an authorization request; validated anew each time somebody returns to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    query = models.TextField()
    again_until = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"PendingRequest {self.pk}"

    @property
    def can_begin_again(self) -> bool:
        return timezone.now() < self.again_until
