"""Our side of the oauthlib validator that answers at the token endpoint.

`consumers.oauth.token_endpoint` wraps each answer in one transaction: a code is marked as redeemed before
tokens are stored, and a failure in between leaves nothing behind. The row of the app authorization is always
locked first, so that refreshes, replays and revocations of one connection run one after another.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidGrantError

from consumers import granting, scopes
from consumers.digests import Prefix, digest, is_shaped
from consumers.models import AppAuthorization, Consumer, Grant, RefreshToken
from consumers.oauth.audience import audience_of
from consumers.oauth.token_families import MAX_LIVE_TOKENS, end_family, evict_unused
from consumers.oauth.token_storing import RETRY_WINDOW, store
from consumers.openid import identity
from consumers.security_log import note


class Validator(OAuth2Validator):
    # --- the client: client_authentication.py has authenticated it ------------------------

    def client_authentication_required(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        return True

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        return request.client is not None

    def authenticate_client_id(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> bool:
        return False

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Consumer, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        if grant_type == "client_credentials":
            return not client.is_authorization_code and not client.is_public and client.is_usable()
        return client.is_authorization_code and grant_type in {"authorization_code", "refresh_token"}

    # --- authorization code (RFC 6749 §4.1.3) --------------------------------------------

    def validate_code(
        self, client_id: str, code: str, client: Consumer, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        request.refused_because = "code_unknown"
        if not is_shaped(Prefix.CODE, code):
            return False
        mine = Grant.objects.filter(code=digest(code), application=client)
        authorization = _lock(mine.values_list("authorization_id", flat=True).first())
        grant = mine.first()
        if authorization is None or grant is None:
            return False
        if grant.redeemed_at is not None:
            note("code replayed", consumer=client.pk, authorization=authorization.pk)
            request.refused_because, request.authorization = "code_replayed", authorization
            end_family(authorization, grant.token_family)
            return False
        if grant.is_expired():
            request.refused_because = "code_expired"
            return False
        if not _may_go_on(authorization, client):
            request.refused_because = "connection_ended"
            return False
        request.refused_because = None
        _narrow(request, grant.resource)
        request.grant, request.authorization = grant, authorization
        request.user = grant.user
        # Since the consent, somebody may have taken a scope away; the answer names what is granted.
        request.scopes = [scope for scope in grant.scope.split() if scope in authorization.scopes]
        return True

    def get_code_challenge(self, code: str, request: Request) -> str:
        """Return the challenge, never None: a code without one cannot be redeemed (RFC 9700 §2.1.1)."""
        return str(request.grant.code_challenge)

    def get_code_challenge_method(self, code: str, request: Request) -> str:
        return str(request.grant.code_challenge_method)

    def get_default_redirect_uri(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> str:
        """Return a value that never equals the redirect URI of the request: it is missing at the exchange."""
        return "about:blank"

    def confirm_redirect_uri(
        self,
        client_id: str,
        code: str,
        redirect_uri: str,
        client: Consumer,
        request: Request,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        if redirect_uri != request.grant.redirect_uri:
            raise InvalidGrantError("redirect_uri differs from the authorization request.", request=request)
        return True

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Do nothing: `save_bearer_token` marks the code before it stores the tokens."""

    # --- the ID token beside the first access token (OpenID Connect Core §3.1.3.3) ---------

    def get_authorization_code_nonce(
        self, client_id: str, code: str, redirect_uri: str, request: Request
    ) -> str | None:
        return request.grant.nonce or None

    def finalize_id_token(
        self, id_token: dict[str, Any], token: dict[str, Any], token_handler: Any, request: Request
    ) -> str:
        protocol = id_token | {"aud": request.shown_client_id, "auth_time": request.grant.signed_in_at}
        return identity.id_token(request.client, request.user, protocol)

    # --- refresh (RFC 6749 §6) ------------------------------------------------------------

    def validate_refresh_token(
        self, refresh_token: str, client: Consumer, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        request.refused_because = "refresh_token_unknown"
        if not is_shaped(Prefix.REFRESH_TOKEN, refresh_token):
            return False
        mine = RefreshToken.objects.filter(token_checksum=digest(refresh_token), application=client)
        authorization = _lock(mine.values_list("authorization_id", flat=True).first())
        old = mine.select_related("user").first()
        if authorization is None or old is None:
            return False
        if old.revoked is not None:
            request.refused_because = "refresh_token_revoked"
            return False
        now = timezone.now()
        if old.superseded_at is not None and now > old.superseded_at + RETRY_WINDOW:
            note("refresh token replayed", consumer=client.pk, authorization=authorization.pk)
            request.refused_because, request.authorization = "refresh_token_replayed", authorization
            end_family(authorization, old.token_family)
            return False
        if old.expires <= now:
            request.refused_because = "refresh_token_expired"
            return False
        if not _may_go_on(authorization, client):
            request.refused_because = "connection_ended"
            return False
        request.refused_because = None
        _narrow(request, old.resource)
        if not evict_unused(old, settled_before=now - RETRY_WINDOW):
            note("too many refreshes at once", consumer=client.pk, authorization=authorization.pk)
            raise CustomOAuth2Error(
                "temporarily_unavailable",
                f"More than {MAX_LIVE_TOKENS} refreshes with one token. Wait a minute.",
                status_code=429,
            )
        request.old, request.authorization, request.user = old, authorization, old.user
        return True

    def get_original_scopes(
        self, refresh_token: str, request: Request, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Return the scopes of the code, without those that the person or an administrator withdrew since."""
        withdrawn = {scopes.WRITE} - scopes.grantable(request.client)
        left = request.authorization.scopes - withdrawn
        return [scope for scope in request.old.scope.split() if scope in left]

    def is_within_original_scope(
        self, request_scopes: list[str], refresh_token: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Accept a client that repeats its first request: it gets the part that the person granted.

        The library calls this only if a scope was requested that was not granted (RFC 6749 §6).
        """
        asked = set(request_scopes) - scopes.OF_OPENID
        granted = self.get_original_scopes(refresh_token, request)
        left = [scope for scope in granted if scope in request_scopes] if asked else granted
        if not asked <= set(scopes.ALL) or not left:
            return False
        request.scopes = left
        return True

    def rotate_refresh_token(self, request: Request) -> bool:
        return True

    # --- client credentials (RFC 6749 §4.4) -----------------------------------------------

    def get_default_scopes(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        """Return all that may be granted: no person consents, and the permission group limits the program.

        At the admin API a program gets what it asks for, and by default may only read.
        """
        if request.resource and audience_of([request.resource]) == settings.ADMIN_RESOURCE:
            return [scopes.ADMIN_READ]
        return scopes.ordered(scopes.grantable(request.client))

    def validate_scopes(
        self,
        client_id: str,
        scopes_: list[str],
        client: Consumer,
        request: Request,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        asked = set(scopes_) - scopes.OF_OPENID
        named = audience_of([request.resource]) if request.resource else None
        if named == settings.ADMIN_RESOURCE or (asked & set(scopes.OF_ADMIN) and not request.resource):
            return _grant_admin_scopes(request, client, asked)
        if not asked <= {scopes.READ, scopes.WRITE}:
            return False
        # A program that follows the guide of Fracttal's own API names no resource and calls /api.
        request.resources = [settings.MCP_RESOURCE, settings.API_RESOURCE]
        if request.resource:
            if named is None:
                raise invalid_target()
            request.resources = [named]
        may = scopes.grantable(client)
        granted = asked & may if asked else may
        request.scopes = scopes.ordered(granted)
        return bool(granted)

    # --- storing --------------------------------------------------------------------------

    def save_bearer_token(self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any) -> None:
        store(token, request)

    def is_origin_allowed(
        self, client_id: str, origin: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Return False: browser_programs.py adds the CORS headers around the endpoint."""
        return False


def _grant_admin_scopes(request: Request, client: Consumer, asked: set[str]) -> bool:
    """Grant what was asked of the admin API; False if nothing is left, or for any other scope."""
    if not client.may_administer:
        raise invalid_target()
    if not asked <= set(scopes.OF_ADMIN):
        return False
    request.resources = [settings.ADMIN_RESOURCE]
    request.scopes = scopes.ordered(asked - ({scopes.ADMIN_WRITE} if client.read_only else set()))
    return bool(request.scopes)


def invalid_target() -> CustomOAuth2Error:
    return CustomOAuth2Error("invalid_target", "This resource was not granted.")


def _lock(authorization_id: int | None) -> AppAuthorization | None:
    if authorization_id is None:
        return None
    return AppAuthorization.objects.select_for_update().filter(pk=authorization_id).first()


def _may_go_on(authorization: AppAuthorization, consumer: Consumer) -> bool:
    return (
        authorization.live
        and consumer.is_usable()
        and granting.user_of(authorization.user_id, consumer) is not None
    )


def _narrow(request: Request, granted: list[str]) -> None:
    """Accept the resource of the grant again, but no other one (RFC 8707 §2.2)."""
    if request.resource is not None and [audience_of([request.resource])] != granted:
        raise invalid_target()
    request.resources = granted
