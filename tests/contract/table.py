"""Compares the REST contract with the embedded API and the client, and writes docs/upstream.md.

python -m tests.contract.table > docs/upstream.md

The contract is data (`contract.toml`). Both sides are looked up in their code: the client's fields are those
of its row structures; names of parameters and bodies are constants of its modules.
"""

from __future__ import annotations

import ast
import re
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PLACE = Path(__file__).with_name("contract.toml")
UPSTREAM = ROOT / "mcp_gateway" / "upstream"
CARRIERS = {"client.py", "reference_cache.py"}
TOOLS = ROOT / "mcp_gateway" / "tools"
EMBEDDED = ROOT / "maintenance"
WIDTH = 120  # The columns of the document.


@dataclass(frozen=True)
class Name:
    """A field ("field"), a parameter ("parameter") or a field of a body ("body") of a resource."""

    resource: str
    kind: str
    name: str
    mark: str

    @property
    def key(self) -> str:
        """Return the name as `left_out` spells it."""
        return self.name + {"field": "", "parameter": "?", "body": "!"}[self.kind]


@cache
def contract() -> dict[str, Any]:
    return tomllib.loads(PLACE.read_text(encoding="utf-8"))


def resources() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = contract()["resource"]
    return found


def names(resource: dict[str, Any]) -> Iterator[Name]:
    for kind, key in (("parameter", "parameters"), ("field", "fields"), ("body", "body")):
        for entry in resource.get(key, ()):
            name, _, mark = entry.partition(":")
            yield Name(resource["path"], kind, name, mark or resource["mark"])


def left_out(resource: dict[str, Any]) -> dict[str, str]:
    """Return the reason for each name that is left out, by its key."""
    reasons = contract()["reasons"]
    return {key: reasons[reason] for reason, keys in resource.get("left_out", {}).items() for key in keys}


@cache
def _constants(path: Path) -> frozenset[str]:
    """Return all string constants but docstrings, and the words of those that are split."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings
    }
    keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}
    return frozenset(texts | keywords | {word for text in texts for word in text.split()})


@cache
def _structure(path: Path) -> frozenset[str]:
    """Return the names in the module's classes: fields of rows and of forms."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    targets = [
        target
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for part in node.body
        if isinstance(part, ast.AnnAssign | ast.Assign)
        for target in ([part.target] if isinstance(part, ast.AnnAssign) else part.targets)
    ]
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


def modules_of(resource: dict[str, Any]) -> list[Path]:
    """Return the client's modules that name the path, except those that carry all resources."""
    return [
        path
        for path in sorted(UPSTREAM.rglob("*.py"))
        if path.name not in CARRIERS and resource["path"] in _constants(path)
    ]


def is_used(name: Name, resource: dict[str, Any]) -> bool:
    modules = modules_of(resource)
    if name.kind == "field":
        own = {part for path in modules for part in _structure(path)}
        constants = {part for path in modules for part in _constants(path)}
        return name.name in own or name.name in constants
    pools = {part for path in modules for part in _constants(path)}
    if name.kind == "parameter":
        pools |= _constants(UPSTREAM / "rows.py")  # names of a period
        if re.fullmatch(r"field_\d", name.name):
            return name.name in pools
    else:
        pools |= {part for path in TOOLS.rglob("*.py") for part in _constants(path)}
        if re.fullmatch(r"field_\d", name.name):  # the meaning depends on the type of the asset
            return True
    return name.name in pools


def used_at_its_path(resource: dict[str, Any]) -> set[str]:
    """Return the keys of fields and parameters that functions calling this very path read and send."""
    used: set[str] = set()
    for path in modules_of(resource):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        for function in tree.body:
            if resource["path"] not in _called(function):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Dict):
                    used |= {f"{_text(key)}?" for key in node.keys}
                elif isinstance(node, ast.Name):
                    used |= _fields(node.id, classes)
    return used


def _text(node: ast.AST | None) -> str:
    """Return a string constant, or "" for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _called(function: ast.AST) -> set[str]:
    """Return the paths given as lists: `["warehouses", code]` is `warehouses`."""
    return {
        "/".join(filter(None, map(_text, node.elts)))
        for node in ast.walk(function)
        if isinstance(node, ast.List)
    }


def _fields(name: str, classes: dict[str, ast.ClassDef]) -> set[str]:
    """Return the fields of a row structure and of its base classes."""
    if name not in classes:
        return set()
    own = {
        part.target.id
        for part in classes[name].body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    }
    return own.union(
        *(_fields(base.id, classes) for base in classes[name].bases if isinstance(base, ast.Name))
    )


@cache
def embedded_names() -> frozenset[str]:
    return frozenset(
        part
        for path in EMBEDDED.rglob("*.py")
        if "migrations" not in path.parts
        for part in _constants(path) | _structure(path)
    )


def _wrapped(text: str, indent: str = "") -> list[str]:
    """Wrap a text into lines; all but the first start with `indent`. Names are never broken."""
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def document() -> str:
    lines = [
        "# The upstream contract and what is used of it",
        "",
        "Written by `python -m tests.contract.table` from `tests/contract/contract.toml` and the code; tests",
        "hold it to both. Every name is served by the embedded Fracttal One. A name that the client does not",
        "use is left out for the reason that stands with it. Marks: A vendor documentation and independent",
        "code, B vendor documentation only, C independent code only.",
    ]
    for resource in resources():
        modules = ", ".join(f"`{path.relative_to(ROOT)}`" for path in modules_of(resource))
        about = (
            f"{', '.join(resource['methods'])} · mark {resource['mark']} · rights `{resource['right']}:*` · "
            f"{modules}"
        )
        lines += ["", f"## `/{resource['path']}`", "", *_wrapped(about), ""]
        reasons = left_out(resource)
        for kind, title in (("parameter", "Parameters"), ("field", "Fields"), ("body", "Body")):
            of_kind = [name for name in names(resource) if name.kind == kind]
            if not of_kind:
                continue
            used = [f"`{name.name}`" for name in of_kind if name.key not in reasons]
            lines += _wrapped(f"- {title} used: {', '.join(used) or 'none'}", "  ")
            by_reason: dict[str, list[str]] = {}
            for name in of_kind:
                if name.key in reasons:
                    by_reason.setdefault(reasons[name.key], []).append(f"`{name.name}`")
            for why, which in by_reason.items():
                lines += _wrapped(f"  - left out, {why}: {', '.join(which)}", "    ")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(document(), end="")
