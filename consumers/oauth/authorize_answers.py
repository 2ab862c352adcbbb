"""What the authorization endpoint answers: a redirect to the program, or a page that says what is wrong."""

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
from consumers.callbacks import validate_callback
from consumers.models import Consumer, PendingRequest
from consumers.oauth import consent, ways_back
from consumers.oauth.authorization_request import MAX_CALLBACK, FatalClientError, RedirectError, check
from consumers.oauth.form_action import allow_any_redirect
from consumers.security_log import note

NOT_ALLOWED = frozenset(
    {
        "not_a_member", "consumer_off", "no_longer_allowed", "document_may_be_asked_for",
        "registration_waits", "registration_refused", "too_many_wait",
    }
)  # fmt: skip
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def answering(view: View[P]) -> View[P]:
    """What a view raises, as a page or as the answer to the consumer."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except FatalClientError as refusal:
            note("authorization request refused", reason=refusal.code, consumer=_id(refusal.consumer))
            return _error_page(request, refusal)
        except RedirectError as refusal:
            note("authorization request sent back", reason=refusal.error, consumer=_id(refusal.consumer))
            answer = {"error": refusal.error, "error_description": refusal.why}
            return leave(callback(refusal.redirect_uri, refusal.state, **answer))
        except ways_back.TooMany:
            return render(request, "429.html", status=429)

    return answered


def companies_of(request: HttpRequest) -> list[int] | None:
    """Those in which the person may approve something, the one chosen in this session first."""
    if not request.user.is_authenticated:
        return None
    shell = shell_of(request)
    active = [place for place in shell.memberships if place.permission_group.active]
    return [place.company_id for place in sorted(active, key=lambda place: place != shell.membership)]


def callback(redirect_uri: str, state: str | None, **answer: str) -> str:
    """The address of an answer to the consumer; `iss` always (RFC 9207)."""
    if state is not None:
        answer["state"] = state
    answer["iss"] = settings.PUBLIC_URL
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(answer)}"


def leave(url: str) -> HttpResponse:
    """303, so that no browser posts the decision on (RFC 9700 §4.12)."""
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
        **_ways_on(request, refusal),
    }
    status = 403 if refusal.code in NOT_ALLOWED else 400
    response = render(request, "consumers/authorize_error.html", context, status=status)
    if refusal.code not in {"not_a_member", "document_may_be_asked_for"}:  # those pages have a form
        response["Referrer-Policy"] = "no-referrer"
    return as_page(response)


def _ways_on(request: HttpRequest, refusal: FatalClientError) -> dict[str, str]:
    """`same_request` begins the request again; `program` tells the program that nothing came of it."""
    if refusal.code in {"not_a_member", "document_may_be_asked_for", "registration_waits", "too_many_wait"}:
        known = _pending_of(request)
        try:
            known = known or ways_back.remember(request, request.META.get("QUERY_STRING", ""))
        except ways_back.TooMany:
            return {}
        return {"same_request": ways_back.path_of(known)}
    if refusal.code not in {"decision_too_late", "no_longer_allowed", "request_too_old"}:
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


def _pending_of(request: HttpRequest) -> PendingRequest | None:
    """That of this address, of the form that was sent, or of the decision that waited."""
    path = request.POST.get("next", "") if request.method == "POST" else request.path
    return ways_back.named_by(path) or ways_back.named_by(consent.way_back_of(request.GET.get("request", "")))


def as_page(response: HttpResponse, *, sends_on: bool = False) -> HttpResponse:
    """Kept by no cache, and still tied to the window of the assistant that opened it.

    The consent page keeps the site's `same-origin` referrer policy: no other site learns the
    address, and with `no-referrer` a browser names no origin with our own form, which CSRF
    protection refuses.
    """
    response["Cache-Control"] = "no-store"
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    if sends_on:
        allow_any_redirect(response)
    return response


def _addable(url: str) -> str:
    """A refused callback is offered to the administrator to add only if it could be added."""
    try:
        return validate_callback(url) if url else ""
    except ValidationError:
        return ""


def _id(consumer: Consumer | None) -> int | None:
    return consumer.pk if consumer else None
