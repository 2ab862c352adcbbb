"""Counts the waiting programs for the tabs of API connections."""

from __future__ import annotations

from django import template
from django.template.context import Context

from accounts.current import current_membership
from consumers.registrations.models import Registration

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_programs(context: Context) -> int:
    """Return how many programs wait for an administrator of the current company."""
    membership = current_membership(context["request"])
    if membership is None:
        return 0
    return Registration.objects.waiting().filter(company_id=membership.company_id).count()
