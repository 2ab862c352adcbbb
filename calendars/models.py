"""The private link by which a person's calendar program reads the planned work of a company."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import Membership


class CalendarLink(models.Model):
    """One link for each person in a company. Only the digest of its token is stored; revoking deletes it."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="calendar_link")
    token_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Calendar link #{self.pk}"
