"""Runs the program of one client in its own environment and home (see programs/conversation.py)."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clients.install import INSTALLED, PROGRAMS
from tests.clients.node import node
from tests.process.server import ROOT

PATIENCE = 90


@dataclass(frozen=True)
class Wanted:
    """What a person enters into the client."""

    mcp_url: str
    key: str
    secret: str
    callback: str
    token: str = ""


class Gone(Exception):
    """The program ended, or no longer answers."""


class Program:
    def __init__(self, name: str, wanted: Wanted, home: Path) -> None:
        folder = INSTALLED / name
        shutil.rmtree(home, ignore_errors=True)
        (home / "bin").mkdir(parents=True)
        self._there = home / "person-is-there"
        self._there.touch()
        self._said: queue.Queue[str | None] = queue.Queue()
        self._errors = home / "errors"
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                self._command(name, folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=home,
                env=self._environment(folder, home) | _typed_in(wanted),
            )
        threading.Thread(target=self._listen, daemon=True).start()

    @staticmethod
    def _command(name: str, folder: Path) -> list[str]:
        script = next((PROGRAMS / name).glob("program.*"))
        if script.suffix == ".mjs":
            # Node looks for packages beside the file.
            for file in (PROGRAMS / "conversation.mjs", script):
                text = file.read_text(encoding="utf-8")
                (folder / file.name).write_text(text, encoding="utf-8")
            return [node(), str(folder / script.name)]
        own = folder / "bin" / "python"
        return [str(own if own.exists() else sys.executable), str(script)]

    def _environment(self, folder: Path, home: Path) -> dict[str, str]:
        for browser in ("xdg-open", "x-www-browser", "sensible-browser"):
            (home / "bin" / browser).symlink_to(PROGRAMS / "person.sh")
        return {
            "PATH": f"{home / 'bin'}:{Path(node()).parent}:{os.environ['PATH']}",
            "HOME": str(home),
            "PYTHONPATH": str(PROGRAMS),
            "FOLDER": str(folder),
            "NODE": node(),
            "BROWSER": str(home / "bin" / "xdg-open"),
            "PERSON_IS_THERE": str(self._there),
            "PROJECT": str(ROOT),
            "PYTHON": sys.executable,
            "ANONYMIZED_TELEMETRY": "false",
            "MCP_USE_ANONYMIZED_TELEMETRY": "false",
        }

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(line)
        self._said.put(None)

    def ask(self, what: dict[str, Any], sign_in: Callable[[str], str] | None = None) -> dict[str, Any]:
        """Return the program's answer.

        If it opens a browser on the way, the person signs in, or is not there.
        """
        self._tell(what)
        return self._heard(sign_in)

    def connect(self, sign_in: Callable[[str], str]) -> None:
        self._heard(sign_in)

    def _heard(self, sign_in: Callable[[str], str] | None) -> dict[str, Any]:
        while True:
            answer = self._next()
            if "open" not in answer:
                return answer
            self._tell({"callback": sign_in(answer["open"])} if sign_in else {})

    def rest(self, seconds: float) -> None:
        """Wait; raise Gone at once if the program ends."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return
        raise Gone(self._last_words())

    def person_goes(self) -> None:
        self._there.unlink()

    def end(self) -> None:
        try:
            self._tell({"step": "end"})
            self._process.wait(10)
        except (Gone, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()

    def _tell(self, what: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(what) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise Gone(self._last_words()) from error

    def _next(self) -> dict[str, Any]:
        while True:
            try:
                line = self._said.get(timeout=PATIENCE)
            except queue.Empty as error:
                raise Gone(f"nothing came for {PATIENCE} seconds: {self._last_words()}") from error
            if line is None:
                raise Gone(self._last_words())
            if line.startswith("{"):
                answer: dict[str, Any] = json.loads(line)
                return answer

    def _last_words(self) -> str:
        return self._errors.read_text(encoding="utf-8", errors="replace")[-1500:]


def _typed_in(wanted: Wanted) -> dict[str, str]:
    return {
        "MCP_URL": wanted.mcp_url,
        "KEY": wanted.key,
        "SECRET": wanted.secret,
        "CALLBACK": wanted.callback,
        "TOKEN": wanted.token,
    }
