"""Forms of the profile, and of Configuration > General and User accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import currencies, time_zones
from accounts.long_select import LongSelect
from accounts.models import Company, Invitation, Language, Membership, PermissionGroup, User
from accounts.rights import MODULE_NAMES, WITHOUT_EFFECT, Action, Module
from accounts.security_policy import policy_of
from accounts.sign_in_rules import admits_address
from audit.models import Retention


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
        fields = ("name", "language", "mail_first_connection", "mail_access_decided")
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
        choices=time_zones.choices,
        widget=LongSelect,
        help_text=_("Times on these pages and in assistants' answers are shown in this zone."),
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        required=False,
        choices=[("", _("Not set")), *((code, code) for code in currencies.CODES)],
        widget=LongSelect,
        help_text=_(
            "The currency of costs and prices, so that assistants can name it. Nothing is "
            "converted: choose the currency in which amounts are entered."
        ),
    )
    hours_per_week = forms.FloatField(
        label=_("Hours per week of a person"),
        required=False,
        min_value=1,
        max_value=168,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text=_(
            "Assistants compare planned hours with it to say who is free and who is overloaded. "
            "If you leave it blank, they assume 40 hours and say so."
        ),
    )

    log_days = forms.IntegerField(
        label=_("Keep the transactions log for (days)"),
        min_value=Retention.FEWEST_DAYS,
        max_value=Retention.MOST_DAYS,
        help_text=_(
            "Older events are deleted for good in the next cleanup. Export the log first if "
            "you need them for longer."
        ),
    )

    class Meta:
        model = Company
        fields = (
            "name", "language", "time_zone", "currency", "hours_per_week",
            "mail_new_consumer", "mail_refused_callback", "mail_token_replayed", "mail_secret_expiring",
            "mail_access_asked",
        )  # fmt: skip
        labels = {  # noqa: RUF012 - read by Django
            "mail_new_consumer": _("E-mail administrators about a new OAuth consumer or program"),
            "mail_refused_callback": _("E-mail administrators about a refused callback URL"),
            "mail_token_replayed": _("E-mail administrators about a code or token that was used twice"),
            "mail_access_asked": _("E-mail administrators when a person asks to use an app"),
            "mail_secret_expiring": _("E-mail administrators about a secret that expires soon"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].validators.append(validate_printable)
        self.fields["time_zone"].choices = time_zones.choices(self.instance.time_zone)  # type: ignore[attr-defined]
        self.fields["log_days"].initial = Retention.days_of(self.instance.pk)

    def save(self, commit: bool = True) -> Company:
        company: Company = super().save(commit)
        days = self.cleaned_data["log_days"]
        Retention.objects.update_or_create(company_id=company.pk, defaults={"days": days})
        return company


FROM_THE_LIST = {
    "required": _("Choose a permission group."),
    "invalid_choice": _("Choose a permission group from the list."),
}


class GroupField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when run
    """Chooses a permission group."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            PermissionGroup.objects.none(),
            **{
                "label": _("Permission group"),
                "empty_label": _("Choose…"),
                "error_messages": {"required": _("Choose a permission group.")},
                **options,
            },
        )

    def offer(self, groups: QuerySet[PermissionGroup]) -> None:
        """Offer these groups. They are read once, where Django reads them for each look at the choices."""
        self.queryset = groups
        empty = [] if self.empty_label is None else [("", self.empty_label)]
        self.choices = [*empty, *((group.pk, str(group)) for group in groups)]


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


class AddressForm(forms.Form):
    """Corrects the e-mail address of a person. It behaves the same whether or not it has an account."""

    email = forms.EmailField(
        label=_("New e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the person's e-mail address.")},
    )

    def __init__(self, member: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member

    def clean_email(self) -> str:
        email = admitted_address(self.member.company, self.cleaned_data["email"])
        if email == self.member.user.email.lower():
            raise ValidationError(_("This is the present address."))
        if Membership.objects.filter(company=self.member.company, user__email__iexact=email).exists():
            raise ValidationError(_("Somebody else in the list has this address."))
        return email


def admitted_address(company: Company, email: str) -> str:
    """Return the address in lower case. Raises ValidationError if the company's rules do not admit it."""
    email = email.strip().lower()
    domains = policy_of(company).allowed_domains
    if not admits_address(domains, email):
        raise ValidationError(
            _("Only addresses in these domains may join: %(domains)s.") % {"domains": ", ".join(domains)}
        )
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
    permission_group = GroupField(empty_label=None)

    class Meta:
        model = Membership
        fields = ("permission_group", "active")
        labels = {"active": _("May sign in to this company")}  # noqa: RUF012

    def __init__(self, *args: Any, names: bool = False, **kwargs: Any) -> None:
        """`names` says whether the administrator may correct the person's name."""
        super().__init__(*args, **kwargs)
        if names:
            name = forms.CharField(
                label=_("Name"),
                max_length=150,
                required=False,
                initial=self.instance.user.name,
                validators=[validate_printable],
            )
            self.fields = {"name": name, **self.fields}
        groups = self.instance.company.permission_groups.all()
        self.fields["permission_group"].offer(groups)  # type: ignore[attr-defined]


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
                        "offered": f"{module}:{action}" not in WITHOUT_EFFECT,
                    }
                    for action in Action
                ],
            }
            for module in Module
        ]
