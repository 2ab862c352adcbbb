"""What the token endpoint notes: how the client authenticated, and why it was refused."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from consumers.digests import Prefix, digest
from consumers.handshake.recording import Facts, may_be_lost, note
from consumers.handshake.steps import Step
from consumers.models import Consumer, Grant
from consumers.oauth.client_authentication import Form, OAuthError, read_basic

View = Callable[[HttpRequest], HttpResponse]
BEGINNINGS = frozenset({"authorization_code", "client_credentials"})


def noted(view: View) -> View:
    """Decorate the token endpoint. Renewals that succeed are not noted: they connect nothing."""

    @functools.wraps(view)
    def served(request: HttpRequest) -> HttpResponse:
        response = view(request)
        with may_be_lost():
            _note(request, response)
        return response

    return served


def _note(request: HttpRequest, response: HttpResponse) -> None:
    form: Form = getattr(request, "oauth_form", {})
    grant = form.get("grant_type", "")
    if response.status_code == 200:
        if grant in BEGINNINGS:
            key, _secret, method = _shown(request, form)
            note(_consumer_id(key), Step.TOKEN, "", {"method": method, "grant": grant})
    elif response.status_code < 500 and response.status_code != 429:
        _note_refusal(request, form, response)


def _note_refusal(request: HttpRequest, form: Form, response: HttpResponse) -> None:
    key, secret, method = _shown(request, form)
    consumer = Consumer.objects.filter(client_id=key).first() if key else None
    error = str(json.loads(response.content).get("error", ""))
    facts: Facts = {"method": method, "grant": form.get("grant_type", ""), "error": error}
    if not form:
        reason = "form_unreadable"
    elif error == "invalid_client":
        reason = _why_not_authenticated(consumer, key, secret)
    elif error == "invalid_grant" and form.get("grant_type") == "authorization_code":
        reason = _why_no_token_for(consumer, form)
    else:
        reason = error
    note(consumer.pk if consumer else None, Step.TOKEN, reason[:40], facts)


def _shown(request: HttpRequest, form: Form) -> tuple[str, str, str]:
    """Return key, secret and the name of the method (RFC 7591 §2) by which the client authenticated."""
    header = request.META.get("HTTP_AUTHORIZATION")
    if header is not None:
        try:
            key, secret = read_basic(header)
        except OAuthError:
            key, secret = "", ""
        return _printable(key), secret, "client_secret_basic"
    secret = form.get("client_secret", "")
    return _printable(form.get("client_id", "")), secret, "client_secret_post" if secret else "none"


def _printable(key: str) -> str:
    return key if key.isascii() and key.isprintable() and len(key) <= 500 else ""


def _consumer_id(key: str) -> int | None:
    return Consumer.objects.filter(client_id=key).values_list("pk", flat=True).first()


def _why_not_authenticated(consumer: Consumer | None, key: str, secret: str) -> str:
    if consumer is None:
        return "secret_as_key" if key.startswith(Prefix.SECRET) else "key_unknown"
    if consumer.is_public:
        return "secret_of_public_client"
    if not secret:
        return "secret_missing"
    return "key_as_secret" if secret == key else "secret_wrong"


def _why_no_token_for(consumer: Consumer | None, form: Form) -> str:
    """Say what is wrong with a code. One that was used twice may be gone, with all that it gave."""
    grant = Grant.objects.filter(code=digest(form.get("code", "")), application=consumer).first()
    if grant is None:
        return "code_unknown"
    if grant.redeemed_at is not None:
        return "code_used"
    if grant.expires <= timezone.now():
        return "code_expired"
    if form.get("redirect_uri") != grant.redirect_uri and form.get("code_verifier"):
        return "callback_differs"
    return "verifier_differs"
