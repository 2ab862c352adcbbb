"""Authenticates the bearer token of an API request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.module_loading import import_string
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from accounts.networks import address_of, admits, foreign_network_text
from accounts.principal import Principal
from accounts.wrong_tokens import count_wrong_token
from maintenance.api.kit.errors import Forbidden, TooManyWrongTokens

Authenticator = Callable[[str], Principal | None]


class BearerTokens(BaseAuthentication):
    """Asks each of `settings.API_AUTHENTICATORS` in order. `request.auth` becomes the principal."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Principal]:
        scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
        raw = raw.strip()
        if scheme.lower() != "bearer" or not raw:
            raise NotAuthenticated
        for dotted_path in settings.API_AUTHENTICATORS:
            authenticate: Authenticator = import_string(dotted_path)
            principal = authenticate(raw)
            if principal is not None:
                _require_place(request, principal)
                _require_no_pause(request, principal)
                return AnonymousUser(), principal
        if wait := count_wrong_token(request._request):
            raise TooManyWrongTokens(wait)
        raise AuthenticationFailed

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def _require_place(request: Request, principal: Principal) -> None:
    address = address_of(request._request)
    if not admits(principal.networks, address):
        raise Forbidden(foreign_network_text(address))


def _require_no_pause(request: Request, principal: Principal) -> None:
    pause = principal.writes_paused
    if pause is not None and request.method not in ("GET", "HEAD", "OPTIONS"):
        since = pause.since.isoformat(timespec="seconds")
        raise Forbidden(
            f"Writes are paused for this company by {pause.by} since {since}. Nothing was written."
        )
