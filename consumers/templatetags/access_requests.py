"""Counts the people who wait for an administrator, for the tabs of API connections."""

from __future__ import annotations

from django import template
from django.template.context import Context

from accounts.current import current_membership
from consumers.policy.models import AccessRequest

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_people(context: Context) -> int:
    """Return how many requests to use an app wait in the current company."""
    membership = current_membership(context["request"])
    if membership is None:
        return 0
    waiting = AccessRequest.objects.filter(approved=None)
    return waiting.filter(consumer__company_id=membership.company_id).count()
