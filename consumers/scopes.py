"""The scopes of this server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

READ = "maintenance:read"
WRITE = "maintenance:write"
OFFLINE = "offline_access"
ALL = (READ, WRITE, OFFLINE)
# Of the admin API, for consumers that an administrator allowed to use it. They never mix with the others.
ADMIN_READ = "admin:read"
ADMIN_WRITE = "admin:write"
OF_ADMIN = (ADMIN_READ, ADMIN_WRITE)
# Granted if a request names no scope: those of the WWW-Authenticate challenge, minus what the person switches
# off.
DEFAULT = ALL
OPENID = "openid"
EMAIL = "email"
# Served if the company has switched OpenID Connect on.
OF_IDENTITY = (OPENID, EMAIL)
# Clients request these by default (OpenID Connect Core §5.4). Those we do not serve are left out of the
# grant.
OF_OPENID = frozenset({*OF_IDENTITY, "profile", "address", "phone"})


class MayBeReadOnly(Protocol):
    read_only: bool


def grantable(consumer: MayBeReadOnly) -> set[str]:
    """Return reading and writing, or only reading where an administrator made the consumer read-only."""
    return {READ} if consumer.read_only else {READ, WRITE}


def ordered(scopes: Iterable[str]) -> list[str]:
    """Return the scopes without duplicates in a fixed order, so that equal grants compare equal."""
    wanted = set(scopes)
    return [scope for scope in (*OF_ADMIN, *ALL, *OF_IDENTITY) if scope in wanted]
