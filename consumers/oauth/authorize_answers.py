"""Answers of the authorization endpoint: a redirect to the client, or a page that explains the error."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.current import shell_of
from accounts.models import User
from accounts.whom_to_ask import administrators_to_ask
from consumers.callbacks import validate_callback
from consumers.handshake import authorization as handshake
from consumers.models import Consumer, PendingRequest
from consumers.oauth import consent, events, ways_back
from consumers.oauth.authorization_request import MAX_CALLBACK, FatalClientError, RedirectError, check
from consumers.oauth.form_action import allow_any_redirect
from consumers.security_log import note

NOT_ALLOWED = frozenset(
    {
        "not_a_member", "consumer_off", "no_longer_allowed", "document_may_be_asked_for",
        "registration_waits", "registration_refused", "too_many_wait",
        "access_needed", "access_waits", "access_refused",
    }
)  # fmt: skip
_ABOUT_A_DECISION = frozenset(
    {
        "decision_too_late", "no_longer_allowed", "request_too_old",
        "already_approved", "already_refused", "ended_since",
    }
)  # fmt: skip
# Refusals after which the same request can be started again, perhaps by somebody else or a little later.
_GOES_ON = frozenset(
    {
        "not_a_member", "document_may_be_asked_for", "registration_waits", "too_many_wait",
        "access_needed", "access_waits",
    }
)  # fmt: skip
# Refusals after which somebody else must act.
_FOR_AN_ADMINISTRATOR = NOT_ALLOWED | {
    "consumer_unknown", "callback_unregistered", "document_not_allowed", "document_unavailable",
}  # fmt: skip
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def answering(view: View[P]) -> View[P]:
    """Turn the view's exceptions into an error page or a redirect to the client."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except FatalClientError as refusal:
            note("authorization request refused", reason=refusal.code, consumer=_id(refusal.consumer))
            events.authorization_refused(request, refusal.consumer, refusal.code, refusal.redirect_uri)
            handshake.refused(request, refusal)
            return _error_page(request, refusal)
        except RedirectError as refusal:
            note("authorization request sent back", reason=refusal.error, consumer=_id(refusal.consumer))
            events.authorization_refused(request, refusal.consumer, refusal.reason)
            handshake.refused(request, refusal)
            answer = {"error": refusal.error, "error_description": refusal.why}
            return leave(callback(refusal.redirect_uri, refusal.state, **answer))
        except ways_back.TooMany:
            return render(request, "429.html", status=429)

    return answered


def companies_of(request: HttpRequest) -> list[int] | None:
    """Return the companies in which the person may approve an app, the current company first.

    Returns None before sign-in.
    """
    if not request.user.is_authenticated:
        return None
    shell = shell_of(request)
    active = [place for place in shell.memberships if place.permission_group.active]
    return [place.company_id for place in sorted(active, key=lambda place: place != shell.membership)]


def callback(redirect_uri: str, state: str | None, **answer: str) -> str:
    """Build the URL of an answer to the client; it always carries `iss` (RFC 9207)."""
    if state is not None:
        answer["state"] = state
    answer["iss"] = settings.PUBLIC_URL
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(answer)}"


def leave(url: str) -> HttpResponse:
    """Redirect with 303, so that the browser does not repeat the POST at the client (RFC 9700 §4.12)."""
    response = HttpResponse(status=303)
    response["Location"] = url
    response["Referrer-Policy"] = "no-referrer"
    return as_page(response)


def _error_page(request: HttpRequest, refusal: FatalClientError) -> HttpResponse:
    context: dict[str, Any] = {
        "code": refusal.code,
        "consumer": refusal.consumer,
        "callback": _addable(refusal.redirect_uri),
        "sent_callback": refusal.redirect_uri[:MAX_CALLBACK] if refusal.redirect_uri.isprintable() else "",
        "host": refusal.host,
        "document_url": refusal.document_url,
        "begins_again": refusal.code in _ABOUT_A_DECISION - {"already_approved"},
        "to_ask": _to_ask(request, refusal),
        **_ways_on(request, refusal),
    }
    status = 403 if refusal.code in NOT_ALLOWED else 400
    return as_page(render(request, "consumers/authorize_error.html", context, status=status))


def _ways_on(request: HttpRequest, refusal: FatalClientError) -> dict[str, str]:
    """Return the links of an error page.

    `same_request` starts the request again; `program` reports the failure to the client.
    """
    if refusal.code in _GOES_ON:
        known = _pending_of(request)
        try:
            known = known or ways_back.remember(request, request.META.get("QUERY_STRING", ""))
        except ways_back.TooMany:
            return {}
        return {"same_request": ways_back.path_of(known)}
    if refusal.code not in _ABOUT_A_DECISION:
        return {}
    pending = _pending_of(request)
    if pending is None:
        return {}
    try:
        checked = check(pending.query, companies_of(request))
    except (FatalClientError, RedirectError):
        return {}
    if pending.can_begin_again:
        return {"same_request": ways_back.path_of(pending)}
    words = {"error": "access_denied", "error_description": "The request was not answered in time."}
    return {"program": callback(checked.redirect_uri, checked.state, **words)}


def _to_ask(request: HttpRequest, refusal: FatalClientError) -> list[User]:
    """Return administrators of the program's company, or of the current one, if the person belongs to it.

    Nobody else learns who they are.
    """
    if not request.user.is_authenticated or refusal.code not in _FOR_AN_ADMINISTRATOR:
        return []
    places, current = shell_of(request).memberships, shell_of(request).membership
    if refusal.consumer is not None:
        company_id = refusal.consumer.company_id
        current = next((place for place in places if place.company_id == company_id), None)
    return administrators_to_ask(current.company) if current else []


def _pending_of(request: HttpRequest) -> PendingRequest | None:
    """Find the stored request named by this path, by the submitted form, or by the decision that waited."""
    path = request.POST.get("next", "") if request.method == "POST" else request.path
    return ways_back.named_by(path) or ways_back.named_by(consent.way_back_of(request.GET.get("request", "")))


def as_page(response: HttpResponse, *, sends_on: bool = False) -> HttpResponse:
    """Forbid caching, and keep the page connected to the assistant's window that opened it.

    Every page has a form, at least that of the language. It keeps the site's `same-origin` referrer policy,
    which hides the address from other sites. With `no-referrer` the browser would send no Origin with our own
    form, and the CSRF check would refuse it.
    """
    response["Cache-Control"] = "no-store"
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    if sends_on:
        allow_any_redirect(response)
    return response


def _addable(url: str) -> str:
    """Return a refused callback for the page's "add it" offer, or "" if it could not be registered."""
    try:
        return validate_callback(url) if url else ""
    except ValidationError:
        return ""


def _id(consumer: Consumer | None) -> int | None:
    return consumer.pk if consumer else None
