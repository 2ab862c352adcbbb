"""Optional programs of the test machine. Without one its tests are skipped (REQUIRE_ALL=1: they fail)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


def need(what: str, found: str | None) -> str:
    """Return the path of a program. If it is missing the test is skipped, or fails if all are required."""
    if found:
        return found
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"{what} is required and was not found")
    pytest.skip(f"needs {what}")


def postgres_program(name: str) -> str:
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return need(f"PostgreSQL ({name})", shutil.which(name) or (str(places[-1]) if places else None))


def redis_server() -> str:
    return need("Redis (redis-server)", shutil.which("redis-server"))


def chromium() -> str:
    return need("Chromium", shutil.which("chromium"))
