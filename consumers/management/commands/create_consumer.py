"""Registers an OAuth consumer from the command line; its secret is printed once."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Company
from accounts.standard_groups import find_group
from consumers.models import Consumer
from consumers.registrations.admission import decided_by_hand
from consumers.toolsets import TOOLSETS


class Command(BaseCommand):
    help = "Registers an OAuth consumer and prints its key, its secret (only now) and the MCP address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--company", required=True, metavar="SLUG")
        parser.add_argument("--name", required=True, help="people see it when they approve")
        parser.add_argument(
            "--grant", required=True, choices=[value for value, _label in Consumer.GRANT_TYPES]
        )
        parser.add_argument(
            "--callback", action="append", default=[], metavar="URL", help="exact; may be given again"
        )
        parser.add_argument(
            "--metadata-url", default="", metavar="URL", help="the https client id of a public program"
        )
        parser.add_argument(
            "--toolset", action="append", default=[], choices=sorted(TOOLSETS), help="may be given again"
        )
        parser.add_argument("--read-only", action="store_true", help="no tool that changes anything")
        parser.add_argument("--group", required=True, help="name of a permission group of the company")
        parser.add_argument("--narrow", action="store_true", help="also narrow people to this group")
        parser.add_argument("--public", action="store_true", help="without a secret; PKCE protects it")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        company = Company.objects.filter(slug=options["company"]).first()
        if company is None:
            raise CommandError(f"There is no company with the short name {options['company']}.")
        group = find_group(company, options["group"])
        if group is None:
            names = ", ".join(company.permission_groups.values_list("name", flat=True))
            raise CommandError(f"{company} has no permission group {options['group']}. It has: {names}.")
        try:
            consumer, secret = Consumer.objects.register(
                company=company,
                name=options["name"],
                authorization_grant_type=options["grant"],
                permission_group=group,
                callback_urls=options["callback"],
                public=options["public"],
                metadata_url=options["metadata_url"].strip(),
                narrow_to_group=options["narrow"],
                toolsets=options["toolset"],
                read_only=options["read_only"],
            )
            decided_by_hand(consumer)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        made = {"key": consumer.client_id, "secret": secret or None, "mcp_url": settings.MCP_RESOURCE}
        if options["json"]:
            self.stdout.write(json.dumps(made))
            return
        self.stdout.write(f"Key      {made['key']}")
        self.stdout.write(f"Secret   {secret or 'none: a public client'}")
        self.stdout.write(f"MCP URL  {made['mcp_url']}")
