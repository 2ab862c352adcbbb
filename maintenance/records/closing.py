"""The button that closes a work order on its page."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.current import acting_membership, sign_in_required
from maintenance.rules.order_closing import CannotClose, close
from maintenance.rules.refusals import RecordNotFound
from maintenance.tokens import principal_of

RIGHT = "work_orders:edit"


@require_POST
@sign_in_required
def close_work_order(request: HttpRequest, folio: str) -> HttpResponse:
    principal = principal_of(acting_membership(request))
    if not {RIGHT, "work_orders:view"} <= principal.rights:
        raise PermissionDenied
    if "\x00" in folio:
        raise Http404
    try:
        close(principal, folio)
    except RecordNotFound:
        raise Http404 from None
    except CannotClose as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Work order %(folio)s closed.") % {"folio": folio})
    return HttpResponseRedirect(reverse("record-work-order", args=[folio]))
