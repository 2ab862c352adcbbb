"""The scopes of this server, and whether a person may connect a consumer at all."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import Membership
from consumers.models import Consumer

READ = "maintenance:read"
WRITE = "maintenance:write"
OFFLINE = "offline_access"
ALL = (READ, WRITE, OFFLINE)
# What a request gets that names none: the scopes of the challenge, and of those what the person leaves on.
DEFAULT = ALL
# Clients ask for these out of habit (OpenID Connect Core §5.4). They are left out of the grant.
OF_OPENID = frozenset({"openid", "profile", "email", "address", "phone"})


def ordered(scopes: Iterable[str]) -> list[str]:
    """Distinct, in one order, so that equal grants look equal."""
    wanted = set(scopes)
    return [scope for scope in ALL if scope in wanted]


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
