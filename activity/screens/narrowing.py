"""Takes from an app what it did not use in the last 90 days."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.networks import address_of
from accounts.screens.confirming import confirmation, is_confirmed
from accounts.whom_it_cuts import rights_text
from activity.unused import use_of
from consumers.models import Consumer
from consumers.policy.saving import narrow


@require_POST
@require_right(CONFIGURE)
def narrow_to_use(request: HttpRequest, pk: int) -> HttpResponse:
    """Forbid the app the tools that need a right it never used; the form names the rights that it showed.

    A right that was used since the page was drawn stays.
    """
    company = acting_membership(request).company
    consumer = get_object_or_404(Consumer.objects.select_related("permission_group"), company=company, pk=pk)
    page = reverse("activity-app", args=[consumer.pk])
    taken = use_of(consumer).never_used & set(request.POST.getlist("right"))
    if not taken:
        messages.info(request, _("Nothing to narrow: the app used everything that it may do."))
        return HttpResponseRedirect(page)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_("Narrow %(app)s to what it uses?") % {"app": consumer.name},
            sentences=[
                _("Not used in the last 90 days: %(unused)s.") % {"unused": rights_text(taken)},
                _(
                    "Tools that need one of these permissions will be off for this app, "
                    "immediately and for everybody."
                ),
                _("Nobody's own permissions change. You can allow a tool again on the consumer's page."),
            ],
            button=_("Narrow"),
            back=page,
        )
    off = narrow(consumer, taken, by=signed_in_user(request), address=address_of(request))
    messages.success(
        request, _("%(app)s narrowed. Off now: %(tools)s.") % {"app": consumer.name, "tools": ", ".join(off)}
    )
    return HttpResponseRedirect(page)
