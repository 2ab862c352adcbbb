"""Runs the suite again on a temporary PostgreSQL: `python -m tests.on_postgres -n auto`.

It includes everything that reads or writes the process's database. Tests that start servers choose their
database themselves, and tests without a database are not repeated.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process.databases import postgres

TESTS = Path(__file__).parent
ONCE = (
    "browser",
    "clients",
    "conformance",
    "consumers/oauth/test_official_client.py",
    "consumers/registrations/test_registering_client.py",
    "consumers/test_program_calls.py",
    "contract",
    "migration",
    "prompt_injection",
    "process",
    "test_configuration.py",
    "test_docs.py",
    "test_imports_of_tests.py",
    "test_locking_queries.py",
    "test_module_state.py",
    "test_private_names.py",
    "test_translations.py",
)


def main(arguments: list[str]) -> int:
    gone = [name for name in ONCE if not (TESTS / name).exists()]
    if gone:
        raise FileNotFoundError(f"renamed since they were left out of this run: {', '.join(gone)}")
    if not any(Path(argument.partition("::")[0]).exists() for argument in arguments):
        arguments = [*arguments, *(f"--ignore=tests/{name}" for name in ONCE)]
    try:
        with postgres() as url:
            settings = os.environ | {"DATABASE_URL": url, "DEMO_PLANT": "0"}
            return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=settings).returncode
    except pytest.skip.Exception as missing:
        print(f"skipped: the suite on PostgreSQL {missing}")
        return 0
    except pytest.fail.Exception as missing:
        print(f"failed: the suite on PostgreSQL: {missing}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
