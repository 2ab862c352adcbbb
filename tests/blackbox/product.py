"""The started product on one of three engines, with a fault proxy before all that it depends on."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.blackbox.proxy import Proxy, proxied
from tests.blackbox.upstream import Upstream, upstream
from tests.process.databases import PostgreSQL, copied, free_port, postgres_server, redis, wait_for_port
from tests.process.prepared import demo_postgres, demo_sqlite
from tests.process.server import DATABASE, ROOT, Server, settings_of

Query = Callable[[str], list[tuple[Any, ...]]]
DEADLINE_SECONDS = 3.0


@dataclass(frozen=True)
class Engine:
    database: str
    processes: int

    def __str__(self) -> str:
        return f"{self.database}_x{self.processes}"

    @property
    def has(self) -> set[str]:
        """Return what tests may need."""
        return {self.database} | ({"several_processes"} if self.processes > 1 else set())


ENGINES = (Engine("sqlite", 1), Engine("sqlite", 4), Engine("postgresql", 4))


@dataclass(eq=False)
class Product:
    """`database` and `cache` are the proxies before PostgreSQL and Redis, None where there is none."""

    engine: Engine
    server: Server
    upstream: Upstream
    to_upstream: Proxy
    query: Query
    postgres: PostgreSQL | None = None
    to_database: Proxy | None = None
    to_cache: Proxy | None = None
    prefix: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def directory(self) -> Path:
        return self.server.log.parent

    def start(self) -> None:
        with self.server.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*self.prefix, sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=self.server.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait_for_port(int(self.server.environment["PORT"]), self.process, seconds=300)
        self.wait_until_ready(120)

    def wait_until_ready(self, seconds: float = 30) -> float:
        """Wait for /readyz. Return how long it took."""
        begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return time.monotonic() - begun
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise TimeoutError(f"not ready after {seconds} s")

    def kill(self) -> None:
        """Kill every process at once, as a power cut does."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def terminate(self, seconds: float = 40) -> int:
        """Stop as a deployment does. Return the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def workers(self) -> list[int]:
        """Return the process ids of the workers; of the only process where there is one."""
        if self.engine.processes == 1:
            return [self.pid]
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        programs = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
        return [child for child, program in programs.items() if b"spawn_main" in program]


@contextmanager
def product(
    engine: Engine, directory: Path, prefix: Sequence[str] = (), **environment: str
) -> Iterator[Product]:
    """Start the product with the demo's people, whose data is at the stand-in of Fracttal One."""
    directory.mkdir(parents=True, exist_ok=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        ledger = stack.enter_context(upstream(directory / "upstream"))
        to_upstream = stack.enter_context(proxied(ledger.port))
        settings = settings_of(directory, url, port) | {
            "WORKERS": str(engine.processes),
            "UPSTREAM_URL": f"http://127.0.0.1:{to_upstream.port}/api",
            "UPSTREAM_DEADLINE_SECONDS": str(DEADLINE_SECONDS),
            "UPSTREAM_REFERENCE_SECONDS": "0",
            # Tests that try much come from many addresses.
            "TRUSTED_PROXY": "1",
        }
        made = Product(
            engine,
            Server(url, settings, directory / "server.log"),
            ledger,
            to_upstream,
            _no_query,
            prefix=prefix,
        )
        if engine.processes > 1:
            redis_url = stack.enter_context(redis(directory / "redis"))
            made.to_cache = stack.enter_context(proxied(_port_of(redis_url)))
            settings["REDIS_URL"] = f"redis://127.0.0.1:{made.to_cache.port}/0"
        if engine.database == "postgresql":
            made.postgres = stack.enter_context(postgres_server(demo_postgres()))
            made.to_database = stack.enter_context(proxied(made.postgres.port))
            settings["DATABASE_URL"] = f"postgres://postgres@127.0.0.1:{made.to_database.port}/postgres"
            made.query = _postgres_query(made.postgres.url)
        else:
            copied(demo_sqlite(), directory / DATABASE)
            made.query = _sqlite_query(directory / DATABASE)
        settings.update(environment)
        made.start()
        try:
            yield made
        finally:
            try:
                made.terminate()
            except subprocess.TimeoutExpired:
                made.kill()


def _no_query(sql: str) -> list[tuple[Any, ...]]:
    raise AssertionError("the database is not there yet")


def _port_of(url: str) -> int:
    return int(url.rpartition(":")[2].partition("/")[0])


def _sqlite_query(file: Path) -> Query:
    def query(sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=20)) as opened:
            return opened.execute(sql).fetchall()

    return query


def _postgres_query(url: str) -> Query:
    def query(sql: str) -> list[tuple[Any, ...]]:
        options = "-c default_transaction_read_only=on"
        with psycopg.connect(url, options=options, autocommit=True) as opened:
            return opened.execute(sql).fetchall()

    return query
