"""Screens of app authorizations: a person's own, and those of the company for its administrators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.current import CONFIGURE, acting_membership, require_right, sign_in_required, signed_in_user
from accounts.models import Company, Membership, User
from consumers.models import AppAuthorization, Consumer
from consumers.policy.powers import powers
from consumers.scopes import READ, WRITE
from consumers.screens.queries import (
    authorizations_by,
    authorizations_in,
    connected,
    live_now,
    with_their_rows,
)
from listing.folded_columns import holding
from listing.listing import Listing, Sort

CALLS_SHOWN_FOR = dt.timedelta(days=30)
STATES = ("connected", "unfinished", "disconnected", "expired")


@require_safe
@sign_in_required
def own(request: HttpRequest) -> HttpResponse:
    listing = own_listing(request.GET)
    mine = authorizations_by(signed_in_user(request))
    shown = listing.shown(mine, with_their_rows(AppAuthorization.objects.all()))
    context = {
        "listing": listing,
        "shown": shown,
        "rows": rows_of(shown.rows),
        "live": mine.filter(live_now()).count(),
    }
    return render(request, "consumers/own_authorizations.html", context)


def own_listing(asked: QueryDict) -> Listing:
    return Listing(asked, reverse("own-app-authorizations"), sorts=sorts_of())


@require_safe
@require_right(CONFIGURE)
def of_company(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    listing = company_listing(request.GET)
    everything = authorizations_in(company)
    found = fitting(everything, listing, company)
    shown = listing.shown(found, with_their_rows(AppAuthorization.objects.all()), everything)
    rows = rows_of(shown.rows)
    calls = calls_of(row["authorization"].pk for row in rows)
    for row in rows:
        row["calls"] = calls.get(row["authorization"].pk, 0)
    app, person = named(listing, company, shown.rows)
    context = {
        "listing": listing,
        "shown": shown,
        "rows": rows,
        "everything": shown.everything,
        "live": found.filter(live_now()).count() if app or person else 0,
        "app": app,
        "person": person,
        "states": [
            ("", _("All statuses")),
            ("connected", _("Connected")),
            ("unfinished", _("Not finished")),
            ("disconnected", _("Disconnected")),
            ("expired", _("Expired")),
        ],
    }
    partial = "#rows" if request.headers.get("HX-Target") == "rows" else ""
    response = render(request, f"consumers/authorizations.html{partial}", context)
    patch_vary_headers(response, ["HX-Target"])
    return response


def company_listing(asked: QueryDict) -> Listing:
    return Listing(
        asked,
        reverse("app-authorizations"),
        sorts=sorts_of() | {"person": Sort(_("Person"), "user__folded_name")},
        filters={"state": STATES, "app": None, "person": None},
    )


def sorts_of() -> dict[str, Sort]:
    is_live = Case(When(live_now(), then=Value(1)), default=Value(0))
    return {
        "state": Sort(_("Status"), is_live, newest_first=True),
        "app": Sort(_("App"), "consumer__folded_name"),
        "since": Sort(_("Since"), "created_at", newest_first=True),
        "used": Sort(_("Last used"), "last_used_at", newest_first=True),
    }


def fitting(
    found: QuerySet[AppAuthorization], listing: Listing, company: Company
) -> QuerySet[AppAuthorization]:
    """Return the authorizations that fit the filters, and whose person or app has each word."""
    if app := listing.number("app"):
        found = found.filter(consumer=app)
    if person := listing.number("person"):
        found = found.filter(user=person)
    # Each person and each app is looked at once, not once for each of their authorizations. Who left the
    # company is found by the authorizations that ended with that.
    ended = found.filter(revoked_at__isnull=False).order_by().values("user")
    people = User.objects.filter(pk__in=company.memberships.order_by().values("user").union(ended))
    apps = Consumer.objects.filter(company=company)
    for word in listing.words.split():
        found = found.filter(
            Q(user__in=people.filter(*holding(word, "folded")))
            | Q(consumer__in=apps.filter(*holding(word, "folded_name")))
        )
    return found.filter(in_state(listing.filters["state"]))


def in_state(state: str) -> Q:
    match state:
        case "connected":
            return connected()
        case "unfinished":
            return live_now() & Q(connected_at=None)
        case "disconnected":
            return Q(revoked_at__isnull=False)
        case "expired":
            return Q(revoked_at=None, ends_at__lte=timezone.now())
    return Q()


def named(
    listing: Listing, company: Company, rows: list[AppAuthorization]
) -> tuple[Consumer | None, User | None]:
    """Return the app and the person by which the list is filtered, if this company knows them."""
    app, person = listing.number("app"), listing.number("person")
    if rows:
        return rows[0].consumer if app else None, rows[0].user if person else None
    return (
        Consumer.objects.filter(company=company, pk=app).first() if app else None,
        User.objects.filter(pk__in=authorizations_in(company).values("user"), pk=person).first()
        if person
        else None,
    )


def rows_of(authorizations: list[AppAuthorization]) -> list[dict[str, Any]]:
    """Add to each authorization what it may do today: consent, person's rights and consumer's limit."""
    members = Membership.objects.filter(
        user__in={each.user_id for each in authorizations},
        company__in={each.consumer.company_id for each in authorizations},
        active=True,
    ).select_related("permission_group__ceiling", "user", "company")
    by_place = {(member.user_id, member.company_id): member for member in members}
    return [row_of(each, by_place.get((each.user_id, each.consumer.company_id))) for each in authorizations]


def row_of(authorization: AppAuthorization, member: Membership | None) -> dict[str, Any]:
    consumer, granted = authorization.consumer, authorization.scopes
    able = powers(member, consumer) if member else None
    read = able.read if able and READ in granted else []
    write = able.write if able and WRITE in granted else []
    if read and write:
        may = _("read and write")
    elif read or write:
        may = _("read only") if read else _("write only")
    else:
        may = _("nothing at the moment")
    return {
        "authorization": authorization,
        "may": may,
        "read": ", ".join(read),
        "write": write,
        "narrowed_to": consumer.permission_group.name if consumer.narrow_to_group else "",
        "member": member is not None,
        "usable": consumer.enabled and consumer.permission_group.active,
        "can_narrow": authorization.live and {READ, WRITE} <= granted,
        "kept_from_writing": authorization.live and WRITE in authorization.withheld - granted,
        "by_the_person": authorization.narrowed_by_id == authorization.user_id,
    }


def calls_of(authorizations: Iterable[int]) -> Mapping[int, int]:
    count: Callable[[list[int], dt.datetime], Mapping[int, int]] = import_string(settings.CALL_COUNTS)
    keys = list(authorizations)
    return count(keys, timezone.now() - CALLS_SHOWN_FOR) if keys else {}
