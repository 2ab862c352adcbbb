"""The demo plant, committed, since the audit thread and the in-process API have their own connections.

Seeding takes nine seconds of processor time and many folders need a plant, so the process of a run that needs
it first seeds it, and all copy its rows from then on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from maintenance.demo.seed import seed
from mcp_gateway.runtime import runtime
from tests.emptying import emptied_models
from tests.process.prepared import made

Counts = dict[str, dict[str, int]]


@contextmanager
def planted(blocker: DjangoDbBlocker) -> Iterator[Counts]:
    """Return how many records of each kind each company has."""
    with blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)
        counts = _plant()
        if connection.vendor == "postgresql":  # the first tests would run before autovacuum does it
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        yield counts
        runtime().audit.stop()
        call_command("flush", verbosity=0, interactive=False)


def _plant() -> Counts:
    seeded_here = False

    def make(directory: Path) -> None:
        nonlocal seeded_here
        counts = seed(seed=7)
        (directory / "counts").write_text(json.dumps(counts), encoding="utf-8")
        _write_rows(directory)
        seeded_here = True

    kept = made(f"planted-{connection.vendor}", make)
    if not seeded_here:
        _copy_rows(kept)
        # The ids are those of an earlier plant, perhaps one of this process.
        runtime().authentication.forget()
        runtime().credentials.programs.clear()
        runtime().credentials.linked.clear()
    counts: Counts = json.loads((kept / "counts").read_text(encoding="utf-8"))
    return counts


def _write_rows(directory: Path) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM INTO %s", [str(directory / "database")])
            return
        for model in emptied_models():
            table = model._meta.db_table
            with (
                (directory / table).open("wb") as file,
                cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT BINARY)') as rows,
            ):
                file.writelines(rows)


def _copy_rows(directory: Path) -> None:
    """References are checked at the end of the transaction, so the order does not matter."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("ATTACH DATABASE %s AS planted", [str(directory / "database")])
            with transaction.atomic():
                for model in emptied_models():
                    table = connection.ops.quote_name(model._meta.db_table)
                    cursor.execute(f"INSERT INTO main.{table} SELECT * FROM planted.{table}")
            cursor.execute("DETACH DATABASE planted")
            return
        with transaction.atomic():
            for model in emptied_models():
                table = model._meta.db_table
                with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT BINARY)') as rows:
                    rows.write((directory / table).read_bytes())
            for statement in connection.ops.sequence_reset_sql(no_style(), emptied_models()):
                cursor.execute(statement)
