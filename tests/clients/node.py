"""Finds Node 22 and the packages of package.json; a test that lacks them is skipped with the reason."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

from tests.process.requirements import need

HERE = Path(__file__).parent
LEAST = 22


@functools.cache
def _found() -> str | None:
    installed = HERE.parents[1] / "var" / "node" / "node_modules" / ".bin" / "node"
    for candidate in (os.environ.get("NODE22"), str(installed), shutil.which("node")):
        if not candidate or not Path(candidate).exists():
            continue
        told = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False)
        if told.stdout.startswith("v") and int(told.stdout[1:].split(".")[0]) >= LEAST:
            return candidate
    return None


def node() -> str:
    """Return the path of Node 22 or newer, from NODE22, var/node/ or PATH."""
    return need(f"Node {LEAST}", _found())


def package(name: str) -> Path:
    """Return the folder of an installed package of package.json."""
    folder = HERE / "node_modules" / name
    return Path(need(f"{name} (npm ci --prefix tests/clients)", str(folder) if folder.is_dir() else None))
