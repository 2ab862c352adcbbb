"""Starts application.py with a new company, and the proxy that adds a token."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.clients.node import node
from tests.conformance.application import PATH
from tests.process.databases import copied, free_port, wait_for_port
from tests.process.prepared import migrated_sqlite
from tests.process.server import DATABASE, ROOT, Server

ADMINISTRATOR = "admin@conformance.example"
PASSWORD = "conformance-only-password"


@dataclass(frozen=True)
class Subject:
    """What the suite is pointed at: the fixtures, through the proxy."""

    server: Server
    fixtures_url: str


@pytest.fixture(scope="session")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    program = node()
    directory: Path = tmp_path_factory.mktemp("conformance")
    port, proxy_port = free_port(), free_port()
    url, log = f"http://localhost:{port}", directory / "server.log"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "VAR_DIR": str(directory),
        "PUBLIC_URL": url,
        "MCP_ORIGINS": f"http://localhost:{proxy_port},http://127.0.0.1:{proxy_port}",
        "DEMO_PLANT": "0",
        "PYTHONUNBUFFERED": "1",
    }
    server = Server(url, environment, log)
    copied(migrated_sqlite(), directory / DATABASE)
    server.manage(
        "create_company", "--name", "Conformance", "--slug", "demo",
        "--admin-email", ADMINISTRATOR, "--password-stdin", standard_input=PASSWORD + "\n",
    )  # fmt: skip
    with log.open("wb") as output:
        serving = subprocess.Popen(
            [
                sys.executable, "-m", "uvicorn", "tests.conformance.application:application",
                "--port", str(port), "--no-access-log",
            ],
            cwd=ROOT, env=environment, stdout=output, stderr=output,
        )  # fmt: skip
    proxy: subprocess.Popen[bytes] | None = None
    try:
        wait_for_port(port, serving, seconds=60)
        token = _token(server)
        script = str(Path(__file__).parent / "bearer-proxy.mjs")
        proxy = subprocess.Popen(
            [program, script, str(proxy_port), url], env={"PATH": os.environ["PATH"], "TOKEN": token}
        )
        wait_for_port(proxy_port, proxy)
        yield Subject(server, f"http://localhost:{proxy_port}{PATH}")
    finally:
        for process in (proxy, serving):
            if process is not None:
                process.terminate()
                process.wait(20)


def _token(server: Server) -> str:
    consumer = server.create_consumer("Conformance", grant="client-credentials")
    answer = httpx.post(
        f"{server.url}/oauth/token",
        data={"grant_type": "client_credentials", "resource": server.mcp_url},
        auth=(consumer["key"], consumer["secret"]),
    )
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["access_token"]
    return token
