"""Copies a database to a file and back: SQLite by its online backup, PostgreSQL by pg_dump and pg_restore."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

_SQLITE = b"SQLite format 3\0"
_POSTGRESQL = b"PGDMP"


class CopyFailed(Exception):
    """The copy could not be made or read. The text says why."""


def save(database: Mapping[str, Any], vendor: str, target: Path) -> None:
    """Write a copy that is whole, whatever is written meanwhile. Only its owner may read the file."""
    if target.exists():
        raise CopyFailed(f"{target} exists already.")
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600, exist_ok=False)
        if vendor == "sqlite":
            _copy_sqlite(Path(database["NAME"]), part)
            with closing(sqlite3.connect(part)) as copy:
                copy.execute("PRAGMA journal_mode=DELETE")  # one file; the product itself switches to WAL
        else:
            _run("pg_dump", database, "--format=custom", f"--file={part}", f"--dbname={database['NAME']}")
        part.rename(target)
    except (OSError, sqlite3.Error) as error:
        raise CopyFailed(f"{target} cannot be written: {error}") from None
    finally:
        part.unlink(missing_ok=True)


def check(source: Path, vendor: str) -> None:
    """Raise CopyFailed for a file that cannot be restored, before anything is done with it."""
    try:
        with source.open("rb") as file:
            begin = file.read(len(_SQLITE))
    except OSError as error:
        raise CopyFailed(f"{source} cannot be read: {error.strerror}.") from None
    if not begin.startswith(_SQLITE if vendor == "sqlite" else _POSTGRESQL):
        raise CopyFailed(f"{source} is not a backup of a {vendor} database.")
    if vendor == "sqlite":
        try:
            with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as opened:
                problems = [str(row[0]) for row in opened.execute("PRAGMA integrity_check")]
        except sqlite3.DatabaseError as error:
            problems = [str(error)]
        if problems != ["ok"]:
            raise CopyFailed(f"{source} is damaged: {problems[0]}.")


def load(database: Mapping[str, Any], vendor: str, source: Path) -> None:
    """Read a copy into an empty database, whole or not at all."""
    if vendor == "sqlite":
        _copy_sqlite(source, Path(database["NAME"]))
    else:
        _run(
            "pg_restore", database, "--no-owner", "--no-privileges", "--single-transaction",
            "--exit-on-error", f"--dbname={database['NAME']}", str(source),
        )  # fmt: skip


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(target)) as copy:
        origin.backup(copy)


def _run(program: str, database: Mapping[str, Any], *arguments: str) -> None:
    """Run a program of PostgreSQL. The password travels in the environment, which others cannot read."""
    found = shutil.which(program)
    if found is None:
        raise CopyFailed(f"{program} is not installed; it comes with the client programs of PostgreSQL.")
    given = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    environment = {name: str(database[setting]) for name, setting in given.items() if database.get(setting)}
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, with our own arguments
        [found, "--no-password", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CopyFailed(f"{program} failed: {done.stderr.strip()[-2000:]}")
