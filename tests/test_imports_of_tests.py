"""No test module imports from another one: what they share is in a conftest or in a named module."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).parent
MODULES = sorted(TESTS.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Return the dotted names of the modules that a file imports from."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    from_imports = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    plain = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    return from_imports | plain


def test_no_module_of_the_tests_imports_from_a_test_module() -> None:
    found = {
        f"{path.relative_to(TESTS)} imports {name}"
        for path in MODULES
        if "node_modules" not in path.parts
        for name in imported(path)
        if name.startswith("tests.") and name.rpartition(".")[2].startswith("test_")
    }
    assert not found
    assert len(MODULES) > 300
