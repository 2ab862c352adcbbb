"""Clients that are commands: run one, and read what it prints."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

FOLDER = Path(os.environ["FOLDER"])  # where the packages of the client are installed
NODE = os.environ["NODE"]


def run(*arguments: str, seconds: float = 90, **environment: str) -> str:
    """Standard output and errors of a command of Node; an error where it fails."""
    done = subprocess.run(
        [NODE, *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"exit {done.returncode}: {done.stdout[-2500:]}")
    return done.stdout
