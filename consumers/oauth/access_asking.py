"""The button by which a person asks an administrator to be let use an app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.current import signed_in_user
from accounts.networks import address_of
from consumers import granting
from consumers.oauth import ways_back
from consumers.oauth.authorization_request import FatalClientError, check
from consumers.oauth.authorize_answers import answering, companies_of, leave
from consumers.policy.access import Access, access_of
from consumers.policy.access_requests import begin


@require_POST
@answering
def ask_for_access(request: HttpRequest) -> HttpResponse:
    """POST /oauth/authorize/ask-access: ask to use the app whose request waits, then return to it."""
    companies = companies_of(request)
    pending = ways_back.named_by(request.POST.get("next", ""))
    if companies is None or pending is None:
        raise FatalClientError("request_too_old")
    consumer = check(pending.query, companies).consumer
    membership = granting.membership_for(signed_in_user(request).pk, consumer)
    if membership is None:
        raise FatalClientError("not_a_member", consumer)
    if access_of(membership, consumer) == Access.NOT_ASKED:
        begin(consumer, membership, address=address_of(request))
    return leave(ways_back.path_of(pending))  # that page now says that the request waits
