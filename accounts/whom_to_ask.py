"""The administrators whom a page names to a colleague who needs one."""

from __future__ import annotations

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from accounts.current import CONFIGURE
from accounts.models import Company, PermissionGroup, User
from accounts.security_policy import policy_of
from accounts.sign_in_rules import admits_address

MOST_NAMED = 3


def administrators_to_ask(company: Company) -> list[User]:
    """Return up to MOST_NAMED people who may configure the company and can sign in, by name.

    Show them to members of the company only.
    """
    groups = PermissionGroup.objects.filter(company=company, active=True)
    able = [group.pk for group in groups if CONFIGURE in group.effective_rights]
    people = User.objects.filter(
        is_active=True, memberships__active=True, memberships__permission_group__in=able
    )
    who_sign_in = people.exclude(password="").exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    domains = policy_of(company).allowed_domains
    in_order = who_sign_in.distinct().order_by("name", "email")
    return [person for person in in_order if admits_address(domains, person.email)][:MOST_NAMED]
