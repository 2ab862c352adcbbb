"""The product, started as `make run` starts it, with its own database."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.process.databases import free_port, wait_for_port

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "fracttal-mcp.sqlite3"


@dataclass(frozen=True)
class Server:
    url: str
    environment: dict[str, str]
    log: Path

    @property
    def mcp_url(self) -> str:
        return f"{self.url}/mcp/oauth/fracttal-one"

    def manage(self, *arguments: str) -> str:
        """Run a management command on the server's database. Return its standard output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]}: {done.stderr[-2000:]}")
        return done.stdout

    def create_consumer(
        self, name: str, *callbacks: str, grant: str = "authorization-code", public: bool = False
    ) -> dict[str, Any]:
        group = "Administrators" if grant == "authorization-code" else "Planners"
        options = [part for callback in callbacks for part in ("--callback", callback)]
        options += ["--public"] if public else []
        made: dict[str, Any] = json.loads(
            self.manage(
                "create_consumer", "--company", "demo", "--name", name, "--grant", grant,
                "--group", group, "--json", *options,
            )
        )  # fmt: skip
        return made


def _settings(directory: Path, url: str, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "VAR_DIR": str(directory),
        "PORT": str(port),
        "PUBLIC_URL": url,
        "API_REQUESTS_PER_MINUTE": "0",
        "UPSTREAM_REQUESTS_PER_MINUTE": "0",
        "DEMO_PLANT": "1",
        "PYTHONUNBUFFERED": "1",
    }


@cache
def _demo_database() -> Path:
    """Create an SQLite database with the demo plant once per process; it is copied for each server."""
    directory = tempfile.TemporaryDirectory(prefix="demo-plant-")
    atexit.register(directory.cleanup)
    home, url = Path(directory.name), "http://127.0.0.1"
    maker = Server(url, _settings(home, url, 80), home / "server.log")
    maker.manage("migrate", "-v0")
    maker.manage("seed_demo")
    return home / DATABASE


@contextmanager
def started(directory: Path, application: str = "", **environment: str) -> Iterator[Server]:
    """Start the server with a new demo plant. `environment` adds or overrides variables.

    `application` is served instead of the product itself, for example one that wraps it. A server with its
    own DATABASE_URL fills its database itself, as the first `make run` does.
    """
    directory.mkdir(parents=True, exist_ok=True)
    port = int(environment.get("PORT", "0")) or free_port()
    url = f"http://127.0.0.1:{port}"
    log = directory / "server.log"
    settings = _settings(directory, url, port) | environment
    if "DATABASE_URL" not in environment:
        shutil.copy(_demo_database(), directory / DATABASE)
    program = ["manage.py", "serve"]
    if application:
        program = ["-m", "uvicorn", application, "--port", str(port), "--no-access-log"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *program], cwd=ROOT, env=settings, stdout=output, stderr=output
        )
    try:
        wait_for_port(port, process, seconds=300)  # it fills the database first
        yield Server(url, settings, log)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
