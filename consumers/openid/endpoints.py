"""/oauth/jwks and /oauth/userinfo, served while any company of the installation uses OpenID Connect."""

from __future__ import annotations

import functools
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.networks import address_of, admits, foreign_network_text
from consumers.digests import Prefix, digest, is_shaped
from consumers.granting import offers_openid
from consumers.models import AccessToken
from consumers.oauth.browser_programs import View, readable_in_browsers
from consumers.oauth.client_authentication import OAuthError, json_response, no_database
from consumers.oauth.token_info import resolve
from consumers.openid.identity import is_announced, userinfo
from consumers.openid.signing_keys import published
from consumers.scopes import OPENID


def where_announced(view: View) -> View:
    """Answer 404 unless OpenID Connect is announced; every answer is JSON."""

    @functools.wraps(view)
    def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request) if is_announced() else json_response({"error": "not_found"}, 404)
        except OAuthError as refused:
            return refused.response()
        except (DatabaseError, InterfaceError) as error:
            return no_database(error)

    return served


@readable_in_browsers("GET, HEAD")
@require_safe
@where_announced
def key_set(request: HttpRequest) -> HttpResponse:
    response = JsonResponse({"keys": [key.public_key for key in published()]})
    response["Cache-Control"] = "public, max-age=3600"
    return response


@readable_in_browsers("GET, HEAD, POST")
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@where_announced
def user_info(request: HttpRequest) -> HttpResponse:
    """Answer UserInfo for the access token in the Authorization header (OpenID Connect Core §5.3)."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        raise _challenge("invalid_token", "Send the access token in the Authorization header.")
    token = token.strip()
    found = _access_token(token) if scheme.lower() == "bearer" else None
    current = resolve(token, found.resource[0]) if found is not None and found.resource else None
    if found is None or current is None:
        raise _challenge("invalid_token", "The access token is unknown, expired or stopped.")
    address = address_of(request)
    if not admits(current.caller.networks, address):
        raise OAuthError("access_denied", foreign_network_text(address), 403)
    assert found.authorization is not None
    granted = frozenset(found.scope.split()) & found.authorization.scopes
    if OPENID not in granted or not offers_openid(found.application):
        raise _challenge("insufficient_scope", "The access token was given without openid.", 403)
    return json_response(userinfo(found.application, found.user, granted))


def _access_token(token: str) -> AccessToken | None:
    """Find the access token if it belongs to a person."""
    if not is_shaped(Prefix.ACCESS_TOKEN, token):
        return None
    found: AccessToken | None = (
        AccessToken.objects.select_related("application__company", "authorization", "user")
        .filter(token_checksum=digest(token), user__isnull=False, authorization__isnull=False)
        .first()
    )
    return found


def _challenge(error: str, description: str, status: int = 401) -> OAuthError:
    words = f'Bearer error="{error}", error_description="{description}"'
    return OAuthError(error, description, status, WWW_Authenticate=words)
