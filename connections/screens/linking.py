"""Profile > Fracttal One: the person's own account there, for each company that uses Fracttal One."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.current import shell_of, sign_in_required, signed_in_user
from accounts.forms.fields import primary_key
from accounts.key_ring import NoKeys
from accounts.screens.sign_in import in_popup
from connections import linking
from connections.linking import NotLinkedNow, Sent
from connections.models import ApiConnection, LinkedAccount
from consumers.models import AuthorizationRequest
from consumers.oauth import consent
from consumers.oauth.form_action import allow_any_redirect

LONGEST = 4096


@in_popup
@require_safe
@sign_in_required
def own_link(request: HttpRequest) -> HttpResponse:
    """Show the person's links.

    With `request`, show the step between a consent and the return to the assistant.
    """
    return draw(request, waiting=_waiting(request, request.GET.get("request", "")))


@in_popup
@require_safe
@sign_in_required
def connect(request: HttpRequest) -> HttpResponse:
    """Redirect to Fracttal One. It is a link and not a form, because a form may not lead to another site."""
    connection = _connection(request, request.GET.get("connection"))
    waiting = _waiting(request, request.GET.get("request", ""))
    if not connection.people_can_link:
        return draw(request, "not_finished", waiting)
    try:
        url = linking.begin(
            connection,
            signed_in_user(request),
            _session_key(request),
            waiting.pk if waiting else None,
        )
    except NoKeys:
        return draw(request, "consumer_refused", waiting)
    return _leave(url)


@in_popup
@require_safe
@sign_in_required
def callback(request: HttpRequest) -> HttpResponse:
    """Receive the person whom Fracttal One sends back."""
    sent = Sent(
        *(request.GET.get(name, "")[:LONGEST].replace("\0", "") for name in ("state", "code", "error", "iss"))
    )
    try:
        link, waiting = linking.finish(sent, signed_in_user(request), _session_key(request))
    except NotLinkedNow as refusal:
        return draw(request, refusal.code, _waiting(request, str(refusal.waiting or "")))
    if waiting is not None:
        return _leave(f"{reverse('oauth-authorize-finish')}?{urlencode({'request': str(waiting)})}")
    company = link.connection.company.name
    messages.success(
        request, _("Your Fracttal One account is connected to %(company)s.") % {"company": company}
    )
    return _leave(reverse("own-link"))


@never_cache
@require_POST
@sign_in_required
def unlink(request: HttpRequest) -> HttpResponse:
    """Unlink an account after a confirmation; this deletes the tokens."""
    connection = _connection(request, request.POST.get("connection"))
    if "confirmed" not in request.POST:
        context = {
            "title": _("Unlink your Fracttal One account?"),
            "items": [{"name": connection.company.name}],
            "sentences": [_("Assistants can do nothing for you in this company until you connect again.")],
            "button": _("Unlink"),
            "hidden": [("connection", connection.pk)],
            "action_url": reverse("own-link-disconnect"),
            "back_url": reverse("own-link"),
        }
        return render(request, "consumers/confirm_own.html", context)
    if linking.unlink(connection, signed_in_user(request)):
        messages.success(request, _("Your Fracttal One account has been unlinked."))
    return HttpResponseRedirect(reverse("own-link"))


def draw(
    request: HttpRequest, problem: str = "", waiting: AuthorizationRequest | None = None
) -> HttpResponse:
    user = signed_in_user(request)
    places = list(connections_of(request))
    if waiting is not None:
        places = [place for place in places if place.company_id == waiting.consumer.company_id]
    links = {link.connection_id: link for link in LinkedAccount.objects.filter(user=user)}
    rows = [{"connection": place, "link": links.get(place.pk)} for place in places]
    context: dict[str, Any] = {
        "rows": rows,
        "problem": problem,
        "waiting": waiting,
        "issuer": settings.PUBLIC_URL,
    }
    name = "connections/link_step.html" if waiting else "connections/own_link.html"
    response = render(request, name, context, status=400 if problem else 200)
    if waiting is not None:
        allow_any_redirect(response)  # "Refuse" redirects to the assistant
    return response


def connections_of(request: HttpRequest) -> QuerySet[ApiConnection]:
    """Return the connections of the person's companies that use Fracttal One."""
    companies = [place.company_id for place in shell_of(request).memberships if place.permission_group.active]
    return (
        ApiConnection.objects.select_related("company")
        .filter(company__in=companies, kind=ApiConnection.Kind.FRACTTAL_ONE)
        .order_by("company__name")
    )


def _connection(request: HttpRequest, pk: str | None) -> ApiConnection:
    mine = [place.pk for place in connections_of(request)]
    return get_object_or_404(
        ApiConnection.objects.select_related("company").filter(pk__in=mine), pk=primary_key(pk)
    )


def _waiting(request: HttpRequest, request_id: str) -> AuthorizationRequest | None:
    try:
        return consent.waiting(request_id, signed_in_user(request), _session_key(request))
    except consent.NotOpen:
        return None


def _session_key(request: HttpRequest) -> str:
    return request.session.session_key or ""


def _leave(url: str) -> HttpResponse:
    response = HttpResponse(status=303)
    response["Location"] = url
    response["Referrer-Policy"] = "no-referrer"
    return response
