"""Configuration > User accounts > a person: another e-mail address; and the page behind the mailed link."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import address_changes
from accounts.current import CONFIGURE, require_right, signed_in_user
from accounts.forms.people import AddressForm
from accounts.mail_limit import may_mail
from accounts.models import WaitingAddress
from accounts.networks import address_of
from accounts.person_changes import UsedElsewhere, is_used_elsewhere
from accounts.screens.person import (
    is_own,
    member_of,
    page_of,
    too_many_text,
    untold_text,
    used_elsewhere_text,
)


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    if is_own(request, member):  # an open browser must not be enough to take the account over
        messages.error(request, _("Another administrator has to correct your own address."))
        return HttpResponseRedirect(page_of(member))
    if is_used_elsewhere(member):
        messages.error(request, used_elsewhere_text())
        return HttpResponseRedirect(page_of(member))
    form = AddressForm(member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if may_mail(member.company, email):
            try:
                told = address_changes.ask(
                    member, email, by=signed_in_user(request), address=address_of(request)
                )
            except UsedElsewhere:  # since this request began
                messages.error(request, used_elsewhere_text())
            except address_changes.NotSent:
                messages.warning(request, _("The message could not be sent. Try again later."))
            else:
                messages.success(request, _("The message to %(email)s has been sent.") % {"email": email})
                if not told:
                    messages.warning(request, untold_text())
            return HttpResponseRedirect(page_of(member))
        form.add_error("email", too_many_text())
    waiting = WaitingAddress.objects.filter(membership=member, expires_at__gt=timezone.now()).first()
    context = {"form": form, "member": member, "waiting": waiting}
    return render(request, "accounts/new_address_ask.html", context, status=422 if form.errors else 200)


@require_POST
@require_right(CONFIGURE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    member = member_of(request, pk)
    address_changes.withdraw(member, by=signed_in_user(request), address=address_of(request))
    messages.success(request, _("The link that was sent no longer works. The address stays as it is."))
    return HttpResponseRedirect(page_of(member))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mailed(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm a new address, as whoever reads its mailbox may. Opening the link changes nothing."""
    waiting = address_changes.waiting(token)
    if waiting is None:
        return render(request, "accounts/new_address_gone.html", status=404)
    context = {"email": waiting.email, "company": waiting.membership.company}
    if request.method != "POST":
        return render(request, "accounts/new_address.html", context)
    try:
        address_changes.confirm(waiting.pk, token, address=address_of(request))
    except address_changes.Taken:
        return render(request, "accounts/new_address_taken.html", context, status=409)
    except address_changes.NotOpen:
        return render(request, "accounts/new_address_gone.html", status=404)
    return render(request, "accounts/new_address_done.html", context)
