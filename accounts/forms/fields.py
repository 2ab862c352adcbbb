"""What the forms of all apps share: the choice of a permission group, checked names, submitted keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import PermissionGroup


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
