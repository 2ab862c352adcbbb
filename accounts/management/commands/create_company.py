"""Creates a company with its first administrator: the first step of a new installation."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Company, Language, Membership, User
from accounts.plant import begin, own_records
from accounts.standard_groups import StandardGroup, create_standard_groups


class Command(BaseCommand):
    help = "Creates a company, its permission groups and its first administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="as people write it")
        parser.add_argument(
            "--slug", required=True, help="short name: lower-case letters, digits and hyphens"
        )
        parser.add_argument("--language", default=Language.ES.value, choices=Language.values)
        parser.add_argument("--time-zone", default="UTC", help="of the IANA list, for example America/Bogota")
        parser.add_argument(
            "--currency", default="", help="of costs and prices: a code of ISO 4217, for example COP"
        )
        parser.add_argument("--admin-email", required=True, help="of a new or an existing account")
        parser.add_argument("--admin-name", default="")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password of a new account from the first line of standard input",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["admin_email"].strip().lower()
        user = User.objects.filter(email__iexact=email).first()
        password = None if user else self.read_password(email, options["password_stdin"])
        try:
            with transaction.atomic():
                company = Company(
                    name=options["name"],
                    slug=options["slug"],
                    language=options["language"],
                    time_zone=options["time_zone"],
                    currency=options["currency"],
                )
                company.full_clean()
                company.save()
                groups = create_standard_groups(company)
                user = user or User.objects.create_user(
                    email, password, name=options["admin_name"], language=options["language"]
                )
                administrator = Membership.objects.create(
                    user=user, company=company, permission_group=groups[StandardGroup.ADMINISTRATORS]
                )
                begin(administrator)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        names = ", ".join(group.name for group in groups.values())
        self.stdout.write(f"Company {company.slug} with the groups {names}.")
        record = (own_records(company) or {}).get(user.email.lower())
        self.stdout.write(
            f"Administrator: {user.email}" + (f", personnel record {record.code}" if record else "")
        )

    def read_password(self, email: str, from_stdin: bool) -> str:
        if from_stdin:
            password = sys.stdin.readline().rstrip("\n")
        else:
            password = getpass.getpass(f"Password for {email}: ")
            if password != getpass.getpass("Once more: "):
                raise CommandError("The two passwords differ. Nothing was created.")
        try:
            validate_password(password, User(email=email))
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        return password
