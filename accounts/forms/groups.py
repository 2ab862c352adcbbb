"""The form of a permission group, with its rights as a matrix."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import validate_printable
from accounts.models import PermissionGroup
from accounts.rights import ACTION_NAMES, MODULE_NAMES, WITHOUT_EFFECT, Action, Module


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
