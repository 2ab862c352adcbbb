"""The scopes of this server."""

from __future__ import annotations

from collections.abc import Iterable

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
