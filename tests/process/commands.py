"""Management commands, run in a process of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def manage(environment: Mapping[str, str], *arguments: str, standard_input: str | None = None) -> str:
    """Run a management command with these settings. Return its standard output."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        input=standard_input,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        raise RuntimeError(f"manage.py {arguments[0]}: {done.stderr[-2000:]}")
    return done.stdout
