"""The button by which a person asks an administrator to let a program in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts.current import signed_in_user
from consumers import throttle
from consumers.client_documents import could_be_allowed
from consumers.oauth import ways_back
from consumers.oauth.authorization_request import FatalClientError, client_id_of
from consumers.oauth.authorize_answers import answering, companies_of, leave
from consumers.outbound.documents import Unavailable
from consumers.registrations import admission, newcomers


@require_POST
@answering
def ask(request: HttpRequest) -> HttpResponse:
    """POST /oauth/authorize/ask: submit a program to the administrators of the person's company."""
    companies = companies_of(request)
    pending = ways_back.named_by(request.POST.get("next", ""))
    if companies is None or pending is None:
        raise FatalClientError("request_too_old")
    url = client_id_of(pending.query)
    rules = newcomers.asking(companies)
    if rules is None or not could_be_allowed(url):
        raise FatalClientError("document_not_allowed", document_url=url if could_be_allowed(url) else "")
    if throttle.count_registration(request):
        raise ways_back.TooMany
    try:
        admission.ask(rules, url, signed_in_user(request), address=throttle.address_of(request))
    except Unavailable as error:
        raise FatalClientError("document_unavailable", document_url=url) from error
    except admission.TooMany as error:
        raise FatalClientError("too_many_wait", document_url=url) from error
    return leave(ways_back.path_of(pending))  # that page now shows that the program waits
