"""Configuration > Security: the buttons that pause and resume all writes by assistants."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.networks import address_of
from accounts.pause import pause_writes, resume_writes


@require_POST
@require_right(CONFIGURE)
def pause(request: HttpRequest) -> HttpResponse:
    pause_writes(acting_membership(request).company, signed_in_user(request), address_of(request))
    messages.success(request, _("Writes are paused. Assistants can still read."))
    return HttpResponseRedirect(reverse("settings-security"))


@require_POST
@require_right(CONFIGURE)
def resume(request: HttpRequest) -> HttpResponse:
    resume_writes(acting_membership(request).company, signed_in_user(request), address_of(request))
    messages.success(
        request, _("Writes are resumed. Assistants can write again, as far as people allowed it.")
    )
    return HttpResponseRedirect(reverse("settings-security"))
