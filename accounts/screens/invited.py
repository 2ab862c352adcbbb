"""Configuration > User accounts: inviting people, and the open invitations."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import invitations
from accounts.current import CONFIGURE, acting_membership, require_right, signed_in_user
from accounts.forms.invitations import ALREADY_INVITED, InvitationForm
from accounts.mail_limit import may_mail
from accounts.models import Invitation
from accounts.networks import address_of
from accounts.recorded_changes import record_change
from accounts.screens.invitations import not_open_text
from audit.kinds import Kind
from listing.way_back import way_back


@require_http_methods(["GET", "HEAD", "POST"])
@require_right(CONFIGURE)
def add(request: HttpRequest) -> HttpResponse:
    company = acting_membership(request).company
    form = InvitationForm(company, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if not may_mail(company, data["email"]):
            form.add_error("email", too_many_text())
        else:
            try:
                invitations.invite(
                    company,
                    data["email"],
                    data["name"],
                    data["permission_group"],
                    signed_in_user(request),
                    address_of(request),
                )
            except invitations.AlreadyInvited:
                form.add_error("email", ALREADY_INVITED)
            except invitations.NotSent:
                messages.warning(request, not_sent_text())
                return HttpResponseRedirect(way_back(request, "settings-people"))
            else:
                messages.success(
                    request,
                    _("%(email)s has been invited. We've emailed the invitation.") % {"email": data["email"]},
                )
                return HttpResponseRedirect(way_back(request, "settings-people"))
    return render(request, "accounts/person_add.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@require_right(CONFIGURE)
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(standing(request), pk=pk)
    return render(request, "accounts/invited.html", {"invitation": found})


@require_POST
@require_right(CONFIGURE)
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(standing(request), pk=pk)
    if not may_mail(found.company, found.email):
        messages.error(request, too_many_text())
        return HttpResponseRedirect(reverse("settings-invitation", args=[pk]))
    try:
        invitations.send_again(found.pk, signed_in_user(request), address_of(request))
    except invitations.NotOpen:  # since this request began
        messages.error(request, not_open_text())
    except invitations.NotSent:
        messages.warning(request, not_sent_text())
    else:
        messages.success(request, _("The message to %(email)s has been sent.") % {"email": found.email})
    return HttpResponseRedirect(way_back(request, "settings-people"))


@require_POST
@require_right(CONFIGURE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an invitation. A double click gets the same answer."""
    found = get_object_or_404(Invitation, company=acting_membership(request).company, pk=pk)
    if not withdrawn(request, found):
        messages.error(request, _("The invitation has been accepted in the meantime. Open the person's row."))
    else:
        messages.success(request, _("The invitation has been withdrawn. Its link no longer works."))
    return HttpResponseRedirect(way_back(request, "settings-people"))


def withdrawn(request: HttpRequest, invitation: Invitation) -> bool:
    """Withdraw an invitation unless it was accepted. Return whether it is withdrawn, now or before."""
    with transaction.atomic():
        standing = Invitation.objects.standing().filter(pk=invitation.pk)
        if standing.update(withdrawn_at=timezone.now()):
            record_change(request, Kind.INVITATION_WITHDRAWN, subject=invitations.subject_of(invitation))
    return Invitation.objects.filter(pk=invitation.pk).exclude(withdrawn_at=None).exists()


def standing(request: HttpRequest) -> QuerySet[Invitation]:
    company = acting_membership(request).company
    found = Invitation.objects.standing().filter(company=company)
    return found.select_related("company", "permission_group", "invited_by")


def too_many_text() -> str:
    return _("Too many messages have been sent today to this address or by this company. Try again tomorrow.")


def not_sent_text() -> str:
    return _("The invitation is saved, but the message could not be sent. Open its row to resend it.")
