"""Deletes the account of a person, in every company. What the log says about the person stays."""

from __future__ import annotations

from django.db import transaction

from accounts.administrators import LastAdministrator, keeping_an_administrator
from accounts.app_connections import app_connections
from accounts.models import Company, User
from audit.chain import append
from audit.kinds import Kind
from audit.recording import Subject, event_of


class LeavesNoAdministrator(Exception):
    """The person is the last who may configure this company."""

    def __init__(self, company: Company) -> None:
        super().__init__(company.name)
        self.company = company


def delete_account(user: User, address: str) -> None:
    """Delete the account with all that is the person's own: see `records.md`.

    Raises LeavesNoAdministrator, and then nothing is deleted.
    """
    companies = list(Company.objects.filter(memberships__user=user).order_by("pk"))
    logs: list[int | None] = [company.pk for company in companies]
    with transaction.atomic():
        for company in companies:
            try:
                with keeping_an_administrator(company):
                    user.memberships.filter(company=company).delete()
            except LastAdministrator:
                raise LeavesNoAdministrator(company) from None
        for company in companies:
            app_connections().end_all(company, user, by=user, address=address)
        append(
            [
                event_of(
                    Kind.PERSON_DELETED,
                    company_id=company_id,
                    user=user,
                    subject=Subject("person", str(user.pk), user.email),
                    address=address,
                )
                for company_id in logs or [None]
            ]
        )
        User.objects.get(pk=user.pk).delete()
