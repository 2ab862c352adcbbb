"""Decisions that cannot be carried out: too late, from another session, or unlike the first one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.current import signed_in_user
from consumers.digests import digest
from consumers.models import AuthorizationRequest, Grant
from consumers.oauth import consent, ways_back
from consumers.oauth.authorization_request import FatalClientError


def sign_in_first(request: HttpRequest, request_id: str) -> HttpResponse:
    """Lead to sign-in and from there to the same request: the session ended while the page was open.

    Raises FatalClientError if the request cannot begin again.
    """
    path = _way_back(request, request_id)
    messages.warning(
        request, _("You were signed out in the meantime, so nothing was approved. Sign in to continue.")
    )
    return _to(redirect_to_login(path).url)


def meet(request: HttpRequest, request_id: str) -> HttpResponse:
    """Answer a decision that found no open request.

    The person of another session sees the page of the same request anew. Raises FatalClientError with what
    became of the person's own request.
    """
    kept = _kept(request_id)
    if kept is None:
        raise FatalClientError("decision_too_late")
    user, session_key = signed_in_user(request), request.session.session_key or ""
    if kept.user_id != user.pk or kept.session_digest != digest(session_key):
        path = _way_back(request, request_id)
        messages.warning(request, out_of_date())
        return _to(path)
    decision = consent.decision_of(kept) if kept.decided_at else None
    if decision is None:
        raise FatalClientError("decision_too_late", kept.consumer)
    if not kept.params["allowed"]:
        raise FatalClientError("no_longer_allowed", kept.consumer)
    if not decision.approved:
        raise FatalClientError("already_refused", kept.consumer)
    is_kept = Grant.objects.filter(code=digest(consent.code_of(kept, session_key))).exists()
    raise FatalClientError("already_approved" if is_kept else "ended_since", kept.consumer)


def out_of_date() -> str:
    return _("The page was drawn for another sign-in, so nothing was approved. Look at it again and decide.")


def _way_back(request: HttpRequest, request_id: str) -> str:
    pending = ways_back.named_by(request.POST.get("next", "")) or ways_back.named_by(
        consent.way_back_of(request_id)
    )
    if pending is None or not pending.can_begin_again:
        raise FatalClientError("decision_too_late")
    return ways_back.path_of(pending)


def _kept(request_id: str) -> AuthorizationRequest | None:
    try:
        key = uuid.UUID(request_id)
    except ValueError:
        return None
    return AuthorizationRequest.objects.select_related("consumer__company").filter(pk=key).first()


def _to(path: str) -> HttpResponse:
    response = HttpResponse(status=303)
    response["Location"] = path
    return response
