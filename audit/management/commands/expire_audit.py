"""`manage.py expire_audit`: removes events that are older than their companies keep them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from audit.expiry import expire
from audit.verification import companies, verify


class Command(BaseCommand):
    help = "Remove old events. Run it as the role that owns the tables."

    def handle(self, *args: Any, **options: Any) -> None:
        for company in companies():
            if broken := verify(company).broken:
                raise CommandError(f"company {company}: nothing is removed from a broken chain: {broken}")
            try:
                removed = expire(company)
            except ProgrammingError as error:
                raise CommandError(f"Run this as the owner of the tables: {error}") from None
            if removed:
                self.stdout.write(f"company {company}: {removed} events removed")
