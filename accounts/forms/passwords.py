"""The forms of a new password. They offer to disconnect apps: tokens outlive a password otherwise."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, ResetPasswordKeyForm
from allauth.core import context
from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.app_connections import app_connections
from accounts.models import Company, User
from accounts.networks import address_of


class OffersToDisconnect(forms.Form):
    """Adds the offer if the person has connected apps."""

    user: User | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.user is not None and any(
            app_connections().count(company, [self.user.pk]) for company in _companies(self.user)
        ):
            self.fields["disconnect_apps"] = forms.BooleanField(
                required=False,
                label=_("Also disconnect all my apps"),
                help_text=_(
                    "Assistants stay connected when a password changes. Tick this if somebody else may have "
                    "used your account: every app has to be approved again."
                ),
            )

    def save(self) -> None:
        """Set the password. The library's form, which follows, does that."""
        with transaction.atomic():
            super().save()  # type: ignore[misc]  # of the library's form
            if self.user is not None and self.cleaned_data.get("disconnect_apps"):
                for company in _companies(self.user):
                    app_connections().end_all(
                        company, self.user, by=self.user, address=address_of(context.request)
                    )


def _companies(user: User) -> list[Company]:
    return list(Company.objects.filter(memberships__user=user).order_by("pk"))


class NewPassword(OffersToDisconnect, ChangePasswordForm):
    """The password of somebody who is signed in."""


class ForgottenPassword(OffersToDisconnect, ResetPasswordKeyForm):
    """The password of somebody who followed a mailed link."""
