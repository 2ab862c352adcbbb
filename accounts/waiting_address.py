"""A corrected e-mail address that waits until its owner opens the link that was mailed to it."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

LIFETIME = dt.timedelta(days=7)
PREFIX = "fmn_"


class WaitingAddress(models.Model):
    """One for each person in a company. A later one takes its place, and its link stops working."""

    membership = models.OneToOneField("accounts.Membership", models.CASCADE, related_name="waiting_address")
    email = models.EmailField(max_length=254)  # in lower case
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    token_digest = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"Waiting address #{self.pk}"

    @property
    def expired(self) -> bool:
        return timezone.now() >= self.expires_at


def make_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """Hash a token. It has 256 bits of entropy, so a plain hash is safe without a key."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
