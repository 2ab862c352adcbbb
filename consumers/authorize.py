"""GET and POST /oauth/authorize: the request, the person's decision, the answer to the consumer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.current import shell_of, signed_in_user
from accounts.models import User
from consumers import consent, scopes
from consumers.authorization_request import MAX_CALLBACK, Checked, NoAnswer, SendBack, check
from consumers.callbacks import display_host, validate_callback
from consumers.form_action import allow_any_redirect
from consumers.models import AUTHORIZATION_LIFETIME, AuthorizationRequest, Consumer
from consumers.security_log import note
from consumers.upstream_accounts import linking


@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    try:
        if request.method == "POST":
            return _decide(request)
        checked = check(request.META.get("QUERY_STRING", ""), _companies_of(request))
        if request.method == "HEAD":  # whoever looks at a link first: nothing is kept for that
            return _as_page(HttpResponse())
        return _ask(request, checked)
    except NoAnswer as refusal:
        note("authorization request refused", reason=refusal.code, consumer=_id(refusal.consumer))
        return _error_page(request, refusal)
    except SendBack as refusal:
        note("authorization request sent back", reason=refusal.error, consumer=_id(refusal.consumer))
        return _send_back(
            refusal.redirect_uri, refusal.state, error=refusal.error, error_description=refusal.why
        )


def _companies_of(request: HttpRequest) -> list[int] | None:
    """Those in which the person may approve something, the one chosen in this session first."""
    if not request.user.is_authenticated:
        return None
    shell = shell_of(request)
    active = [place for place in shell.memberships if place.permission_group.active]
    return [place.company_id for place in sorted(active, key=lambda place: place != shell.membership)]


def _ask(request: HttpRequest, checked: Checked) -> HttpResponse:
    """Sign-in comes after the checks, so that nobody types a password for a bad request."""
    consumer = checked.consumer
    if not request.user.is_authenticated:
        if checked.silent:
            raise SendBack(
                consumer, checked.redirect_uri, checked.state, "login_required", "Nobody is signed in."
            )
        return _as_page(redirect_to_login(request.get_full_path()))
    user = signed_in_user(request)
    membership = scopes.membership_for(user.pk, consumer)
    if membership is None:
        raise NoAnswer("not_a_member", consumer)
    if checked.silent:
        raise SendBack(
            consumer, checked.redirect_uri, checked.state, "consent_required", "A person must approve."
        )
    powers = consent.powers(membership, consumer)
    context = {
        "kept": consent.keep(checked, user, request.session.session_key or "", powers),
        "consumer": consumer,
        "membership": membership,
        "powers": powers,
        "asks_write": scopes.WRITE in checked.scopes,
        "asks_read": scopes.READ in checked.scopes,
        "document": checked.document,
        "host": display_host(checked.redirect_uri),
        "on_this_computer": not checked.redirect_uri.startswith("https://"),
        "days": AUTHORIZATION_LIFETIME.days,
        "same_request": request.get_full_path(),
    }
    return _as_page(render(request, "consumers/consent.html", context), sends_on=True)


def _decide(request: HttpRequest) -> HttpResponse:
    """Only the one-time id and the decision are read; everything granted was kept on the server."""
    decision = request.POST.get("decision")
    if not request.user.is_authenticated or decision not in {"approve", "refuse"}:
        raise NoAnswer("decision_too_late")
    user, session_key = signed_in_user(request), request.session.session_key or ""
    request_id, write = request.POST.get("request", ""), "write" in request.POST
    try:
        with transaction.atomic():
            kept = consent.open_one(request_id, user, session_key)
            if decision == "approve" and linking.needs_link(kept.consumer.company, user):
                consent.approve_later(kept, write=write)
                return _to_link(kept)
            kept = consent.take(request_id, user, session_key)
    except consent.NotOpen as error:
        raise NoAnswer("decision_too_late") from error
    return _decided(kept, user, approved=decision == "approve", write=write)


@require_safe
def finish(request: HttpRequest) -> HttpResponse:
    """GET /oauth/authorize/finish: what the person approved before linking an account at Fracttal One."""
    try:
        if not request.user.is_authenticated:
            raise NoAnswer("decision_too_late")
        user, session_key = signed_in_user(request), request.session.session_key or ""
        try:
            with transaction.atomic():
                kept = consent.waiting(request.GET.get("request", ""), user, session_key)
                if linking.needs_link(kept.consumer.company, user):
                    return _to_link(kept)
                kept = consent.take(str(kept.pk), user, session_key)
        except consent.NotOpen as error:
            raise NoAnswer("decision_too_late") from error
        return _decided(kept, user, approved=True, write=bool(kept.params["approved"]["write"]))
    except NoAnswer as refusal:
        note("authorization request refused", reason=refusal.code, consumer=_id(refusal.consumer))
        return _error_page(request, refusal)
    except SendBack as refusal:
        return _send_back(
            refusal.redirect_uri, refusal.state, error=refusal.error, error_description=refusal.why
        )


def _decided(kept: AuthorizationRequest, user: User, *, approved: bool, write: bool) -> HttpResponse:
    # From here on the request is used up, whatever comes of it. A document may have to be read
    # again now, which no transaction should wait for.
    allowed = consent.still_allowed(kept, user)
    code = consent.approve(kept, user, write=write) if allowed and approved else None
    if not allowed:
        raise NoAnswer("no_longer_allowed", kept.consumer)
    redirect_uri, state = kept.params["redirect_uri"], kept.params["state"]
    if code is None:
        raise SendBack(kept.consumer, redirect_uri, state, "access_denied", "The person refused.")
    return _send_back(redirect_uri, state, code=code)


def _to_link(kept: AuthorizationRequest) -> HttpResponse:
    response = HttpResponse(status=303)
    response["Location"] = f"{linking.LINK_PATH}?{urlencode({'request': str(kept.pk)})}"
    return _as_page(response)


def _send_back(redirect_uri: str, state: str | None, **answer: str) -> HttpResponse:
    """303, so that no browser posts the decision on (RFC 9700 §4.12); `iss` always (RFC 9207)."""
    if state is not None:
        answer["state"] = state
    answer["iss"] = settings.PUBLIC_URL
    response = HttpResponse(status=303)
    response["Location"] = f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(answer)}"
    response["Referrer-Policy"] = "no-referrer"
    return _as_page(response)


def _error_page(request: HttpRequest, refusal: NoAnswer) -> HttpResponse:
    context: dict[str, Any] = {
        "code": refusal.code,
        "consumer": refusal.consumer,
        "callback": _addable(refusal.redirect_uri),
        "sent_callback": refusal.redirect_uri[:MAX_CALLBACK] if refusal.redirect_uri.isprintable() else "",
        "host": refusal.host,
        "document_url": refusal.document_url,
        "same_request": request.get_full_path() if request.method == "GET" else "",
    }
    status = 403 if refusal.code in {"not_a_member", "consumer_off", "no_longer_allowed"} else 400
    response = render(request, "consumers/authorize_error.html", context, status=status)
    if refusal.code != "not_a_member":  # that page has a form
        response["Referrer-Policy"] = "no-referrer"
    return _as_page(response)


def _as_page(response: HttpResponse, *, sends_on: bool = False) -> HttpResponse:
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
