"""Records that an account's address is verified: its owner opened a link that was mailed to it."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User


def is_verified(user: User) -> bool:
    return bool(EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists())


def mark_verified(user: User) -> None:
    """Mark the user's address as verified. An account has one address."""
    email = user.email.lower()
    with transaction.atomic():
        # Rows of an account that used this address earlier would violate uniqueness.
        EmailAddress.objects.filter(email=email).exclude(user=user).delete()
        EmailAddress.objects.filter(user=user).exclude(email=email).delete()
        EmailAddress.objects.update_or_create(
            user=user, email=email, defaults={"verified": True, "primary": True}
        )
