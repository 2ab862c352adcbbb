"""Bearer tokens to principals, and principals to rights."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.module_loading import import_string
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from accounts.principal import Principal

Authenticator = Callable[[str], Principal | None]


@cache
def _authenticator(dotted_path: str) -> Authenticator:
    found: Authenticator = import_string(dotted_path)
    return found


class BearerTokens(BaseAuthentication):
    """Asks each of `settings.API_AUTHENTICATORS` in turn. `request.auth` becomes the principal."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Principal]:
        scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
        raw = raw.strip()
        if scheme.lower() != "bearer" or not raw:
            raise NotAuthenticated
        for dotted_path in settings.API_AUTHENTICATORS:
            principal = _authenticator(dotted_path)(raw)
            if principal is not None:
                return AnonymousUser(), principal
        raise AuthenticationFailed

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
