"""`manage.py backup FILE`: copies the database while the product serves."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from fracttal_mcp.database_copies import CopyFailed, save


class Command(BaseCommand):
    help = "Copy the database to a file. The keys are not in it: keep the settings elsewhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            save(connection.settings_dict, connection.vendor, options["file"])
        except CopyFailed as failed:
            raise CommandError(str(failed)) from None
        self.stdout.write(f"{options['file']}: {options['file'].stat().st_size} bytes")
