"""Several processes that start at once, and workers whose parent was killed."""

from __future__ import annotations

import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pytest

from tests.process.databases import free_port, postgres
from tests.process.server import Server, started


def three_at_once(directory: Path, database_url: str) -> list[str]:
    """Start three on one empty database. Return the companies that each of them finds."""
    together = Barrier(3, timeout=280)

    def serve(number: int) -> str:
        with started(directory / str(number), DATABASE_URL=database_url, PORT=str(free_port())) as server:
            together.wait()
            assert httpx.get(f"{server.url}/readyz").status_code == 200
            return companies(server)

    with ThreadPoolExecutor(3) as pool:
        return list(pool.map(serve, range(3)))


def companies(server: Server) -> str:
    code = "from accounts.models import Company; print(*sorted(c.slug for c in Company.objects.all()))"
    return server.manage("shell", "-v0", "-c", code).strip()


@pytest.mark.timeout(300)
def test_case_230_three_start_on_an_empty_sqlite_database(tmp_path: Path) -> None:
    found = three_at_once(tmp_path, f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert set(found) == {"demo other"}


@pytest.mark.postgres
@pytest.mark.timeout(300)
def test_case_230_three_start_on_an_empty_postgresql_database(tmp_path: Path) -> None:
    with postgres() as database:
        assert set(three_at_once(tmp_path, database)) == {"demo other"}


def test_f13_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    with started(tmp_path / "product", WORKERS="2") as server:
        port = int(server.url.rpartition(":")[2])
        os.kill(server.pid, signal.SIGKILL)
        end = time.monotonic() + 15
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) != 0:
                    return
            time.sleep(0.2)
        raise AssertionError("the workers still hold the port")
