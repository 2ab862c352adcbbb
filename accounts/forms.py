"""Forms of the profile, and of Configuration > General and User accounts."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import currencies
from accounts.models import Company, Invitation, Language, Membership, PermissionGroup, User
from accounts.rights import MODULE_NAMES, Action, Module


def validate_printable(value: str) -> None:
    """Refuse line breaks, control and direction characters.

    Names appear in messages and on the consent page.
    """
    if not value.isprintable():
        raise ValidationError(_("This text contains invisible characters. Type it instead of pasting it."))


def primary_key(value: object) -> int:
    """Return a submitted primary key, or 0, which no row has, if the value is none."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when run
    class Meta:
        model = User
        fields = ("name", "language")
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}  # noqa: RUF012 - read by Django

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(validate_printable)
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"),
            required=False,
            choices=[("", _("Browser language")), *Language.choices],
        )


class CompanyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when run
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(name, name) for name in sorted(zoneinfo.available_timezones())],
        help_text=_("Times on these pages and in assistants' answers are shown in this zone."),
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        required=False,
        choices=[("", _("Not set")), *((code, code) for code in currencies.CODES)],
        help_text=_(
            "The currency of costs and prices, so that assistants can name it. Nothing is "
            "converted: choose the currency in which amounts are entered."
        ),
    )

    class Meta:
        model = Company
        fields = ("name", "language", "time_zone", "currency")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(validate_printable)


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
    permission_group: forms.ModelChoiceField[PermissionGroup] = forms.ModelChoiceField(
        PermissionGroup.objects.none(),
        label=_("Permission group"),
        empty_label=None,
        error_messages={"required": _("Choose a permission group.")},
    )

    def __init__(self, company: Company, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company = company
        self.fields["permission_group"].queryset = company.permission_groups.filter(active=True)  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
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


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when run
    class Meta:
        model = Membership
        fields = ("permission_group", "active")
        labels = {"active": _("May sign in to this company")}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = self.instance.company.permission_groups.all()
        self.fields["permission_group"].queryset = groups  # type: ignore[attr-defined]
        self.fields["permission_group"].empty_label = None  # type: ignore[attr-defined]


ACTION_NAMES = {
    Action.VIEW: _("view"),
    Action.ADD: _("add"),
    Action.EDIT: _("edit"),
    Action.DELETE: _("delete"),
}


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when run
    rights = forms.MultipleChoiceField(
        label=_("Permissions"),
        required=False,
        choices=[(f"{module}:{action}", f"{module}:{action}") for module in Module for action in Action],
    )

    class Meta:
        model = PermissionGroup
        fields = ("name", "rights", "own_work_orders_only", "active")
        help_texts = {  # noqa: RUF012
            "active": _("People and consumers in an inactive group lose all access."),
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        validate_printable(name)
        same = PermissionGroup.objects.filter(company=self.instance.company, name__iexact=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("A group with this name already exists. Choose another name."))
        return name

    def matrix(self) -> list[dict[str, Any]]:
        """Return the rights as rows (modules) of cells (actions) for the template."""
        held = set(self["rights"].value() or [])
        return [
            {
                "name": MODULE_NAMES[module],
                "cells": [
                    {
                        "value": f"{module}:{action}",
                        "label": f"{MODULE_NAMES[module]}: {ACTION_NAMES[action]}",
                        "held": f"{module}:{action}" in held,
                    }
                    for action in Action
                ],
            }
            for module in Module
        ]
