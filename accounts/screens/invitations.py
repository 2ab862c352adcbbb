"""What an invited person sees: the invitations after sign-in, and the page behind the mailed link."""

from __future__ import annotations

import datetime as dt

from allauth.account.utils import perform_login
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import invitations
from accounts.current import shell_of, sign_in_required, signed_in_user
from accounts.forms.fields import primary_key
from accounts.forms.invitations import NewAccountForm
from accounts.models import Invitation, User

SECOND_CLICK = dt.timedelta(minutes=1)


@require_safe
@sign_in_required
def own(request: HttpRequest) -> HttpResponse:
    offers = Invitation.objects.waiting_for(signed_in_user(request))
    offers = offers.select_related("company", "permission_group", "invited_by").order_by("sent_at")
    return render(request, "accounts/own_invitations.html", {"offers": offers})


@require_POST
@sign_in_required
def answer(request: HttpRequest) -> HttpResponse:
    """Accept or decline. The session stays in its company; a session without one gets the new company."""
    user, key = signed_in_user(request), primary_key(request.POST.get("invitation"))
    try:
        if request.POST.get("answer") == "accept":
            name = invitations.accept(key, user).company.name
            messages.success(request, joined_text(name, elsewhere=bool(shell_of(request).memberships)))
        else:
            invitations.decline(key, user.email)
            messages.success(
                request, _("You declined the invitation. None of your details were shown to that company.")
            )
    except invitations.NotOpen:
        messages.error(request, not_open_text())
    return HttpResponseRedirect(reverse("home"))


def joined_text(company: str, *, elsewhere: bool) -> str:
    if elsewhere:
        return _("You are now a member of %(company)s. You can switch to it at the top of the page.") % {
            "company": company
        }
    return _("You are now a member of %(company)s.") % {"company": company}


def not_open_text() -> str:
    return _("This invitation has expired, or it was withdrawn, resent or already answered.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mailed(request: HttpRequest, token: str) -> HttpResponse:
    """Accept through the mailed link: after sign-in, or by choosing a password if there is no account."""
    found = Invitation.objects.by_token(token).filter(withdrawn_at=None)
    invitation = found.select_related("company", "permission_group", "invited_by").first()
    if invitation is None:
        return gone(request)
    if request.user.is_authenticated:
        if signed_in_user(request).email.lower() == invitation.email:
            return HttpResponseRedirect(reverse("home" if invitation.accepted_at else "own-invitations"))
        return render(request, "accounts/invitation_of_another.html", {"invitation": invitation})
    if invitation.accepted_at is not None:
        return entered_twice(request, invitation)
    if invitation.expired or invitation.declined_at is not None:
        return gone(request)
    if invitations.account_of(invitation) is not None:
        return redirect_to_login(reverse("own-invitations"))
    return new_account(request, invitation)


def new_account(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if request.method == "POST" and request.POST.get("answer") == "decline":
        try:
            invitations.decline(invitation.pk, invitation.email)
        except invitations.NotOpen:
            return gone(request)
        return render(request, "accounts/invitation_declined.html", {"invitation": invitation})
    form = NewAccountForm(invitation, request.POST or None, initial={"name": invitation.name})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user = invitations.accept_as_new(invitation.pk, data["name"], data["password1"])
        except invitations.HasAccount:
            return redirect_to_login(reverse("own-invitations"))
        except invitations.NotOpen:
            invitation.refresh_from_db()
            return entered_twice(request, invitation) if invitation.accepted_at else gone(request)
        return entered(request, user)
    context = {"form": form, "invitation": invitation}
    return render(request, "accounts/invitation.html", context, status=422 if form.errors else 200)


def entered(request: HttpRequest, user: User) -> HttpResponse:
    response: HttpResponse = perform_login(request, user, redirect_url=reverse("home"))
    return response


def entered_twice(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Handle a double click on the button that created the account: sign in, as the first click did."""
    user = invitations.account_of(invitation)
    recent = invitation.accepted_at is not None and timezone.now() - invitation.accepted_at < SECOND_CLICK
    password = request.POST.get("password1", "")
    if user is not None and recent and not is_mfa_enabled(user) and user.check_password(password):
        return entered(request, user)
    return gone(request)


def gone(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/invitation_gone.html", status=404)
