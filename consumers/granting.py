"""Whether a person may connect a consumer, and which OpenID Connect scopes the consumer gets."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.current import signed_in_user
from accounts.key_ring import has_keys
from accounts.models import Membership, User
from accounts.security_policy import policy_of
from accounts.sign_in_rules import admits_address
from consumers.models import Consumer
from consumers.policy.access import Access, access_of
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

    Returns None unless person, membership and permission group are active, and the company allows the
    person's address and is not switched off.
    """
    membership = (
        Membership.objects.select_related("user", "company__security_policy", "permission_group__ceiling")
        .filter(
            user=user_id,
            company=consumer.company_id,
            active=True,
            user__is_active=True,
            permission_group__active=True,
        )
        .first()
    )
    if membership is None:
        return None
    policy = policy_of(membership.company)
    admitted = not policy.is_off and admits_address(policy.allowed_domains, membership.user.email)
    return membership if admitted else None


def asking_member(request: HttpRequest, consumer: Consumer) -> User | None:
    """Return the signed-in person if the consumer's company knows them, None of a stranger."""
    if not request.user.is_authenticated:
        return None
    user = signed_in_user(request)
    return user if membership_for(user.pk, consumer) is not None else None


def user_of(user_id: int, consumer: Consumer) -> Membership | None:
    """Return the membership with which the person may use the consumer now, None if there is none."""
    membership = membership_for(user_id, consumer)
    if membership is None or access_of(membership, consumer) != Access.OPEN:
        return None
    return membership
