"""Authenticates the bearer token of an API request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils.module_loading import import_string
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from accounts.principal import Principal

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
                return AnonymousUser(), principal
        raise AuthenticationFailed

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
