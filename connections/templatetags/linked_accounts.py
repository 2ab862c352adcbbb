"""Tells templates whether the person has an account at Fracttal One to link."""

from __future__ import annotations

from django import template
from django.template.context import Context

from connections.screens.linking import connections_of

register = template.Library()


@register.simple_tag(takes_context=True)
def links_accounts(context: Context) -> bool:
    """Say whether one of the person's companies keeps its data at Fracttal One."""
    return connections_of(context["request"]).exists()
