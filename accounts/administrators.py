"""Ensures that a company keeps at least one person who may configure it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.current import CONFIGURE
from accounts.models import Company, Membership
from accounts.security_policy import SecurityPolicy
from accounts.sign_in_rules import admits_address


class LastAdministrator(Exception):
    """The change would leave nobody who may configure the company."""


def has_administrator(company: Company) -> bool:
    """Say whether somebody can sign in and configure.

    A person who never chose a password cannot, and neither can one whose address the company does not allow.
    """
    members = Membership.objects.filter(company=company, active=True, user__is_active=True)
    policy = SecurityPolicy.objects.filter(company=company).first()
    domains = policy.allowed_domains if policy else []
    return any(
        CONFIGURE in member.rights
        and member.user.has_usable_password()
        and admits_address(domains, member.user.email)
        for member in members.select_related("user", "permission_group")
    )


@contextmanager
def keeping_an_administrator(company: Company) -> Iterator[None]:
    """Run a transaction; roll it back and raise LastAdministrator if no administrator would be left.

    The lock on the company keeps two administrators from removing each other at the same moment.
    """
    with transaction.atomic():
        Company.objects.select_for_update().get(pk=company.pk)
        yield
        if not has_administrator(company):
            raise LastAdministrator
