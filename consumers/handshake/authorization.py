"""What the authorization endpoint notes: a request that was refused, and at which step."""

from __future__ import annotations

from django.http import HttpRequest

from consumers.digests import Prefix
from consumers.handshake import parking
from consumers.handshake.recording import Facts, note
from consumers.handshake.steps import Step
from consumers.models import Consumer
from consumers.oauth.authorization_request import FatalClientError, RedirectError, client_id_of

# Refusals that come after the request was found in order. Everything else is wrong with the request.
_LATER = {
    "not_a_member": Step.SIGN_IN,
    "login_required": Step.SIGN_IN,
    "consent_required": Step.CONSENT,
    "decision_too_late": Step.CONSENT,
    "no_longer_allowed": Step.CONSENT,
    "access_needed": Step.CONSENT,
    "access_waits": Step.CONSENT,
    "access_refused": Step.CONSENT,
    "access_denied": Step.CONSENT,
}
MOST_COMPANIES = 20


def refused(request: HttpRequest, refusal: FatalClientError | RedirectError) -> None:
    """Note a refusal, and park the callback if that is what was wrong."""
    facts: Facts = {}
    if isinstance(refusal, RedirectError):
        reason, facts["why"] = refusal.reason, refusal.why
    else:
        reason = refusal.code
        if reason == "consumer_unknown" and _shows_a_secret(request):
            reason = "secret_as_key"
        if reason == "callback_unregistered" and refusal.consumer is not None:
            parking.park(refusal.consumer, refusal.redirect_uri, request)
    step = _LATER.get(reason, Step.AUTHORIZE)
    for consumer_id in _meant(refusal):
        note(consumer_id, step, reason, facts)


def _meant(refusal: FatalClientError | RedirectError) -> list[int | None]:
    """Return the consumers that the refused request means, or None in their place if nobody can say."""
    if refusal.consumer is not None:
        return [refusal.consumer.pk]
    if isinstance(refusal, FatalClientError) and refusal.document_url:
        allowing = Consumer.objects.allowing(refusal.document_url)[:MOST_COMPANIES]
        return [each.pk for each in allowing] or [None]
    return [None]


def _shows_a_secret(request: HttpRequest) -> bool:
    try:
        return client_id_of(request.META.get("QUERY_STRING", "")).startswith(Prefix.SECRET)
    except FatalClientError:
        return False
