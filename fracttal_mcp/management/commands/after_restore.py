"""`manage.py after_restore`: ends what a restored backup would bring back to life (decision 42)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

import accounts.after_restore
import calendars.after_restore
import connections.after_restore
import consumers.after_restore
import mcp_gateway.after_restore
from accounts.models import Company
from audit.chain import append
from audit.kinds import Kind
from audit.models import Event
from audit.recording import event_of
from audit.verification import companies


class Command(BaseCommand):
    help = "End every token, session, link and password of a restored backup. `restore` runs it by itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--keep-passwords",
            action="store_true",
            help="only if nobody changed a password since the backup was made",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        with transaction.atomic():
            ended = accounts.after_restore.end(now, keep_passwords=options["keep_passwords"])
            ended |= consumers.after_restore.end(now)
            ended |= connections.after_restore.end(now)
            ended |= mcp_gateway.after_restore.end()
            ended |= calendars.after_restore.end()
            chains = {*companies(), *Company.objects.values_list("pk", flat=True), Event.NO_COMPANY}
            append([event_of(Kind.LOG_RESTORED, company_id=company) for company in sorted(chains)])
        for what, count in ended.items():
            self.stdout.write(f"{what}: {count}")
        self.stdout.write(
            "Every company is switched off until one of its administrators has looked at its people, "
            "consumers and secrets, and switches it on in the bar at the top of the pages."
        )
