"""Records how the tests of security cases ended, by engine, for docs/security-cases.md.

    python -m pytest -p tests.recorded_results tests/blackbox        adds to tests/results.json

A test that starts the product names its engine by its parameter; any other runs in one process on the
database of the run.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FILE = Path(__file__).parent / "results.json"
CASE = re.compile(r"::test_case_\d")
ENGINE = re.compile(r"[\[-](sqlite_x1|sqlite_x4|postgresql_x4|sqlite|postgresql)[\]-]")
WORST = {"passed": 0, "skipped": 1, "failed": 2}

Results = dict[str, Any]


def engine_of(test: str) -> str:
    found = ENGINE.search(test)
    if found:
        return found[1]
    return "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"


class Recorder:
    def __init__(self) -> None:
        self.ended: dict[str, dict[str, str]] = {}  # engine -> test -> how it ended, the worst of its forms

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not CASE.search(report.nodeid) or (report.when != "call" and report.passed):
            return
        tests = self.ended.setdefault(engine_of(report.nodeid), {})
        test = report.nodeid.partition("[")[0]
        tests[test] = max(tests.get(test, "passed"), report.outcome, key=WORST.__getitem__)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workerinput"):
            return  # the process that deals out the tests hears of all of them
        with _kept() as kept:
            for engine, tests in self.ended.items():
                run = {"day": dt.datetime.now(dt.UTC).date().isoformat(), "command": _command()}
                for test, outcome in tests.items():
                    kept.setdefault(test, {})[engine] = {"outcome": outcome, **run}


@contextmanager
def _kept() -> Iterator[Results]:
    """What earlier runs recorded, stored again when the block ends. Runs may end at the same time."""
    FILE.touch()
    with FILE.open("r+") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        kept: Results = json.loads(opened.read() or "{}")
        yield kept
        opened.seek(0)
        opened.truncate()
        opened.write(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def _command() -> str:
    program = "python -m tests.on_postgres" if engine_of("") == "postgresql" else "python -m pytest"
    chosen = [f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("BLACKBOX_")]
    return " ".join([*chosen, program, *sys.argv[1:]])


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Recorder())
