"""What waits for an administrator's decision."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.db.models import Expression

from consumers.policy.models import AccessRequest
from consumers.registrations.models import Registration
from listing.counting import column, number_of


@cache
def counts_of_members() -> Mapping[str, Expression]:
    """Return what a query of memberships counts: people who ask to use an app, and waiting programs.

    It depends on nothing, so it is compiled once.
    """
    company = column("accounts_membership", "company_id")
    return {
        "people_asking": number_of(AccessRequest.objects.filter(approved=None, consumer__company_id=company)),
        "programs_waiting": number_of(Registration.objects.waiting().filter(company_id=company)),
    }
