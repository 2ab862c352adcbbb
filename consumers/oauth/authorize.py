"""GET and POST /oauth/authorize: validates the request, asks the person and answers the client."""

from __future__ import annotations

import time
import uuid
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.current import shell_of, signed_in_at, signed_in_user
from connections import linking
from consumers import granting
from consumers.callbacks import origin_of
from consumers.handshake.recording import note
from consumers.handshake.steps import Step
from consumers.models import AuthorizationRequest, PendingRequest
from consumers.oauth import consent, consent_page, events, late_decisions, ways_back
from consumers.oauth.authorization_request import Checked, FatalClientError, RedirectError, check
from consumers.oauth.authorize_answers import answering, as_page, callback, companies_of, leave
from consumers.oauth.consent import Decision
from consumers.policy.access import Access, access_of
from consumers.registrations import newcomers


@require_http_methods(["GET", "HEAD", "POST"])
@answering
def authorize(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _decide(request)
    return _ask(request, request.META.get("QUERY_STRING", ""))


@require_safe
@answering
def again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """GET /oauth/authorize/again/…: resume a request that was stored before sign-in."""
    pending = ways_back.find(pk)
    if pending is None or not pending.can_begin_again:
        raise FatalClientError("request_too_old")
    return _ask(request, pending.query, pending)


def _ask(request: HttpRequest, query: str, pending: PendingRequest | None = None) -> HttpResponse:
    """Validate the request before sign-in, so that nobody types a password for an invalid one."""
    held_up = request.user.is_authenticated and shell_of(request).must_set_up_two_step
    try:
        checked = (check if held_up else _check_newcomer_too)(query, companies_of(request))
    except newcomers.SignInFirst:
        if request.method == "HEAD":
            return as_page(HttpResponse())
        return as_page(redirect_to_login(ways_back.path_of(pending or ways_back.remember(request, query))))
    if request.method == "HEAD":  # link previews send HEAD: store nothing for them
        return as_page(HttpResponse())
    consumer, membership = checked.consumer, None
    if request.user.is_authenticated:
        membership = granting.membership_for(signed_in_user(request).pk, consumer)
        if membership is None:
            raise FatalClientError("not_a_member", consumer)
        note(consumer.pk, Step.SIGN_IN)
    if membership is not None or checked.document is None:
        note(consumer.pk, Step.AUTHORIZE)
    if held_up and not checked.silent:  # the middleware lets nothing else through
        raise FatalClientError("request_unreadable", consumer)
    if checked.silent:
        if membership is None:
            error, why = "login_required", "Nobody is signed in."
        elif held_up:
            error, why = "interaction_required", "The person must set up two-step sign-in first."
        elif _must_sign_in_again(request, checked, int(time.time())):
            error, why = "login_required", "The person signed in too long ago."
        else:
            error, why = "consent_required", "A person must approve."
        raise RedirectError(consumer, checked.redirect_uri, checked.state, error, why)
    pending = pending or ways_back.remember(request, query)
    way_back = ways_back.path_of(pending)
    if membership is None:
        return as_page(redirect_to_login(way_back))
    if _must_sign_in_again(request, checked, ways_back.begun_at(pending)):
        return as_page(redirect_to_login(way_back, reverse("account_reauthenticate")))
    access = access_of(membership, consumer)
    if access != Access.OPEN:
        raise FatalClientError(access.value, consumer)
    return as_page(consent_page.draw(request, checked, membership, way_back), sends_on=True)


@require_GET
@answering
def cancel(request: HttpRequest) -> HttpResponse:
    """GET /oauth/authorize/cancel: tell the app that the person left without signing in."""
    pending = ways_back.named_by(request.GET.get("next", ""))
    if pending is None or not pending.can_begin_again:
        raise FatalClientError("request_too_old")
    checked = check(pending.query)
    error, why = "access_denied", "The person did not sign in."
    if checked.document is not None:  # several companies may allow the program: it is no event of one of them
        return leave(callback(checked.redirect_uri, checked.state, error=error, error_description=why))
    raise RedirectError(
        checked.consumer, checked.redirect_uri, checked.state, error, why, "sign_in_cancelled"
    )


def _check_newcomer_too(query: str, companies: list[int] | None) -> Checked:
    """Check the request; a program with a metadata document may be admitted on the way."""
    try:
        return check(query, companies)
    except FatalClientError as refusal:
        newcomers.meet(refusal, companies)
        return check(query, companies)


def _must_sign_in_again(request: HttpRequest, checked: Checked, begun_at: int) -> bool:
    """Say whether the request demands a newer sign-in.

    A sign-in since the request began always satisfies `prompt=login` and `max_age`.
    """
    within, signed_in = checked.signed_in_within, signed_in_at(request)
    return within is not None and (signed_in is None or signed_in < min(begun_at, int(time.time()) - within))


def _decide(request: HttpRequest) -> HttpResponse:
    """Read only the one-time id and the decision; what is granted was stored on the server."""
    decision, request_id = request.POST.get("decision"), request.POST.get("request", "")
    if not request.user.is_authenticated:
        return as_page(late_decisions.sign_in_first(request, request_id))
    if decision == "stay":  # Enter in the form; with 204 the browser keeps the page and its tick
        return as_page(HttpResponse(status=204))
    if decision not in {"approve", "refuse"}:
        raise FatalClientError("decision_too_late")
    approved = decision == "approve"
    wish = Decision(approved, approved and "write" in request.POST)
    try:
        return _settle(request, request_id, wish)
    except consent.NotOpen:
        return as_page(late_decisions.meet(request, request_id))


@require_safe
@answering
def finish(request: HttpRequest) -> HttpResponse:
    """GET /oauth/authorize/finish: complete an approval that waited for an account link to Fracttal One."""
    request_id = request.GET.get("request", "")
    if not request.user.is_authenticated:
        return as_page(late_decisions.sign_in_first(request, request_id))
    try:
        kept = consent.find(request_id, signed_in_user(request), request.session.session_key or "")
        wish = consent.decision_of(kept)
        if wish is None:
            raise consent.NotOpen
        return _settle(request, request_id, wish)
    except consent.NotOpen:
        return as_page(late_decisions.meet(request, request_id))


def _settle(request: HttpRequest, request_id: str, wish: Decision) -> HttpResponse:
    """Carry out the decision once.

    Repeating the same decision (a double click) gets the same answer. A different one is refused as too late.
    """
    user, session_key = signed_in_user(request), request.session.session_key or ""
    kept = consent.find(request_id, user, session_key)
    listed = kept.decided_at is None and consent.still_listed(kept)
    with transaction.atomic():
        kept = consent.find(request_id, user, session_key, lock=True)
        if kept.decided_at is None:
            if wish.approved and linking.needs_link(kept.consumer.company, user):
                consent.approve_later(kept, write=wish.write)
                return _to_link(kept)
            authorization = consent.decide(kept, user, session_key, wish, listed=listed)
            if authorization is not None:
                events.consent_given(request, authorization)
            elif kept.params["allowed"]:
                events.consent_refused(request, kept.consumer, user)
    if wish != consent.decision_of(kept):
        raise consent.NotOpen
    if not kept.params["allowed"]:
        raise FatalClientError("no_longer_allowed", kept.consumer)
    redirect_uri, state = kept.params["redirect_uri"], kept.params["state"]
    if not wish.approved:
        raise RedirectError(kept.consumer, redirect_uri, state, "access_denied", "The person refused.")
    note(kept.consumer.pk, Step.CONSENT)
    code = consent.code_of(kept, session_key)
    if not consent.renew(code):
        return _done(request, kept)
    note(kept.consumer.pk, Step.CODE)
    return leave(callback(redirect_uri, state, code=code))


def _done(request: HttpRequest, kept: AuthorizationRequest) -> HttpResponse:
    """Show that the program already redeemed the code; redirecting again would deliver a used code."""
    redirect_uri = kept.params["redirect_uri"]
    context = {
        "consumer": kept.consumer,
        "program": origin_of(redirect_uri) if redirect_uri.startswith("https://") else "",
    }
    return as_page(render(request, "consumers/done.html", context))


def _to_link(kept: AuthorizationRequest) -> HttpResponse:
    response = HttpResponse(status=303)
    response["Location"] = f"{linking.LINK_PATH}?{urlencode({'request': str(kept.pk)})}"
    return as_page(response)
