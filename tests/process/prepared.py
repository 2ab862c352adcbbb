"""Migrated and seeded databases, created once per test run; each test that needs one gets a copy.

Migrating and seeding cost half a minute of processor time, and thirty tests start their own servers.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.process.commands import manage
from tests.process.databases import PostgreSQL, copied

# The directory that the processes of one run share (tests/conftest.py).
SHARED = "PREPARED_DATABASES"


def migrated_sqlite() -> Path:
    """A file with the tables of every app, and no company."""

    def make(directory: Path) -> None:
        manage(_settings(directory, f"sqlite:///{directory / 'database'}"), "migrate", "-v0")

    return made("migrated-sqlite", make) / "database"


def demo_sqlite() -> Path:
    """A file with the demo plant."""

    def make(directory: Path) -> None:
        copied(migrated_sqlite(), directory / "database")
        manage(_settings(directory, f"sqlite:///{directory / 'database'}"), "seed_demo")

    return made("demo-sqlite", make) / "database"


def migrated_postgres() -> Path:
    """The data directory of a stopped PostgreSQL with the tables of every app, and no company."""

    def make(directory: Path) -> None:
        _cluster(directory, None, "migrate", "-v0")

    return made("migrated-postgres", make) / "data"


def demo_postgres() -> Path:
    """The data directory of a stopped PostgreSQL with the demo plant."""

    def make(directory: Path) -> None:
        _cluster(directory, migrated_postgres(), "seed_demo")

    return made("demo-postgres", make) / "data"


def _cluster(directory: Path, copy_of: Path | None, *command: str) -> None:
    server = PostgreSQL(copy_of)
    server.start()
    try:
        manage(_settings(directory, server.url), *command)
    finally:
        server.stop()
    copied(server.data, directory / "data")
    server.remove()


def _settings(directory: Path, database: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "VAR_DIR": str(directory),
        "PUBLIC_URL": "http://127.0.0.1",
        "DATABASE_URL": database,
    }


def made(name: str, make: Callable[[Path], None]) -> Path:
    """Return the directory of this name. The process that needs it first fills it, and the others wait."""
    finished = _shared() / name
    with (_shared() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            unfinished = Path(tempfile.mkdtemp(prefix=name, dir=_shared()))
            make(unfinished)
            unfinished.rename(finished)
    return finished


@cache
def _shared() -> Path:
    if given := os.environ.get(SHARED):
        return Path(given)
    directory = tempfile.TemporaryDirectory(prefix="prepared-databases-")
    atexit.register(directory.cleanup)
    return Path(directory.name)
