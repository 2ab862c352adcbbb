"""Configuration > Security > Calendar links: those of the company's people, and their end."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.networks import address_of
from accounts.person_changes import tell
from accounts.screens.confirming import confirmation, is_confirmed
from accounts.screens.person import untold_text
from calendars import links
from calendars.models import CalendarLink
from listing.folded_columns import holding
from listing.listing import Listing, Sort
from listing.way_back import way_back

REVOKED = gettext_lazy(
    "Your calendar link was revoked. Calendars that read it show no planned work any more. You can make a "
    "new link under Profile > Calendar."
)


@require_safe
@require_right(CONFIGURE)
def of_company(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    listing = Listing(
        request.GET,
        reverse("settings-calendar-links"),
        sorts={
            "person": Sort(_("Person"), "membership__user__folded_name"),
            "created": Sort(_("Created"), "created_at", newest_first=True),
            "used": Sort(_("Last used"), "last_used_at", newest_first=True),
        },
    )
    everything = CalendarLink.objects.filter(membership__company=company)
    found = everything.filter(*holding(listing.words, "membership__user__folded"))
    full = CalendarLink.objects.select_related("membership__user", "membership__permission_group")
    context = {"listing": listing, "shown": listing.shown(found, full)}
    return render(request, "calendars/of_company.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    mine = CalendarLink.objects.filter(membership__company=acting_membership(request).company)
    link = get_object_or_404(mine.select_related("membership__user", "membership__company"), pk=pk)
    member, back = link.membership, way_back(request, "settings-calendar-links")
    person = {"person": member.user.display_name}
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_("Revoke the calendar link of %(person)s?") % person,
            sentences=[
                _("Calendars that read the link stop showing planned work."),
                _(
                    "The person can make a new link. To prevent that, change the permission group or its "
                    "limits."
                ),
            ],
            button=_("Revoke the link"),
            back=back,
        )
    by = signed_in_user(request)
    if (
        links.revoke(member, address_of(request), by=by)
        and by != member.user
        and not tell(member, by, REVOKED)
    ):
        messages.warning(request, untold_text())
    messages.success(request, _("The calendar link of %(person)s no longer works.") % person)
    return HttpResponseRedirect(back)
