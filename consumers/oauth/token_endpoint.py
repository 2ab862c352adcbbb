"""POST /oauth/token (RFC 6749 §3.2): exchanges codes, refresh tokens and client credentials for tokens."""

from __future__ import annotations

import json
from functools import cache

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import OAuth2Error
from oauthlib.oauth2.rfc6749.grant_types import ClientCredentialsGrant, RefreshTokenGrant
from oauthlib.oauth2.rfc6749.tokens import BearerToken
from oauthlib.oauth2.rfc6749.utils import scope_to_list
from oauthlib.openid.connect.core.grant_types import AuthorizationCodeGrant

from accounts.networks import admits, foreign_network_text
from consumers import throttle
from consumers.client_documents import is_document_url
from consumers.digests import Prefix, make
from consumers.handshake.tokens import noted
from consumers.models import Consumer
from consumers.oauth import events
from consumers.oauth.browser_programs import readable_in_browsers
from consumers.oauth.client_authentication import (
    Form,
    OAuthError,
    endpoint,
    json_response,
    method_of,
)
from consumers.oauth.token_storing import ACCESS_LIFETIME
from consumers.oauth.validator import Validator
from consumers.security_log import note
from consumers.trusted_issuers import exchange

# The library returns some errors without a description (RFC 6749 §5.2).
DESCRIPTIONS = {
    "invalid_grant": "The code or refresh token is not valid: used, expired, stopped, or another client's.",
    "invalid_scope": "A scope is not known here or was not granted.",
    "unauthorized_client": "This client may not use that grant type.",
}
GRANTS = {
    "authorization_code": AuthorizationCodeGrant,
    "refresh_token": RefreshTokenGrant,
    "client_credentials": ClientCredentialsGrant,
}
# The library's request answers any attribute that nobody set from the form, so it gets no other field.
UNDERSTOOD = frozenset(
    {"grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "resource"}
)


@cache
def _validator() -> Validator:
    return Validator()


def _require_network(request: HttpRequest, consumer: Consumer) -> None:
    """Refuse a client that comes from outside of the networks that its administrator allows."""
    address = throttle.address_of(request)
    if not admits(consumer.allowed_networks, address):
        note("network refused", consumer=consumer.pk, address=address)
        raise OAuthError("unauthorized_client", foreign_network_text(address))


def _require_within_limit(consumer: Consumer) -> None:
    """Refuse a loop of a consumer. Whoever needs no secret is not counted: a stranger could use it up."""
    wait = 0 if consumer.is_public else throttle.count_tokens(consumer.pk)
    if wait:
        note("too many token requests", consumer=consumer.pk)
        raise OAuthError(
            "temporarily_unavailable", "Too many token requests. Wait.", 429, Retry_After=str(wait)
        )


@readable_in_browsers("POST")
@noted
@endpoint
def token(request: HttpRequest, consumer: Consumer, form: Form) -> HttpResponse:
    try:
        return _answer(request, consumer, form)
    except OAuthError as refused:
        events.token_refused(request, consumer, refused.error, client_authentication=method_of(request, form))
        raise


def _answer(request: HttpRequest, consumer: Consumer, form: Form) -> HttpResponse:
    _require_network(request, consumer)
    _require_within_limit(consumer)
    grant_type = form.get("grant_type")
    if grant_type is None:
        raise OAuthError("invalid_request", "grant_type is missing.")
    if grant_type == exchange.GRANT_TYPE and exchange.is_announced():
        return json_response(exchange.exchange(request, consumer, form))
    if grant_type not in GRANTS:
        raise OAuthError(
            "unsupported_grant_type", "Use authorization_code, refresh_token or client_credentials."
        )
    question = Request("", "POST", [(name, form[name]) for name in form if name in UNDERSTOOD])
    question.user = question.authorization = question.refused_because = None
    question.client, question.client_id = consumer, consumer.client_id
    question.scopes = scope_to_list(question.scope)
    method = method_of(request, form)
    by_document = is_document_url(form.get("client_id", ""))
    question.shown_client_id = consumer.metadata_url if by_document else consumer.client_id
    grant = GRANTS[grant_type](_validator())
    bearer = BearerToken(
        _validator(),
        token_generator=lambda _request: make(Prefix.ACCESS_TOKEN),
        refresh_token_generator=lambda _request: make(Prefix.REFRESH_TOKEN),
        expires_in=int(ACCESS_LIFETIME.total_seconds()),
    )
    try:
        with transaction.atomic():
            # The library returns its errors as answers, so a revocation after a replay is committed. Only an
            # exception while storing rolls everything back.
            _headers, body, status = grant.create_token_response(question, bearer)
            data = json.loads(body)
            events.token_answered(request, consumer, question, data, method)
    except OAuth2Error as error:
        status, data = error.status_code, json.loads(error.json)
        events.token_answered(request, consumer, question, data, method)
    headers = {"Retry-After": "60"} if status == 429 else None
    if "error" in data:
        data.setdefault("error_description", DESCRIPTIONS.get(data["error"], "The request was refused."))
    return json_response(data, status, headers)
