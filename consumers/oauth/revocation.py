"""POST /oauth/revoke (RFC 7009) and /oauth/introspect (RFC 7662), for a client's own tokens."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from consumers import granting
from consumers.digests import Prefix, digest, is_shaped
from consumers.models import AccessToken, AppAuthorization, Consumer, RefreshToken
from consumers.oauth import events
from consumers.oauth.browser_programs import readable_in_browsers
from consumers.oauth.client_authentication import Form, OAuthError, endpoint, json_response
from consumers.oauth.token_families import end_family
from consumers.policy.terms import OwnTerms, terms_of_person, terms_of_program
from consumers.scopes import ADMIN_WRITE, WRITE, ordered

Token = AccessToken | RefreshToken


@readable_in_browsers("POST")
@endpoint
def revoke(request: HttpRequest, consumer: Consumer, form: Form) -> HttpResponse:
    """Revoke the whole family of a token, whichever of the pair is sent.

    An unknown or foreign token is no error (RFC 7009 §2.2).
    """
    with transaction.atomic():
        token = _own_token(consumer, form)
        if token is not None and token.authorization_id is None:
            token.delete()
            events.token_revoked(request, consumer, None)
        elif token is not None:
            authorization = AppAuthorization.objects.select_for_update().get(pk=token.authorization_id)
            end_family(authorization, token.token_family)
            if not (isinstance(token, RefreshToken) and token.revoked):  # a repeat changes nothing
                events.token_revoked(request, consumer, authorization)
    return json_response({})


@endpoint
def introspect(request: HttpRequest, consumer: Consumer, form: Form) -> HttpResponse:
    """Describe the client's own token; a token of another client is reported as inactive."""
    if consumer.is_public:
        raise OAuthError("unauthorized_client", "Introspection needs a client with a secret.", 403)
    token = _own_token(consumer, form)
    terms = None if token is None else _terms(token, consumer)
    if token is None or terms is None:
        return json_response({"active": False})
    facts: dict[str, Any] = {
        "active": True,
        "client_id": consumer.client_id,
        "scope": _scope(token, read_only=terms.read_only),
        "aud": token.resource,
        "exp": int(token.expires.timestamp()),
        "iat": int(token.created.timestamp()),
    }
    if isinstance(token, AccessToken):
        facts["token_type"] = "Bearer"  # noqa: S105 - the type of it
    if token.user_id is not None:
        facts["sub"] = str(token.user_id)
    return json_response(facts)


def _own_token(consumer: Consumer, form: Form) -> Token | None:
    """Find the token if it is the client's own.

    The prefix gives its kind, so token_type_hint is not needed.
    """
    value = form.get("token")
    if value is None:
        raise OAuthError("invalid_request", "token is missing.")
    kinds: tuple[tuple[Prefix, Any], ...] = (
        (Prefix.ACCESS_TOKEN, AccessToken),
        (Prefix.REFRESH_TOKEN, RefreshToken),
    )
    for prefix, model in kinds:
        if is_shaped(prefix, value):
            found: Token | None = (
                model.objects.select_related("authorization")
                .filter(token_checksum=digest(value), application=consumer)
                .first()
            )
            return found
    return None


def _terms(token: Token, consumer: Consumer) -> OwnTerms | None:
    """Return the terms under which the token is used now; None if it is not active."""
    if token.expires <= timezone.now() or not consumer.is_usable():
        return None
    if isinstance(token, RefreshToken) and (token.revoked or token.superseded_at):
        return None
    if token.authorization is None:
        if settings.ADMIN_RESOURCE in token.resource and not consumer.may_administer:
            return None
        return terms_of_program(consumer)
    membership = granting.user_of(token.user_id, consumer) if token.authorization.live else None
    return None if membership is None else terms_of_person(membership, consumer)


def _scope(token: Token, *, read_only: bool) -> str:
    """Return the scopes that count now: without those that were taken away since the token was issued."""
    left = set(token.scope.split())
    if token.authorization is not None:
        left &= token.authorization.scopes
    if read_only:
        left -= {WRITE, ADMIN_WRITE}
    return " ".join(ordered(left))
