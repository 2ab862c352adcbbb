"""How many invitations a company may mail: to one address, and in all, within a day."""

from __future__ import annotations

import hashlib

from django.core.cache import cache

from accounts.models import Company

DAY_SECONDS = 24 * 3600
MOST_TO_ONE_ADDRESS = 3
MOST_OF_A_COMPANY = 200


def may_mail(company: Company, email: str) -> bool:
    """Count one message; False where it would be one too many. The same for every address."""
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
        return 1  # it ran out between the two lines
