"""Replaces leaked signing keys: a new key signs at once, and ID tokens of the old keys become invalid."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.key_ring import NoKeys
from consumers.openid.signing_keys import replace_all


class Command(BaseCommand):
    help = "Replaces the keys that sign ID tokens. Ordinary rotation needs no command."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = replace_all()
        except NoKeys:
            raise CommandError("UPSTREAM_KEYS is not set.") from None
        self.stdout.write(f"signing key: {key.kid}")
