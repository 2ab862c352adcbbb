"""Profile > Delete account: says what goes and what stays, and asks for the password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.account_deletion import LeavesNoAdministrator, delete_account
from accounts.current import sign_in_required, signed_in_user
from accounts.models import User
from accounts.networks import address_of
from audit.bounds import within

MOST_TRIES = 5  # a minute


class DeletionForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_password(self) -> str:
        if not within(f"delete-account:{self._user.pk}", MOST_TRIES):
            raise forms.ValidationError(_("Too many attempts. Try again in a minute."))
        password: str = self.cleaned_data["password"]
        if not self._user.check_password(password):
            raise forms.ValidationError(_("That is not your password."))
        return password


@require_http_methods(["GET", "HEAD", "POST"])
@sign_in_required
def delete(request: HttpRequest) -> HttpResponse:
    user = signed_in_user(request)
    form = DeletionForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            delete_account(user, address_of(request))
        except LeavesNoAdministrator as refused:
            form.add_error(
                None,
                _(
                    "You are the last person who may edit the configuration of %(company)s. Give somebody "
                    "else that permission first."
                )
                % {"company": refused.company.name},
            )
        else:
            logout(request)
            messages.success(request, _("Your account is deleted."))
            return HttpResponseRedirect(reverse("account_login"))
    return render(request, "accounts/delete_account.html", {"form": form}, status=422 if form.errors else 200)
