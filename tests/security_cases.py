"""Lists which test covers which security case, and how it last ended on each engine.

    python -m tests.security_cases > docs/security-cases.md

The results are those of recorded runs (tests/recorded_results.py).
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.recorded_results import FILE

TESTS = Path(__file__).parent
_NAME = re.compile(r"test_case((?:_\d{3})+)_")
INTRODUCTION = """Written by `python -m tests.security_cases`. Each test is named after its case. The last
column says how it ended in the last recorded run (`python -m pytest -p tests.recorded_results`) on each
engine: in the process of the tests (SQLite, PostgreSQL), or with the product started in one or four processes
(×). A dash: no run was recorded."""
ENGINES = {
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
    "sqlite_x1": "SQLite × 1",
    "sqlite_x4": "SQLite × 4",
    "postgresql_x4": "PostgreSQL × 4",
}


def shown() -> Iterator[tuple[str, str, str]]:
    """Yield case number, test, and the first line of the test's docstring."""
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            match = _NAME.match(node.name)
            if match:
                rule = (ast.get_docstring(node) or "").partition("\n")[0]
                for number in match[1].strip("_").split("_"):
                    yield number, f"{path.relative_to(TESTS.parent)}::{node.name}", rule


def table() -> str:
    recorded: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    tests = sorted(shown())
    known = {test: recorded.get(test, {}) for _number, test, _rule in tests}
    runs = Counter(
        (result["day"], result["command"]) for engines in known.values() for result in engines.values()
    )
    lines = [
        "# Security cases and their tests",
        "",
        INTRODUCTION,
        "",
        "| Recorded on | Command | Tests |",
        "|---|---|---|",
        *(f"| {day} | `{command}` | {count} |" for (day, command), count in sorted(runs.items())),
        "",
        "| Case | Test | Rule | Results |",
        "|---|---|---|---|",
    ]
    lines += [f"| {number} | `{test}` | {rule} | {_results(known[test])} |" for number, test, rule in tests]
    return "\n".join(lines)


def _results(engines: dict[str, Any]) -> str:
    told = [f"{name} {engines[engine]['outcome']}" for engine, name in ENGINES.items() if engine in engines]
    return ", ".join(told) or "–"


if __name__ == "__main__":
    print(table())
