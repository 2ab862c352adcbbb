"""The form that adds a secret to a consumer."""

from __future__ import annotations

import datetime as dt
import secrets

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SecretForm(forms.Form):
    days = forms.ChoiceField(
        label=_("Expires"),
        required=False,
        choices=(
            ("", _("Never")),
            ("90", _("In 90 days")),
            ("180", _("In 180 days")),
            ("365", _("In 1 year")),
        ),
        help_text=_("Its expiry is announced here 30 days, 7 days and 1 day before."),
        error_messages={"invalid_choice": _("Choose from the list.")},
    )
    # So that a reload or a double click does not add a second one.
    form_id = forms.CharField(max_length=32, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data=data, auto_id="secret_%s")
        self.fields["form_id"].initial = secrets.token_urlsafe(12)

    @property
    def expires_at(self) -> dt.datetime | None:
        days = self.cleaned_data["days"]
        return timezone.now() + dt.timedelta(days=int(days)) if days else None
