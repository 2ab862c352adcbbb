"""Tokens at the REST API: a program's own, with the rights of its permission group, or a person's."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings

from accounts.principal import Principal
from consumers import scopes
from consumers.oauth import token_info


def authenticate(raw: str) -> Principal | None:
    """No token is good at two places: a person approved this one for the API and nothing else."""
    found = token_info.resolve(raw, settings.API_RESOURCE)
    if found is None or scopes.READ not in found.caller.scopes:
        return None
    if token_info.is_due(found):
        token_info.record_use(found)
    if scopes.WRITE in found.caller.scopes:
        return found.caller
    readable = frozenset(right for right in found.caller.rights if right.endswith(":view"))
    return replace(found.caller, rights=readable)
