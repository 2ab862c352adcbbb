"""Allowing again what was taken from an app authorization."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.current import CONFIGURE, acting_membership, require_right, sign_in_required, signed_in_user
from accounts.networks import address_of
from audit.chain import append
from audit.kinds import Kind
from consumers.models import AppAuthorization
from consumers.screens.authorization_changes import picked
from consumers.screens.authorization_events import events
from consumers.screens.queries import authorizations_by, authorizations_in, live_now
from listing.way_back import way_back


@require_POST
@require_right(CONFIGURE)
def allow_of_company(request: HttpRequest) -> HttpResponse:
    """Allow again what an administrator took away; what the person took away is the person's."""
    found = authorizations_in(acting_membership(request).company)
    by_others = (Q(refuses_exchange=True) & ~Q(revoked_by=F("user"))) | (
        Q(revoked_at=None) & ~Q(narrowed_by=F("user"))
    )
    return allow(request, found.filter(by_others), "app-authorizations")


@require_POST
@sign_in_required
def allow_own(request: HttpRequest) -> HttpResponse:
    """Allow again what the person took away, but not what an administrator did."""
    user = signed_in_user(request)
    found = authorizations_by(user)
    return allow(
        request,
        found.filter(Q(revoked_by=user) | Q(revoked_at=None, narrowed_by=user)),
        "own-app-authorizations",
    )


def allow(request: HttpRequest, found: QuerySet[AppAuthorization], page: str) -> HttpResponse:
    """Let the issuer connect the person again, or grant writing again; it happens when the app next asks."""
    allowable = Q(refuses_exchange=True) | (live_now() & Q(issuer__isnull=False) & ~Q(withheld_scope=""))
    row = found.filter(allowable, pk__in=picked(request)).first()
    if row is None:
        messages.info(request, _("Nothing to allow there."))
        return HttpResponseRedirect(way_back(request, page))
    with transaction.atomic():
        if row.live:
            row.give_back()
        else:
            AppAuthorization.objects.filter(pk=row.pk).update(refuses_exchange=False)
        append(
            list(
                events(
                    Kind.AUTHORIZATION_ALLOWED,
                    {row.pk: {}},
                    by=signed_in_user(request),
                    address=address_of(request),
                )
            )
        )
    messages.success(
        request,
        _("Writing is allowed again: the app gets it the next time it asks.")
        if row.live
        else _("Allowed again: the app can connect the next time it asks."),
    )
    return HttpResponseRedirect(way_back(request, page))
