"""Runs the suite again on a temporary PostgreSQL: `python -m tests.on_postgres -n auto`.

It includes everything that reads or writes the process's database. Tests that start servers choose their
database themselves. A test that takes no fixture of the database cannot reach it (pytest-django), and is not
repeated. Nor are those of ONCE, which end before a query or are equal to others from there on.
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
    "blackbox",
    "browser",
    "clients",
    "conformance",
    "consumers/oauth/test_official_client.py",
    "consumers/registrations/test_registering_client.py",
    "consumers/test_program_calls.py",
    "contract",
    "gateway/protocol/test_hostile_requests.py",
    "gateway/tools/test_arguments_in_another_dress.py",
    "maintenance/plant/kit/test_every_endpoint.py::test_a_body_that_is_not_an_object_is_refused",
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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    with_database: list[pytest.Item] = []
    without: list[pytest.Item] = []
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        reaches = "django_db_setup" in fixtures or item.get_closest_marker("django_db")
        (with_database if reaches else without).append(item)
    config.hook.pytest_deselected(items=without)
    items[:] = with_database


def main(arguments: list[str]) -> int:
    gone = [name for name in ONCE if not (TESTS / name.partition("::")[0]).exists()]
    if gone:
        raise FileNotFoundError(f"renamed since they were left out of this run: {', '.join(gone)}")
    if not any(Path(argument.partition("::")[0]).exists() for argument in arguments):
        left_out = (f"--{'deselect' if '::' in name else 'ignore'}=tests/{name}" for name in ONCE)
        arguments = ["-p", __spec__.name, *arguments, *left_out]
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
