"""Finds locking queries that PostgreSQL refuses; SQLite ignores the lock, so tests there would pass.

PostgreSQL refuses FOR UPDATE with DISTINCT, GROUP BY or a union, and on the nullable side of an outer join,
which `select_related` adds unless `of=` names what is locked.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("fracttal_mcp", "audit", "listing", "accounts", "consumers", "mcp_gateway", "maintenance")
NEVER = {"distinct", "annotate", "aggregate", "union", "intersection", "difference"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def chain(call: ast.expr) -> tuple[ast.expr, list[ast.Call]]:
    """Return what `a.b().c()` begins with, and its calls in order."""
    calls: list[ast.Call] = []
    while True:
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            calls.insert(0, call)
            call = call.func.value
        elif isinstance(call, ast.Attribute | ast.Subscript):
            call = call.value
        else:
            return call, calls


def name_of(call: ast.Call) -> str:
    assert isinstance(call.func, ast.Attribute)
    return call.func.attr


def queries(scope: ast.AST) -> Iterator[list[ast.Call]]:
    """Yield the calls of each query.

    One that continues from a variable begins with the calls assigned to it.
    """
    assigned: dict[str, list[ast.Call]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            root, calls = chain(node.value)
            goes_on = isinstance(root, ast.Name) and root.id == name
            assigned[name] = [*(assigned.get(name, []) if goes_on else []), *calls]
    for node in ast.walk(scope):
        if isinstance(node, ast.Call):
            root, calls = chain(node)
            before = assigned.get(root.id, []) if isinstance(root, ast.Name) else []
            yield [*before, *calls]


def refused(source: str) -> set[int]:
    """Return the lines with a locking query that PostgreSQL refuses."""
    tree = ast.parse(source)
    scopes: list[ast.AST] = [node for node in ast.walk(tree) if isinstance(node, Function)]
    found = set()
    for calls in (calls for scope in scopes or [tree] for calls in queries(scope)):
        names = {name_of(call) for call in calls}
        for call in calls:
            if name_of(call) == "select_for_update":
                named = any(keyword.arg == "of" for keyword in call.keywords)
                if names & NEVER or ("select_related" in names and not named):
                    found.add(call.lineno)
    return found


def test_every_locking_query_is_one_that_postgresql_takes() -> None:
    paths = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in paths
        for line in sorted(refused(path.read_text(encoding="utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    "query",
    [
        "WorkRequest.objects.select_for_update().filter(tasks__work_order=order).distinct()",
        'Item.objects.select_for_update().select_related("parent").get(pk=item.pk)',
        'Item.objects.select_related("parent").filter(pk=1).select_for_update().first()',
        'Item.objects.select_for_update(of=("self",)).annotate(n=Count("tasks"))',
        "rows = Item.objects.select_for_update(); rows.distinct()",
        "rows = Item.objects.distinct(); rows = rows.filter(a=1); rows.select_for_update().first()",
    ],
)
def test_a_query_that_postgresql_refuses_is_found(query: str) -> None:
    assert refused(query)


@pytest.mark.parametrize(
    "query",
    [
        "Item.objects.select_for_update().get(pk=item.pk)",
        'Item.objects.select_for_update(of=("self",)).select_related("parent").get(pk=item.pk)',
        "Item.objects.select_for_update().filter(pk__in=Item.objects.distinct().values('pk'))",
    ],
)
def test_one_that_it_takes_is_not(query: str) -> None:
    assert not refused(query)
