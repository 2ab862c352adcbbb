"""The scopes of this server, and whether a person may connect a consumer at all."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import Membership
from consumers.key_ring import has_keys
from consumers.models import Consumer

READ = "maintenance:read"
WRITE = "maintenance:write"
OFFLINE = "offline_access"
ALL = (READ, WRITE, OFFLINE)
# What a request gets that names none: the scopes of the challenge, and of those what the person leaves on.
DEFAULT = ALL
OPENID = "openid"
EMAIL = "email"
# Served where the company has switched OpenID Connect on.
OF_IDENTITY = (OPENID, EMAIL)
# Clients ask for these out of habit (OpenID Connect Core §5.4). What is not served is left out of the grant.
OF_OPENID = frozenset({*OF_IDENTITY, "profile", "address", "phone"})


def ordered(scopes: Iterable[str]) -> list[str]:
    """Distinct, in one order, so that equal grants look equal."""
    wanted = set(scopes)
    return [scope for scope in (*ALL, *OF_IDENTITY) if scope in wanted]


def offers_openid(consumer: Consumer) -> bool:
    """Whether its company has switched it on. Without keys nothing can be signed."""
    return bool(consumer.company.openid_connect) and has_keys()


def identity(asked: set[str], consumer: Consumer) -> set[str]:
    """What is granted of the scopes of OpenID Connect.

    Without `openid` it is no such request (OpenID Connect Core §3.1.2.1).
    """
    return asked & set(OF_IDENTITY) if OPENID in asked and offers_openid(consumer) else set()


def membership_for(user_id: int, consumer: Consumer) -> Membership | None:
    """The person's place in the consumer's company; None where there is none that counts today."""
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
