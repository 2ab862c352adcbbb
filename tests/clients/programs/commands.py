"""Clients that are commands: runs one and reads its output."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from pathlib import Path

FOLDER = Path(os.environ["FOLDER"])  # Where the client's packages are installed.
NODE = os.environ["NODE"]


def run(*arguments: str, **environment: str) -> str:
    """Run a Node command."""
    return execute(NODE, *arguments, **environment)


def execute(*command: str, seconds: float = 80, **environment: str) -> str:
    """Run a command. Return its output and errors; raise if it fails."""
    done = subprocess.run(
        command,
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


def on_terminal(*command: str, seconds: float = 80, **environment: str) -> str:
    """Run a command on a terminal, as a person does; raise if it fails."""
    process, terminal = pty.fork()
    if process == 0:
        size = {"COLUMNS": "200", "LINES": "50", "TERM": "xterm-256color"}
        os.execve(command[0], list(command), {**os.environ, **size, **environment})
    text, end = "", time.monotonic() + seconds
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        text += data.decode(errors="replace")
    else:
        os.kill(process, 9)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if status:
        raise RuntimeError(f"exit {status}: {text[-1500:]}")
    return text
