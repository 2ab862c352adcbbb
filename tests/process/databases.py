"""Real PostgreSQL and Redis servers on free ports, for the duration of a test session."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.process.requirements import postgres_program, redis_server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=0.2):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


class PostgreSQL:
    """A temporary server on its own port. Under root it runs as the user `postgres`.

    `copy_of` is the data directory of a stopped server (prepared.py).
    """

    def __init__(self, copy_of: Path | None = None) -> None:
        initdb, self._program = postgres_program("initdb"), postgres_program("postgres")
        # Not below pytest's own directory, which each run closes to all users but its own.
        self.data, self.port = Path(tempfile.mkdtemp(prefix="postgres-")), free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self._owner = "postgres" if os.geteuid() == 0 else None
        if copy_of is not None:
            self.data.rmdir()
            copied(copy_of, self.data)
            return
        if self._owner:
            shutil.chown(self.data, self._owner, self._owner)
        subprocess.run(
            [initdb, "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd="/",
            user=self._owner,
            group=self._owner,
        )

    def start(self) -> None:
        options = ["-p", str(self.port), "-h", "127.0.0.1", "-k", str(self.data), "-N", "300", "-F"]
        self._process = subprocess.Popen(
            [self._program, "-D", self.data, *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            user=self._owner,
            group=self._owner,
        )
        wait_for_port(self.port, self._process)
        self._wait_until_ready()

    def _wait_until_ready(self, seconds: float = 30) -> None:
        """Wait until the server accepts connections; its port opens earlier."""
        end = time.monotonic() + seconds
        while True:
            try:
                psycopg.connect(self.url).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)  # at once: SIGTERM would wait until all clients are gone
        self._process.wait(20)

    def remove(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)


def copied(origin: Path, target: Path) -> None:
    """A file or a directory with its owners and rights. Nothing is there yet."""
    subprocess.run(["cp", "-a", "--reflink=auto", origin, target], check=True)


@contextmanager
def postgres_server(copy_of: Path | None = None) -> Iterator[PostgreSQL]:
    server = PostgreSQL(copy_of)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server.remove()


@contextmanager
def postgres(copy_of: Path | None = None) -> Iterator[str]:
    """Start a temporary PostgreSQL. Yield its DATABASE_URL."""
    with postgres_server(copy_of) as server:
        yield server.url


@contextmanager
def redis(directory: Path) -> Iterator[str]:
    """Start a temporary Redis. Yield its REDIS_URL."""
    port = free_port()
    directory.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [redis_server(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(directory)],
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, process)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)
