"""Fills the empty catalogues of companies that were created before this became automatic."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Company
from accounts.plant import needs_record, own_records
from maintenance.new_company.preparation import fill_catalogues


class Command(BaseCommand):
    help = (
        "Fill the empty lists of a company (task types, reasons to cancel, failure terms, plans) and say "
        "who has no personnel record. What a company has already is left as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--company", help="its short name")
        which.add_argument("--all", action="store_true", help="every company")

    def handle(self, *_: Any, **options: Any) -> None:
        companies = Company.objects.all()
        if options["company"]:
            companies = companies.filter(slug=options["company"])
            if not companies:
                raise CommandError(f"There is no company {options['company']}.")
        for company in companies:
            self.prepare(company)

    def prepare(self, company: Company) -> None:
        records = own_records(company)
        if records is None:
            self.stdout.write(f"{company.slug}: keeps its data at Fracttal One, nothing to fill.")
            return
        filled = fill_catalogues(company)
        added = ", ".join(f"{number} {name}" for name, number in filled.items())
        self.stdout.write(f"{company.slug}: {added or 'nothing was missing'}.")
        members = company.memberships.select_related("user", "permission_group").order_by("user__email")
        for member in members:
            if needs_record(member) and member.user.email.lower() not in records:
                self.stdout.write(
                    f"  {member.user.email} can write nothing yet: "
                    f"manage.py link_person --company {company.slug} --email {member.user.email} --new"
                )
