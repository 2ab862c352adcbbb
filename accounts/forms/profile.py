"""The form of the own profile."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import validate_printable
from accounts.models import Language, User


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
