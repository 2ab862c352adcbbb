"""Lists which test covers which security case: `python -m tests.security_cases > docs/security-cases.md`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
_NAME = re.compile(r"test_case((?:_\d{3})+)_")


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
    lines = [
        "# Security cases and their tests",
        "",
        "Written by `python -m tests.security_cases`. Each test is named after its case.",
        "",
        "| Case | Test | Rule |",
        "|---|---|---|",
    ]
    lines += [f"| {number} | `{test}` | {rule} |" for number, test, rule in sorted(shown())]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
