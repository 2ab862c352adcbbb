"""`manage.py accept_hash_key`: says in the log that CREDENTIAL_HASH_KEY was changed on purpose."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from audit.kinds import Kind
from audit.models import Event
from audit.recording import record


class Command(BaseCommand):
    help = "Accept a new CREDENTIAL_HASH_KEY. Every secret and token of before stays refused."

    def handle(self, *args: Any, **options: Any) -> None:
        record(Kind.LOG_KEY_CHANGED, company_id=Event.NO_COMPANY)
        self.stdout.write("Accepted. Consumers need new secrets, and people have to connect again.")
