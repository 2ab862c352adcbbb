"""The product itself, started as `make run` starts it, on a database of its own."""

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

from tests.started.databases import free_port, wait_for_port

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Server:
    url: str
    environment: dict[str, str]
    log: Path

    @property
    def mcp_url(self) -> str:
        return f"{self.url}/mcp/oauth/fracttal-one"

    def manage(self, *arguments: str) -> str:
        """Run a management command on the server's database; its standard output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]}: {done.stderr[-2000:]}")
        return done.stdout

    def create_consumer(
        self, name: str, *callbacks: str, grant: str = "authorization-code"
    ) -> dict[str, Any]:
        group = "Administrators" if grant == "authorization-code" else "Planners"
        options = [part for callback in callbacks for part in ("--callback", callback)]
        made: dict[str, Any] = json.loads(
            self.manage(
                "create_consumer", "--company", "demo", "--name", name, "--grant", grant,
                "--group", group, "--json", *options,
            )
        )  # fmt: skip
        return made


@contextmanager
def started(directory: Path, **environment: str) -> Iterator[Server]:
    """Start the server over a new database with the demo plant; `environment` adds or overrides."""
    directory.mkdir(parents=True, exist_ok=True)
    port = int(environment.get("PORT", "0")) or free_port()
    url = f"http://127.0.0.1:{port}"
    log = directory / "server.log"
    settings = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "VAR_DIR": str(directory),
        "PORT": str(port),
        "PUBLIC_URL": url,
        "API_REQUESTS_PER_MINUTE": "0",
        "UPSTREAM_REQUESTS_PER_MINUTE": "0",
        "DEMO_PLANT": "1",
        "PYTHONUNBUFFERED": "1",
        **environment,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"], cwd=ROOT, env=settings, stdout=output, stderr=output
        )
    try:
        wait_for_port(port, process, seconds=90)
        yield Server(url, settings, log)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
