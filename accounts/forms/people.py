"""The forms of a person in the company: group, access and e-mail address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import GroupField, validate_printable
from accounts.models import Company, Membership
from accounts.security_policy import policy_of
from accounts.sign_in_rules import admits_address


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
