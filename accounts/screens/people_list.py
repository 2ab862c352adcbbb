"""Configuration > User accounts: the lists of people, those invited among them, and of permission groups."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, DateTimeField, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Lower, NullIf
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.current import CONFIGURE, acting_membership, require_right
from accounts.models import Company, Invitation, Membership, PermissionGroup
from accounts.plant import needs_record, own_records
from listing.counting import number_of
from listing.folded_columns import holding
from listing.folding import Folded, having
from listing.listing import Listing, Shown, Sort, pages_for

MEMBER, INVITED = 0, 1
PERSON_STATES, GROUP_STATES = ("active", "disabled", "invited"), ("active", "inactive")


@require_safe
@require_right(CONFIGURE)
def people(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    listing = people_listing(request.GET)
    shown, groups = shown_people(company, listing)
    members = [row for row in shown.rows if isinstance(row, Membership)]
    records = own_records(company, {member.user.email.lower() for member in members})
    rows = [
        {
            "member": row,
            "record": (records or {}).get(row.user.email.lower()),
            "needs_record": needs_record(row),
        }
        if isinstance(row, Membership)
        else {"invitation": row}
        for row in shown.rows
    ]
    context = {
        "listing": listing,
        "shown": shown,
        "rows": rows,
        "everything": shown.everything,
        "with_records": records is not None,
        "group": listing.number("group"),
        "groups": groups,
        "states": [
            ("", _("All statuses")),
            ("active", _("Active")),
            ("disabled", _("Disabled")),
            ("invited", _("Invited")),
        ],
    }
    return drawn(request, "accounts/people.html", context)


def people_listing(asked: QueryDict) -> Listing:
    return Listing(
        asked,
        reverse("settings-people"),
        sorts={
            "name": Sort(_("Name"), "by"),
            "email": Sort(_("E-mail"), "by"),
            "group": Sort(_("Permission group"), "by"),
            "seen": Sort(_("Last sign-in"), "by", newest_first=True),
        },
        filters={"state": PERSON_STATES, "group": None},
    )


def standing(company: Company) -> QuerySet[Invitation]:
    return Invitation.objects.standing().filter(company=company)


def shown_people(company: Company, listing: Listing) -> tuple[Shown[Any], list[PermissionGroup]]:
    """Return one page of members and of people invited, in one order, and the groups to choose from.

    The keys of both are sorted together; then the rows of the page alone are read. The counts come with the
    groups: a company has at least that of its administrator.
    """
    members = company.memberships.filter(*holding(listing.words, "user__folded"))
    invited = standing(company).filter(*having(listing.words, "name", "email"))
    if group := listing.number("group"):
        members, invited = members.filter(permission_group=group), invited.filter(permission_group=group)
    active = Q(active=True, user__is_active=True)
    match listing.filters["state"]:
        case "active":
            members, invited = members.filter(active), invited.none()
        case "disabled":
            members, invited = members.exclude(active), invited.none()
        case "invited":
            members = members.none()
    groups: list[Any] = list(
        company.permission_groups.order_by("name").annotate(
            people_found=number_of(members) + number_of(invited),
            people_in_all=number_of(company.memberships.all()) + number_of(standing(company)),
        )
    )
    total = groups[0].people_found
    pages = pages_for(total)
    page = min(listing.page, pages)
    of_members, of_invited = sort_values(listing.sort.removeprefix("-"))
    keys = keys_of(members, MEMBER, of_members).union(keys_of(invited, INVITED, of_invited), all=True)
    wanted = list(listing.slice(keys, page, ties=("kind", "key")))
    full_members = company.memberships.select_related("user", "permission_group")
    full_invited = standing(company).select_related("permission_group")
    found: dict[tuple[int, int], Any] = {
        (MEMBER, row.pk): row
        for row in full_members.filter(pk__in=[row["key"] for row in wanted if row["kind"] == MEMBER])
    } | {
        (INVITED, row.pk): row
        for row in full_invited.filter(pk__in=[row["key"] for row in wanted if row["kind"] == INVITED])
    }
    places = [(row["kind"], row["key"]) for row in wanted]
    rows = [found[place] for place in places if place in found]
    return Shown(rows, total, page, pages, groups[0].people_in_all), groups


def keys_of(rows: QuerySet[Any], kind: int, by: Any) -> QuerySet[Any, dict[str, Any]]:
    return rows.order_by().values(kind=Value(kind, IntegerField()), key=F("pk"), by=by)


def sort_values(sort: str) -> tuple[Any, Any]:
    """Return what to sort members by, and people invited."""
    never = Cast(Value(None), DateTimeField())
    return {
        "name": (
            F("user__folded_name"),
            Folded(Coalesce(NullIf(F("name"), Value("")), F("email"))),
        ),
        "email": (Lower("user__email"), Lower("email")),
        "group": (Folded("permission_group__name"), Folded("permission_group__name")),
        "seen": (F("user__last_login"), never),
    }[sort]


@require_safe
@require_right(CONFIGURE)
def groups(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    listing = Listing(
        request.GET,
        reverse("settings-groups"),
        sorts={
            "name": Sort(_("Name"), Folded("name")),
            "people": Sort(_("People"), people_in(), newest_first=True),
        },
        filters={"state": GROUP_STATES},
    )
    everything = PermissionGroup.objects.filter(company=company)
    found = everything.filter(*having(listing.words, "name"))
    if state := listing.filters["state"]:
        found = found.filter(active=state == "active")
    shown = listing.shown(found, PermissionGroup.objects.annotate(people=people_in()), everything)
    context = {
        "listing": listing,
        "shown": shown,
        "everything": shown.everything,
        "states": [("", _("All statuses")), ("active", _("Active")), ("inactive", _("Inactive"))],
    }
    return drawn(request, "accounts/groups.html", context)


def people_in() -> Coalesce:
    """Count, for a query of groups, the active members."""
    counted = (
        Membership.objects.filter(permission_group=OuterRef("pk"), active=True)
        .order_by()
        .values("permission_group")
        .annotate(people=Count("pk"))
        .values("people")
    )
    return Coalesce(Subquery(counted), 0)


def drawn(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Draw the page, or only its rows for an htmx request that replaces them."""
    partial = "#rows" if request.headers.get("HX-Target") == "rows" else ""
    response = render(request, f"{template}{partial}", context)
    patch_vary_headers(response, ["HX-Target"])
    return response
