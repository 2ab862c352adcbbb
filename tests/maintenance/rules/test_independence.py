"""Rules serve the API, the record pages and the demo plant, so none may depend on a request or a form.

Import contracts cover only whole packages, and Django is one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import maintenance.rules

WEB = ("django.http", "django.forms", "django.shortcuts", "django.views", "django.template", "rest_framework")


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def web_imports(source: str) -> list[str]:
    return [name for name in imported(source) if f"{name}.".startswith(tuple(f"{web}." for web in WEB))]


def test_rules_import_nothing_of_the_web() -> None:
    modules = sorted(Path(maintenance.rules.__path__[0]).glob("*.py"))
    assert len(modules) > 10
    assert {path.name: web_imports(path.read_text(encoding="utf-8")) for path in modules} == {
        path.name: [] for path in modules
    }


def test_the_forms_of_such_imports_are_seen() -> None:
    source = "from django import forms\nimport django.http\nfrom django.views.decorators import http\n"
    assert len(web_imports(source)) == 3
