"""Fills the database with the demo plant."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from maintenance.demo.companies import COMPANIES
from maintenance.demo.seed import AlreadySeeded, seed

MOST_SITES = 200


class Command(BaseCommand):
    help = "Fill the database with two demo companies, their accounts and their plants."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=7, help="same number, same plant (default 7)")
        parser.add_argument(
            "--scale", type=int, default=1, help="so many times the data in company demo (1 to 200)"
        )
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *_: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "The demo plant has sign-ins that everybody knows: not with DJANGO_ENV=production."
            )
        if not 1 <= options["scale"] <= MOST_SITES:
            raise CommandError(f"--scale must be from 1 to {MOST_SITES}.")
        try:
            counts = seed(seed=options["seed"], scale=options["scale"])
        except AlreadySeeded:
            raise CommandError("There is a demo company already. The demo plant is filled in once.") from None
        if options["json"]:
            users = [
                person.account.email for company in COMPANIES for person in company.people if person.account
            ]
            self.stdout.write(json.dumps({"companies": counts, "users": users}))
            return
        for slug, rows in counts.items():
            self.stdout.write(f"{slug}: " + ", ".join(f"{count} {name}" for name, count in rows.items()))
