"""Links an account to a personnel record, as Configuration > User accounts does."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Membership
from maintenance.models import Personnel
from maintenance.rules import account_links


class Command(BaseCommand):
    help = "Link the account of a person to a personnel record of the company: what is written is somebody's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--company", required=True, help="its short name")
        parser.add_argument("--email", required=True, help="of the account")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--code", help="of a record that is there and that no account works with")
        which.add_argument("--new", action="store_true", help="make a record")
        which.add_argument("--unlink", action="store_true", help="the account can write no more")
        parser.add_argument("--name", default="", help="of a new record; that of the account if left out")

    def handle(self, *_: Any, **options: Any) -> None:
        membership = (
            Membership.objects.select_related("user", "company")
            .filter(company__slug=options["company"], user__email__iexact=options["email"].strip())
            .first()
        )
        if membership is None:
            raise CommandError("No such person in that company. Add the person under User accounts first.")
        if account_links.kept_elsewhere(membership.company):
            raise CommandError("The company keeps its people at Fracttal One: the record is linked there.")
        email = membership.user.email
        if options["unlink"]:
            account_links.unlink(membership, None)
            self.stdout.write(f"{email} works with no record now.")
            return
        person = (
            account_links.create(membership, None, options["name"])
            if options["new"]
            else self.linked(membership, options["code"])
        )
        self.stdout.write(f"{email} works as {person.full_name} ({person.code}).")

    def linked(self, membership: Membership, code: str) -> Personnel:
        found = Personnel.objects.filter(company=membership.company, code=code).first()
        if found is None:
            raise CommandError(f"There is no personnel record with the code {code}.")
        try:
            return account_links.link(membership, found.pk, None)
        except account_links.NotFree:
            raise CommandError(
                f"{code} is not active, or another account works with it. Unlink that one first."
            ) from None
