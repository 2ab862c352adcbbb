"""Who calls the admin API: a token with the audience of this API and one of its scopes."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.current import CONFIGURE
from accounts.networks import address_of, admits, foreign_network_text
from accounts.wrong_tokens import count_wrong_token
from consumers import scopes
from consumers.admin_api.problems import Problem
from consumers.caller import Caller
from consumers.oauth import token_info, token_uses


class AdminTokens(BaseAuthentication):
    """Resolves the token from current rows; `request.auth` becomes the caller.

    Tokens for the MCP endpoint and the REST API have another audience, so none of them works here.
    """

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Caller]:
        found = admitted(request)
        if token_uses.is_due(found):
            token_uses.record_uses([token_uses.Connection.of(found.caller)])
        return AnonymousUser(), found.caller


def admitted(request: Request) -> token_info.TokenInfo:
    """Return the token of the request, as it is now. Raises Problem unless it may do what is requested."""
    scheme, _space, raw = request.headers.get("Authorization", "").partition(" ")
    raw = raw.strip()
    if scheme.lower() != "bearer" or not raw:
        raise _unauthorized("token_missing", "Send an access token for this API.", "")
    found = token_info.resolve(raw, settings.ADMIN_RESOURCE)
    if found is None and (wait := count_wrong_token(request._request)):
        raise Problem(
            429,
            "too_many_invalid_tokens",
            "Too many invalid tokens came from this address.",
            headers={"Retry-After": str(wait)},
        )
    if found is None:
        raise _unauthorized(
            "token_invalid",
            "The token is unknown, expired, stopped, or for another address.",
            ', error="invalid_token"',
        )
    address = address_of(request._request)
    if not admits(found.caller.networks, address):
        raise Problem(403, "network_not_allowed", foreign_network_text(address))
    _require(found.caller, scopes.ADMIN_READ if request.method in SAFE_METHODS else scopes.ADMIN_WRITE)
    return found


class AdminTokensInSchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    target_class = AdminTokens
    name = "OAuth2"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, object]:
        url = f"{settings.PUBLIC_URL}/oauth/token"
        described = {scopes.ADMIN_READ: "Read", scopes.ADMIN_WRITE: "Read and change"}
        return {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": url, "scopes": described}},
        }


def _require(caller: Caller, scope: str) -> None:
    """Require the scope (writing includes reading) and the permission that the screens require."""
    if scope not in caller.scopes and scopes.ADMIN_WRITE not in caller.scopes:
        raise Problem(
            403,
            "scope_missing",
            f"This needs a token with the scope {scope}.",
            headers={"WWW-Authenticate": f'{_challenge()}, error="insufficient_scope", scope="{scope}"'},
        )
    if CONFIGURE not in caller.rights:
        raise Problem(
            403,
            "permission_missing",
            f"This needs the permission {CONFIGURE}, which the permission group {caller.group_name} lacks.",
        )


def _unauthorized(code: str, detail: str, error: str) -> Problem:
    return Problem(401, code, detail, headers={"WWW-Authenticate": _challenge() + error})


def _challenge() -> str:
    document = f"{settings.PUBLIC_URL}/.well-known/oauth-protected-resource/api/admin"
    return f'Bearer realm="admin", resource_metadata="{document}"'
