"""No module keeps state: what outlives a request is in the Runtime, which is passed as an argument."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

APPS = (
    "accounts", "activity", "audit", "connections", "consumers", "fracttal_mcp", "listing", "maintenance",
    "mcp_gateway",
)  # fmt: skip
# Calls that create something mutable, or something to wait for.
STATEFUL = frozenset(
    {
        "set", "deque", "defaultdict", "OrderedDict", "WeakKeyDictionary", "WeakValueDictionary", "WeakSet",
        "Lock", "RLock", "Semaphore", "BoundedSemaphore", "Event", "Condition", "Queue", "SimpleQueue",
        "ThreadPoolExecutor", "ProcessPoolExecutor", "ContextVar", "local", "TTLCache", "LRUCache",
        "TLRUCache", "ExpiringCache", "SingleFlight", "GroupCommit", "AuditLog", "Runtime", "ASGIHandler",
        "AsyncClient", "ClientSession", "Redis",
    }
)  # fmt: skip
# Methods that change a list, a dictionary or a set.
CHANGES = frozenset(
    {
        "append", "add", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "setdefault",
        "update", "move_to_end", "appendleft", "popleft",
    }
)  # fmt: skip


def modules() -> Iterator[Path]:
    for app in APPS:
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            if "migrations" not in path.parts and path.name != "settings.py":
                yield path.relative_to(settings.BASE_DIR)


def state_of(source: str) -> list[str]:
    """Yield what a module keeps between calls, as `name (why)`."""
    tree = ast.parse(source)
    names: set[str] = set()
    found: list[str] = []
    for statement in tree.body:
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        made = _last_name(statement.value.func) if isinstance(statement.value, ast.Call) else ""
        for target in targets:
            if isinstance(target, ast.Name):
                names.add(target.id)
                if made in STATEFUL:
                    found.append(f"{target.id} (made by {made})")
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            found += [f"{name} (global)" for name in node.names]
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            own = _names_of(node)
            for part in ast.walk(node):
                name = _changed(part)
                if name in names - own:
                    found.append(f"{name} (changed in {node.name})")
            kept = [
                _last_name(each.func if isinstance(each, ast.Call) else each) for each in node.decorator_list
            ]
            if {"cache", "lru_cache"} & set(kept):
                inside = {_last_name(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
                found += [f"{node.name} (keeps a {name})" for name in sorted(inside & STATEFUL)]
    return found


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _names_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return a function's own names, which hide those of the module."""
    given = function.args
    names = {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    return names | {
        part.id
        for part in ast.walk(function)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }


def _changed(node: ast.AST) -> str:
    """Return the name whose content this part of a function changes, or ""."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
        return node.func.value.id if isinstance(node.func.value, ast.Name) else ""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
        return node.value.id if isinstance(node.value, ast.Name) else ""
    return ""


@pytest.mark.parametrize("path", list(modules()), ids=str)
def test_a_module_keeps_no_state(path: Path) -> None:
    assert state_of((Path(settings.BASE_DIR) / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "state"),
    [
        ("import threading\n_lock = threading.Lock()\n", ["_lock (made by Lock)"]),
        ("_kept: dict[str, int] = {}\ndef keep():\n    _kept['x'] = 1\n", ["_kept (changed in keep)"]),
        ("_seen = []\ndef see(x):\n    _seen.append(x)\n", ["_seen (changed in see)"]),
        ("_count = 0\ndef up():\n    global _count\n    _count += 1\n", ["_count (global)"]),
        ("_of = WeakKeyDictionary[str, int]()\n", ["_of (made by WeakKeyDictionary)"]),
        ("@cache\ndef application():\n    return ASGIHandler()\n", ["application (keeps a ASGIHandler)"]),
        ("WORDS = {'a': 'b'}\ndef word(x):\n    return WORDS[x]\n", []),
        ("SEEN = []\ndef see(x):\n    SEEN = []\n    SEEN.append(x)\n    return SEEN\n", []),
        ("@cache\ndef schema(model):\n    return model.fields()\n", []),
    ],
)
def test_what_counts_as_state(source: str, state: list[str]) -> None:
    assert state_of(source) == state
