"""The product, started as `make run` starts it, with its own database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.process.commands import ROOT, manage
from tests.process.databases import copied, free_port, wait_for_port
from tests.process.prepared import demo_sqlite

__all__ = ["DATABASE", "ROOT", "Server", "settings_of", "started"]

DATABASE = "fracttal-mcp.sqlite3"


@dataclass(frozen=True)
class Server:
    url: str
    environment: dict[str, str]
    log: Path
    pid: int = 0

    @property
    def mcp_url(self) -> str:
        return f"{self.url}/mcp/oauth/fracttal-one"

    def manage(self, *arguments: str, standard_input: str | None = None) -> str:
        """Run a management command on the server's database. Return its standard output."""
        return manage(self.environment, *arguments, standard_input=standard_input)

    def create_consumer(
        self,
        name: str,
        *callbacks: str,
        grant: str = "authorization-code",
        public: bool = False,
        company: str = "demo",
    ) -> dict[str, Any]:
        group = "Administrators" if grant == "authorization-code" else "Planners"
        options = [part for callback in callbacks for part in ("--callback", callback)]
        options += ["--public"] if public else []
        made: dict[str, Any] = json.loads(
            self.manage(
                "create_consumer", "--company", company, "--name", name, "--grant", grant,
                "--group", group, "--json", *options,
            )
        )  # fmt: skip
        return made


def settings_of(directory: Path, url: str, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "VAR_DIR": str(directory),
        "PORT": str(port),
        "PUBLIC_URL": url,
        "API_REQUESTS_PER_MINUTE": "0",
        "UPSTREAM_REQUESTS_PER_MINUTE": "0",
        "PERSON_REQUESTS_PER_MINUTE": "0",
        "PERSON_REQUESTS_AT_ONCE": "0",
        "CONSUMER_REQUESTS_PER_MINUTE": "0",
        "DEMO_PLANT": "1",
        "PYTHONUNBUFFERED": "1",
    }


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
    settings = settings_of(directory, url, port) | environment
    if "DATABASE_URL" not in environment:
        copied(demo_sqlite(), directory / DATABASE)
    program = ["manage.py", "serve"]
    if application:
        program = ["-m", "uvicorn", application, "--port", str(port), "--no-access-log"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *program], cwd=ROOT, env=settings, stdout=output, stderr=output
        )
    try:
        wait_for_port(port, process, seconds=300)  # it fills the database first
        yield Server(url, settings, log, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
