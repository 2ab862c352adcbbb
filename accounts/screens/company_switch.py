"""Configuration > Security: the buttons that switch the whole company off and on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.company_switch import switch_off, switch_on
from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.networks import address_of
from accounts.screens.confirming import confirmation, is_confirmed


@require_POST
@require_right(CONFIGURE)
def off(request: HttpRequest) -> HttpResponse:
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_("Switch the company off?"),
            sentences=[
                _("Within a second, no assistant and no program of the company can read or write anything."),
                _("Only people who may edit the configuration can still work on these pages."),
                _("Nothing is disconnected: everything works again when the company is switched on."),
            ],
            button=_("Switch off"),
            back=reverse("settings-security"),
        )
    switch_off(acting_membership(request).company, signed_in_user(request), address_of(request))
    messages.success(request, _("The company is switched off."))
    return HttpResponseRedirect(reverse("settings-security"))


@require_POST
@require_right(CONFIGURE)
def on(request: HttpRequest) -> HttpResponse:
    if not is_confirmed(request):
        return confirmation(
            request,
            title=_("Switch the company on?"),
            sentences=[
                _(
                    "People, assistants and programs get in again as these pages say: check first who is "
                    "active under User accounts, and which consumers and secrets under API connections."
                ),
            ],
            button=_("Switch on"),
            back=reverse("settings-security"),
            harmful=False,
        )
    switch_on(acting_membership(request).company, signed_in_user(request), address_of(request))
    messages.success(request, _("The company is switched on."))
    return HttpResponseRedirect(reverse("settings-security"))
