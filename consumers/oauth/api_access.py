"""Access tokens at the REST API, for programs (rights of their permission group) and for people."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings

from accounts.principal import Principal
from consumers import scopes
from consumers.oauth import token_info, token_uses
from consumers.policy.catalogue import operations, tools
from consumers.policy.decisions import withheld_operations


def authenticate(raw: str) -> Principal | None:
    """Resolve a token for the REST API.

    A person's token has one audience: one for the MCP endpoint is refused.
    """
    found = token_info.resolve(raw, settings.API_RESOURCE)
    if found is None or scopes.READ not in found.caller.scopes:
        return None
    if token_uses.is_due(found):
        token_uses.record_uses([token_uses.Connection.of(found.caller)])
    caller = replace(
        found.caller,
        via_app=found.caller.consumer_name,
        withheld=withheld_operations(operations(), tools(), found.caller.ceilings),
    )
    if scopes.WRITE in caller.scopes:
        return caller
    readable = frozenset(right for right in caller.rights if right.endswith(":view"))
    return replace(caller, rights=readable)
