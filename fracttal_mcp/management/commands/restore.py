"""`manage.py restore FILE`: reads a backup into an empty database, and ends what it would bring to life."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from fracttal_mcp.database_copies import CopyFailed, check, load
from fracttal_mcp.one_at_a_time import one_at_a_time


class Command(BaseCommand):
    help = "Restore a backup into an empty database. It ends with `after_restore` by itself."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--keep-passwords", action="store_true", help="see after_restore")

    def handle(self, *args: Any, **options: Any) -> None:
        source, vendor = options["file"], connection.vendor
        try:
            check(source, vendor)
            # A server that starts meanwhile waits, so nobody gets in before `after_restore` has run.
            with one_at_a_time():
                if connection.introspection.table_names():
                    raise CommandError("The database is not empty: set DATABASE_URL to an empty one.")
                if vendor == "sqlite":
                    connection.close()  # it would lock the file; on PostgreSQL it holds the lock around this
                load(connection.settings_dict, vendor, source)
                call_command("migrate", verbosity=0, interactive=False)
                call_command("after_restore", keep_passwords=options["keep_passwords"], stdout=self.stdout)
        except CopyFailed as failed:
            raise CommandError(str(failed)) from None
