"""A program's own token at the REST API: client credentials, with the rights of its permission group."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings

from accounts.principal import Principal
from consumers import bearer, scopes


def authenticate(raw: str) -> Principal | None:
    """Tokens of people are for the MCP endpoint only, and no token is good at two places."""
    found = bearer.resolve(raw, settings.API_RESOURCE)
    if found is None or found.authorization_id is not None or scopes.READ not in found.scopes:
        return None
    if bearer.is_due(found):
        bearer.touch(found)
    if scopes.WRITE in found.scopes:
        return found.principal
    readable = frozenset(right for right in found.principal.rights if right.endswith(":view"))
    return replace(found.principal, rights=readable)
