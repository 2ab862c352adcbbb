"""The forms that invite a person and that accept an invitation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import GroupField, validate_printable
from accounts.forms.people import admitted_address
from accounts.models import Company, Invitation, Membership, User

ALREADY_INVITED = _("This address has already been invited. Open its row to resend the message.")


class InvitationForm(forms.Form):
    """Invites by e-mail. It behaves the same whether or not the address has an account."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the person's e-mail address.")},
    )
    name = forms.CharField(label=_("Name"), max_length=150, required=False, validators=[validate_printable])
    permission_group = GroupField()

    def __init__(self, company: Company, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company = company
        self.fields["permission_group"].offer(company.permission_groups.filter(active=True))  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        email = admitted_address(self.company, self.cleaned_data["email"])
        if Membership.objects.filter(company=self.company, user__email__iexact=email).exists():
            raise ValidationError(_("This person is already in the list. Open their row to change it."))
        if Invitation.objects.standing().filter(company=self.company, email=email).exists():
            raise ValidationError(ALREADY_INVITED)
        return email


class NewAccountForm(forms.Form):
    """Creates the account of a person who accepts an invitation."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        required=False,
        validators=[validate_printable],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=512,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Several words make a good password."),
    )
    password2 = forms.CharField(
        label=_("Confirm password"),
        strip=False,
        max_length=512,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, invitation: Invitation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation

    def clean(self) -> None:
        super().clean()
        first, second = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords do not match."))
        elif first:
            person = User(email=self.invitation.email, name=self.cleaned_data.get("name", ""))
            try:
                validate_password(first, person)
            except ValidationError as error:
                self.add_error("password1", error)
