"""The forms of Configuration > API connections > Registration."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import FROM_THE_LIST, GroupField, validate_printable
from accounts.models import Company, PermissionGroup, User
from consumers.digests import Prefix, digest, make
from consumers.registrations.models import InitialAccessToken, RegistrationRules

MAX_HOSTS = 50
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


Groups = QuerySet[PermissionGroup]


def active_groups(company: Company) -> Groups:
    return company.permission_groups.filter(active=True)


class RulesForm(forms.Form):
    mode = forms.ChoiceField(
        label=_("Who may register programs"),
        choices=RegistrationRules.Mode.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose who may register programs."),
            "invalid_choice": _("Choose who may register programs."),
        },
    )
    people_may_ask = forms.BooleanField(
        label=_("People may ask for programs that identify themselves by a web address"), required=False
    )
    document_hosts = forms.CharField(
        label=_("Trusted hosts"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": "claude.ai"}),
        help_text=_(
            "One per line. A program described at one of these hosts needs no approval by an "
            "administrator; each person still approves it. List only hosts where only the "
            "program's maker can publish."
        ),
    )
    document_group = GroupField(
        required=False, help_text=_("For programs from trusted hosts."), error_messages=FROM_THE_LIST
    )

    def __init__(self, company: Company, data: Any = None, groups: Groups | None = None) -> None:
        self.rules = RegistrationRules.objects.filter(company=company).first() or RegistrationRules(
            company=company
        )
        initial = {
            "mode": self.rules.mode,
            "people_may_ask": self.rules.people_may_ask,
            "document_hosts": "\n".join(self.rules.document_hosts),
            "document_group": self.rules.document_group_id,
        }
        super().__init__(data, initial=initial, auto_id="rules_%s")
        offered = active_groups(company) if groups is None else groups
        self.fields["document_group"].offer(offered)  # type: ignore[attr-defined]

    def clean_document_hosts(self) -> list[str]:
        hosts = list(dict.fromkeys(self.cleaned_data["document_hosts"].lower().split()))
        if len(hosts) > MAX_HOSTS:
            raise ValidationError(_("Enter at most %(limit)d hosts.") % {"limit": MAX_HOSTS})
        for host in hosts:
            if not _HOST.fullmatch(host) or len(host) > 253:
                raise ValidationError(
                    _("Enter only the host name, for example claude.ai: no https://, path or *.")
                )
        return hosts

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("document_hosts") and not values.get("document_group"):
            self.add_error("document_group", _("Choose a permission group for programs from these hosts."))
        return values

    def save(self) -> None:
        """Save the rules, also if two administrators save the first rules of a company at the same time."""
        self.rules, _made = RegistrationRules.objects.update_or_create(
            company=self.rules.company, defaults=self.cleaned_data
        )


class TokenForm(forms.Form):
    label = forms.CharField(
        label=_("Purpose"),
        max_length=80,
        validators=[validate_printable],
        error_messages={"required": _("Say what the token is for, for example n8n.")},
    )
    permission_group = GroupField(error_messages=FROM_THE_LIST)
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(1, _("1 day")), (7, _("7 days")), (30, _("30 days"))],
        initial=7,
        error_messages={"invalid_choice": _("Choose one from the list.")},
    )

    def __init__(self, company: Company, data: Any = None, groups: Groups | None = None) -> None:
        self.company = company
        super().__init__(data, auto_id="token_%s")
        offered = active_groups(company) if groups is None else groups
        self.fields["permission_group"].offer(offered)  # type: ignore[attr-defined]

    def save(self, by: User) -> str:
        """Create the token and return it; it cannot be read again later."""
        token = make(Prefix.INITIAL_ACCESS_TOKEN)
        InitialAccessToken.objects.create(
            company=self.company,
            permission_group=self.cleaned_data["permission_group"],
            label=self.cleaned_data["label"],
            token_digest=digest(token),
            hint=token[-4:],
            created_by=by,
            expires_at=timezone.now() + dt.timedelta(days=self.cleaned_data["days"]),
        )
        return token
