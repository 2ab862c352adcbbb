"""No private name of another package is used, since any release of that package may change it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APPS = (
    "accounts", "activity", "connections", "consumers", "fracttal_mcp", "listing", "maintenance",
    "mcp_gateway",
)  # fmt: skip
# Documented although they begin with an underscore: Django's models and managers, and named tuples.
DOCUMENTED = {"_meta", "_db", "_default_manager", "_base_manager", "_state", "_replace", "_asdict", "_fields"}
# File and name, each with what would fail without the name.
WRAPPED = {
    # tests/gateway/upstream: a PUT whose connection broke would arrive twice.
    ("mcp_gateway/upstream/http.py", "_retry_connection"),
    # tests/accounts/test_sign_in.py: a stranger's failures would lock the owner out.
    ("accounts/adapter.py", "_get_login_attempts_cache_key"),
    # tests/consumers/screens/test_trusted_issuers.py: a duplicate issuer would be a 500.
    ("consumers/screens/issuer_form.py", "_get_validation_exclusions"),
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name not in DOCUMENTED


def is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in {"self", "cls"}


def is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"


def made_in(tree: ast.Module) -> Iterator[str]:
    """Return the private names that the module defines itself."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(value=value, attr=name, ctx=ast.Store()) if is_self(value):
                yield name


def used_in(tree: ast.Module, ours: set[str]) -> Iterator[str]:
    """Yield private names, and private parts of packages, that are not ours."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] not in APPS:
                parts = [*module.split("."), *(alias.name for alias in names)]
                yield from (part for part in parts if is_private(part) or part == "internal")
            case ast.Import(names=names):
                parts = [part for alias in names for part in alias.name.split(".")]
                yield from (part for part in parts if is_private(part) or part == "internal")
            case ast.Attribute(value=value, attr=name) if is_private(name):
                if name not in ours or is_super(value):
                    yield name


def foreign(trees: dict[str, ast.Module]) -> set[tuple[str, str]]:
    ours = {name for tree in trees.values() for name in made_in(tree)}
    return {(path, name) for path, tree in trees.items() for name in used_in(tree, ours)}


def test_no_private_name_of_another_package_is_used() -> None:
    assert foreign(dict(sources())) == WRAPPED


@pytest.mark.parametrize(
    "source",
    [
        "from library.cimd import _resolve",
        "from library.core.internal.limits import get_ip",
        "import library._compiler",
        "import library\nlibrary._resolve()",
        "response._csp_update = {}",
        "class A:\n def b(self):\n  self.session._retry = False",
        "class A(B):\n def _key(self):\n  return super()._key()",
    ],
)
def test_each_way_to_use_one_is_found(source: str) -> None:
    assert foreign({"a.py": ast.parse(source)})
