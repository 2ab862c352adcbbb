"""`manage.py delete_company`: deletes a company with all its records. Its log stays (docs/records.md)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Company, Invitation, Membership
from accounts.security_policy import SecurityPolicy
from audit.kinds import Kind
from audit.models import Event
from audit.recording import Subject, record
from consumers.models import Consumer
from maintenance.company_removal import remove


class Command(BaseCommand):
    help = (
        "Delete a company that is switched off: its records, people's memberships, apps and connections. "
        "Accounts of people and the log stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="short name of the company")
        parser.add_argument(
            "--confirm", default="", metavar="NAME", help="its full name, to show that it is the right one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            company = Company.objects.select_for_update().filter(slug=options["slug"]).first()
            if company is None:
                raise CommandError("There is no company with that short name.")
            policies = SecurityPolicy.objects.filter(company=company)
            if not policies.exclude(switched_off_at=None).exists():
                raise CommandError(
                    "The company is switched on. An administrator switches it off under Configuration > "
                    "General first, so that nobody works in it."
                )
            if options["confirm"] != company.name:
                people = Membership.objects.filter(company=company).count()
                raise CommandError(
                    f"This deletes {company.name} with {people} memberships and all its records, for good. "
                    f'Make a backup, then repeat with --confirm "{company.name}".'
                )
            name, number = company.name, company.pk
            removed = remove(company)
            for model in (Consumer, Invitation, Membership):
                removed[str(model._meta.verbose_name_plural)] = model.objects.filter(company=company).count()
                model.objects.filter(company=company).delete()
            company.delete()
            subject = Subject("company", str(number), name)
            for log in (number, Event.NO_COMPANY):
                record(Kind.COMPANY_DELETED, company_id=log, subject=subject)
        for what, count in removed.items():
            self.stdout.write(f"{what}: {count}")
