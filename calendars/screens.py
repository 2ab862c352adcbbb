"""Profile > Calendar: the person's own link, shown once, renewed and revoked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.current import acting_membership, sign_in_required
from accounts.networks import address_of
from calendars import links, reader
from calendars.models import CalendarLink


@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_required
def own(request: HttpRequest) -> HttpResponse:
    membership = acting_membership(request)
    allowed = reader.may_read(reader.caller_of(membership))
    url = ""
    if request.method == "POST" and allowed:
        url = links.renew(membership, address_of(request))
    link = CalendarLink.objects.filter(membership=membership).first()
    context = {"link": link, "url": url, "allowed": allowed, "company": membership.company}
    answer = render(
        request, "calendars/own.html", context, status=200 if allowed or request.method != "POST" else 403
    )
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@sign_in_required
def revoke(request: HttpRequest) -> HttpResponse:
    links.revoke(acting_membership(request), address_of(request))
    messages.success(request, _("The calendar link no longer works."))
    return HttpResponseRedirect(reverse("own-calendar"))
