"""Configuration > API connections > App authorizations: people who ask to use an app."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.forms.fields import primary_key
from accounts.networks import address_of
from consumers.policy.access_requests import decide
from consumers.policy.models import AccessRequest
from listing.folded_columns import holding
from listing.listing import Listing, Sort

STATES = {"waiting": None, "approved": True, "refused": False}


@never_cache
@require_safe
@require_right(CONFIGURE)
def access_requests(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    listing = Listing(
        request.GET,
        reverse("access-requests"),
        sorts={
            "asked": Sort(_("Asked"), "asked_at", newest_first=True),
            "person": Sort(_("Person"), "membership__user__folded_name"),
        },
        filters={"state": STATES},
    )
    found = AccessRequest.objects.filter(consumer__company=company)
    found = found.filter(approved=STATES[listing.filters["state"] or "waiting"])
    found = found.filter(*holding(listing.words, "membership__user__folded"))
    full = AccessRequest.objects.select_related(
        "consumer", "membership__user", "membership__permission_group", "decided_by"
    )
    context = {
        "listing": listing,
        "shown": listing.shown(found, full),
        "states": [
            ("", _("Waiting")),
            ("approved", _("Approved")),
            ("refused", _("Refused")),
        ],
    }
    return render(request, "consumers/access_requests.html", context)


@never_cache
@require_POST
@require_right(CONFIGURE)
def decide_access(request: HttpRequest) -> HttpResponse:
    company, by = acting_membership(request).company, signed_in_user(request)
    action = request.POST.get("action")
    if action not in {"approve", "refuse"}:
        raise Http404
    decided = decide(
        primary_key(request.POST.get("request")),
        company,
        approve=action == "approve",
        by=by,
        address=address_of(request),
    )
    if decided is None:
        raise Http404
    names = {"person": decided.membership.user.display_name, "app": decided.consumer.name}
    if decided.approved:
        messages.success(request, _("%(person)s may use %(app)s now.") % names)
    else:
        messages.success(request, _("Refused: %(person)s may not use %(app)s.") % names)
    return HttpResponseRedirect(reverse("access-requests"))
