"""Whether an account's address was proven: its owner opened a link that was sent there."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User


def is_verified(user: User) -> bool:
    return bool(EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists())


def mark_verified(user: User) -> None:
    """After the owner came by such a link. An account has one address."""
    email = user.email.lower()
    with transaction.atomic():
        # What is left of an account that had the address before would stand in the way.
        EmailAddress.objects.filter(email=email).exclude(user=user).delete()
        EmailAddress.objects.filter(user=user).exclude(email=email).delete()
        EmailAddress.objects.update_or_create(
            user=user, email=email, defaults={"verified": True, "primary": True}
        )
