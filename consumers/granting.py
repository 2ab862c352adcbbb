"""Whether a person may connect a consumer, and which OpenID Connect scopes the consumer gets."""

from __future__ import annotations

from accounts.models import Membership
from consumers.key_ring import has_keys
from consumers.models import Consumer
from consumers.scopes import OF_IDENTITY, OPENID


def offers_openid(consumer: Consumer) -> bool:
    """Say whether the consumer's company uses OpenID Connect. Without UPSTREAM_KEYS nothing can be signed."""
    return bool(consumer.company.openid_connect) and has_keys()


def identity(asked: set[str], consumer: Consumer) -> set[str]:
    """Return the OpenID Connect scopes that are granted.

    A request without `openid` is not an OpenID Connect request (OpenID Connect Core §3.1.2.1).
    """
    return asked & set(OF_IDENTITY) if OPENID in asked and offers_openid(consumer) else set()


def membership_for(user_id: int, consumer: Consumer) -> Membership | None:
    """Return the person's membership in the consumer's company.

    Returns None unless person, membership and permission group are active.
    """
    return (
        Membership.objects.select_related("user", "company", "permission_group")
        .filter(
            user=user_id,
            company=consumer.company_id,
            active=True,
            user__is_active=True,
            permission_group__active=True,
        )
        .first()
    )
