"""The reason of an event in words."""

from __future__ import annotations

from django import template

from activity.reasons import reason_in_words

register = template.Library()
register.filter(reason_in_words)
