"""Fields of a consumer that Django has none for: several callback URLs, and web addresses safe in a link."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _


class CallbackUrlsInput(forms.TextInput):
    """Several inputs of the same name, which the template draws."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        values = data.getlist(name) if isinstance(data, QueryDict) else data.get(name, [])
        return [value.strip() for value in values]


class CallbackUrlsField(forms.Field):
    """A list of callbacks as typed; ConsumerForm validates each row."""

    widget = CallbackUrlsInput


def web_address(label: Any) -> forms.URLField:
    field = forms.URLField(
        label=label,
        required=False,
        max_length=500,
        assume_scheme="https",
        error_messages={"invalid": _("Enter a full web address, for example https://example.com/privacy.")},
    )
    # Only schemes that a browser may open from a link: no javascript:, data: or ftp: (security case 248).
    field.validators = [
        validator for validator in field.validators if not isinstance(validator, URLValidator)
    ] + [URLValidator(schemes=["https", "http"], message=field.error_messages["invalid"])]
    return field
