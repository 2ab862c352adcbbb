"""Clients that are commands: runs one and reads its output."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

FOLDER = Path(os.environ["FOLDER"])  # Where the client's packages are installed.
NODE = os.environ["NODE"]
LINES, COLUMNS = 50, 200


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


def on_terminal(
    *command: str,
    typed: Sequence[tuple[str, str]] = (),
    until: Callable[[], object] | None = None,
    seconds: float = 80,
    **environment: str,
) -> str:
    """Run a command on a terminal, as a person does; raise if it fails.

    For each pair in `typed`, the second text is typed once the first is shown. A program that does not
    end by itself is killed when `until` becomes true.
    """
    process, terminal = pty.fork()
    if process == 0:
        size = {"COLUMNS": str(COLUMNS), "LINES": str(LINES), "TERM": "xterm-256color"}
        os.execve(command[0], list(command), {**os.environ, **size, **environment})
    termios.tcsetwinsize(terminal, (LINES, COLUMNS))
    text, read, end = "", 0, time.monotonic() + seconds
    waiting = list(typed)
    while time.monotonic() < end:
        if until and until():
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            return text
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        text += data.decode(errors="replace")
        if waiting and waiting[0][0] in text[read:]:
            read = len(text)
            time.sleep(1)  # a screen accepts keys only a little after it is drawn
            os.write(terminal, waiting.pop(0)[1].encode())
    else:
        os.kill(process, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if status:
        raise RuntimeError(f"exit {status}: {text[-1500:]}")
    return text
