"""Adds a secret to an OAuth consumer; it is printed once. The present secret keeps working."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from consumers.models import Consumer
from consumers.rotation import add_secret, remove_secret


class Command(BaseCommand):
    help = (
        "Adds a secret to an OAuth consumer and prints it (only now). The present secret keeps working until "
        "it is removed, with --remove HINT or on the consumer's page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="the consumer's key, fmk_…")
        parser.add_argument("--days", type=int, metavar="N", help="the new secret expires after N days")
        parser.add_argument(
            "--remove", metavar="HINT", help="remove the secret with these last four characters; add none"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        key = options["key"]
        consumer = Consumer.objects.filter(client_id=key).first() if key.isprintable() else None
        if consumer is None:
            raise CommandError(f"There is no consumer with the key {key}. See list_consumers.")
        try:
            if options["remove"]:
                self._remove(consumer, options["remove"])
            else:
                self._add(consumer, options["days"], as_json=options["json"])
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error

    def _add(self, consumer: Consumer, days: int | None, *, as_json: bool) -> None:
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("--days takes 1 to 3650.")
        expires_at = timezone.now() + dt.timedelta(days=days) if days else None
        _secret, value = add_secret(consumer, by=None, expires_at=expires_at)
        if as_json:
            ends = expires_at.isoformat() if expires_at else None
            self.stdout.write(json.dumps({"key": consumer.client_id, "secret": value, "expires_at": ends}))
            return
        self.stdout.write(f"Key      {consumer.client_id}")
        self.stdout.write(f"Secret   {value}")
        self.stdout.write(f"Expires  {expires_at.date() if expires_at else 'never'}")

    def _remove(self, consumer: Consumer, hint: str) -> None:
        found = [secret for secret in consumer.kept_secrets if secret.hint == hint]
        if len(found) != 1:
            hints = ", ".join(secret.hint for secret in consumer.kept_secrets)
            raise CommandError(f"No single secret ends in {hint}. The consumer has: {hints}.")
        remove_secret(found[0], by=None)
        self.stdout.write(f"Removed the secret that ends in {hint}.")
