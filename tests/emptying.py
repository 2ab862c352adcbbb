"""`flush` for tests: deletes the rows of the tables that have any.

Django's own command writes every permission and content type again, which takes fifteen times as long and
which nothing here reads. On PostgreSQL it truncates each of eighty tables, which makes new files for all.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.models import Model

# Creating the database fills their tables.
KEPT = (Permission, ContentType)


class EmptyTables(BaseCommand):
    # The options of Django's, which callers give.
    stealth_options = (
        "interactive", "database", "reset_sequences", "allow_cascade", "inhibit_post_migrate",
    )  # fmt: skip

    def handle(self, *arguments: Any, **options: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_filled())
            # References are checked at the end of the transaction, so the order does not matter.
            for (table,) in cursor.fetchall():
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


@cache
def emptied_models() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model not in KEPT
    ]


@cache
def _filled() -> str:
    """A query for the names of tables with rows."""
    tables = sorted({model._meta.db_table for model in emptied_models()})
    return " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"
        for table in tables
    )
