"""A select for a long list."""

from __future__ import annotations

from html import escape
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.safestring import SafeString, mark_safe


class LongSelect(forms.Select):
    """Draws its options itself, as Django does with two templates for each, which take 0.1 ms."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        widget = self.get_context(name, value, attrs)["widget"]
        groups = "".join(_group(label, options) for label, options, _number in widget["optgroups"])
        return mark_safe(f"<select{flatatt({'name': name, **widget['attrs']})}>{groups}</select>")  # noqa: S308


def _group(label: Any, options: list[dict[str, Any]]) -> str:
    drawn = "\n".join(
        f'<option value="{escape(str(option["value"]))}"{" selected" if option["selected"] else ""}>'
        f"{escape(str(option['label']))}</option>"
        for option in options
    )
    return f'<optgroup label="{escape(str(label))}">{drawn}</optgroup>' if label else drawn
