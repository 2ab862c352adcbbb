"""The form of Configuration > General."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import currencies, time_zones
from accounts.forms.fields import validate_printable
from accounts.long_select import LongSelect
from accounts.models import Company
from audit.models import Retention


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
