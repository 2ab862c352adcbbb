"""Limits the invitations that a company mails in a day, to one address and in total."""

from __future__ import annotations

import hashlib

from django.core.cache import cache

from accounts.models import Company

DAY_SECONDS = 24 * 3600
MOST_TO_ONE_ADDRESS = 3
MOST_OF_A_COMPANY = 200


def may_mail(company: Company, email: str) -> bool:
    """Count a message. Return whether it is within the limits, which are the same for every address."""
    address = hashlib.sha256(email.encode()).hexdigest()
    return (
        _count(f"invitations:{company.pk}:{address}") <= MOST_TO_ONE_ADDRESS
        and _count(f"invitations:{company.pk}") <= MOST_OF_A_COMPANY
    )


def _count(name: str) -> int:
    cache.add(name, 0, DAY_SECONDS)
    try:
        return int(cache.incr(name))
    except ValueError:
        return 1  # it expired between the two calls
