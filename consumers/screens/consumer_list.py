"""Configuration > API connections > OAuth consumers: the list."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.current import CONFIGURE, acting_membership, require_right
from consumers.models import Consumer
from consumers.screens.lookalikes import warnings_for
from consumers.screens.queries import consumers_of, missing_for, people_connected
from listing.folded_columns import holding
from listing.listing import Listing, Sort

STATES = ("enabled", "disabled", "waiting", "limited")


def listing_of(asked: QueryDict) -> Listing:
    return Listing(
        asked,
        reverse("consumers"),
        sorts={
            "name": Sort(_("Name"), "folded_name"),
            "users": Sort(_("Users"), people_connected(), newest_first=True),
            "created": Sort(_("Created"), "created", newest_first=True),
            "used": Sort(_("Last used"), "last_used_at", newest_first=True),
        },
        filters={"state": STATES},
    )


@require_safe
@require_right(CONFIGURE)
def consumers(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    listing = listing_of(request.GET)
    everything = Consumer.objects.filter(company=company)
    shown = listing.shown(fitting(everything, listing), consumers_of(company), everything)
    warnings = warnings_for(company, shown.rows)
    context = {
        "listing": listing,
        "shown": shown,
        "rows": [
            {"consumer": row, "missing": missing_for(row), "warnings": warnings[row.pk]} for row in shown.rows
        ],
        "everything": shown.everything,
        "states": [
            ("", _("All statuses")),
            ("enabled", _("Enabled")),
            ("disabled", _("Disabled")),
            ("waiting", _("Waiting for a callback URL")),
            ("limited", _("Limited to networks")),
        ],
    }
    partial = "#rows" if request.headers.get("HX-Target") == "rows" else ""
    response = render(request, f"consumers/list.html{partial}", context)
    patch_vary_headers(response, ["HX-Target"])
    return response


def fitting(found: QuerySet[Consumer], listing: Listing) -> QuerySet[Consumer]:
    """Return the consumers that fit the search and the status."""
    found = found.filter(*holding(listing.words, "folded"))
    return found.filter(in_state(listing.filters["state"]))


def in_state(state: str) -> Q:
    match state:
        case "enabled":
            return Q(enabled=True)
        case "disabled":
            return Q(enabled=False)
        case "waiting":
            return Q(
                redirect_uris="",
                metadata_url="",
                authorization_grant_type=Consumer.GRANT_AUTHORIZATION_CODE,
            )
        case "limited":
            return ~Q(allowed_networks=[])
    return Q()
