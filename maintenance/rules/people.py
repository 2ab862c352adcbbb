"""Which personnel record belongs to a caller, and whom a write may name."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.principal import Principal
from maintenance.models import Personnel
from maintenance.rules.refusals import InvalidFields


def active_accounts(company_id: int, emails: list[str]) -> dict[str, str]:
    """Maps each e-mail address of an active account in the company to the name of its permission group."""
    if not emails:
        return {}
    memberships = Membership.objects.filter(
        company_id=company_id, user__email__in=emails, active=True, user__is_active=True
    )
    return dict(memberships.values_list("user__email", "permission_group__name"))


def own_record(principal: Principal) -> QuerySet[Personnel]:
    """Returns the caller's own record, found by the account's e-mail address. A program has none."""
    if principal.user_id is None:
        return Personnel.objects.none()
    return Personnel.objects.filter(
        company_id=principal.company_id, account_email=principal.user_email.lower(), active=True
    )


def acting_person(principal: Principal, code: str, parameter: str) -> Personnel:
    """Returns the person in whose name a write is made: active, with an active account.

    A person's own token writes only as that person; a program of the company may name anybody. Raises
    InvalidFields.
    """
    person = Personnel.objects.filter(company_id=principal.company_id, code=code, active=True).first()
    email = person.account_email if person is not None else None
    if person is None or not email or not active_accounts(principal.company_id, [email]):
        raise InvalidFields({parameter: "is not the code of an active person with an account"})
    if principal.user_id is not None and email != principal.user_email.lower():
        raise InvalidFields({parameter: "is not the code of the person that the token is for"})
    return person


def active_person(company_id: int, code: str, parameter: str) -> Personnel:
    """Returns an active person to assign work or goods to; no account is needed. Raises InvalidFields."""
    person = Personnel.objects.filter(company_id=company_id, code=code, active=True).first()
    if person is None:
        raise InvalidFields({parameter: "is not the code of an active person"})
    return person
