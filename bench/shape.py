"""Counts the shape of the code in the checkout at the current directory: `python -m bench.shape`.

Prints modules per folder, imports between the packages of tools, HTTP libraries, the longest parameter
lists and the files above 300 lines.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grimp

APPS = ("accounts", "connections", "consumers", "fracttal_mcp", "maintenance", "mcp_gateway")
TOOLS = "mcp_gateway.tools"
HTTP_LIBRARIES = {"aiohttp", "http.client", "httpx", "requests", "urllib3"}
LONG_FILE = 300


def sources() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "*.py"], capture_output=True, text=True, check=True)
    paths = [Path(line) for line in listed.stdout.splitlines()]
    return [path for path in paths if path.parts[0] in APPS and "migrations" not in path.parts]


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


def functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = node.args
            yield len([*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]), node.name


def package(module: str) -> str:
    return ".".join(module.split(".")[:3])


def main() -> None:
    sys.path.insert(0, ".")
    paths = sources()
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    folders = Counter(str(path.parent) for path in paths if path.name != "__init__.py")
    print("modules in the largest folders:", folders.most_common(5))

    graph = grimp.build_graph(*(app for app in APPS if Path(app).is_dir()))
    tools = [module for module in graph.modules if module.startswith(f"{TOOLS}.")]
    pairs = {(one, other) for one in tools for other in graph.find_modules_directly_imported_by(one)}
    between = {(package(one), package(other)) for one, other in pairs if other in set(tools)}
    print("arrows between rooms of tools:", sum(one != other for one, other in between))

    libraries = {
        name
        for tree in trees.values()
        for module in imported(tree)
        for name in HTTP_LIBRARIES
        if module == name or module.startswith(f"{name}.")
    }
    print("HTTP libraries:", sorted(libraries))
    longest = sorted(
        ((count, f"{path}:{name}") for path, tree in trees.items() for count, name in functions(tree)),
        reverse=True,
    )
    print("longest parameter lists:", longest[:3])
    lines = {str(path): path.read_text(encoding="utf-8").count("\n") for path in paths}
    print("files above", LONG_FILE, "lines:", {path: n for path, n in lines.items() if n > LONG_FILE})


if __name__ == "__main__":
    main()
