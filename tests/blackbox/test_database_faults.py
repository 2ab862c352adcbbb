"""What everybody gets while the database is away, full, locked or read-only, and how soon it works again."""

from __future__ import annotations

import resource
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any

import httpx
import psycopg
import pytest

from tests.blackbox.conftest import Installation
from tests.blackbox.doors import Doors
from tests.blackbox.product import Product
from tests.blackbox.witness import Witness
from tests.process.server import DATABASE

CACHED_SECONDS = 1.1  # a token is
Fault = Callable[[Product], Any]


@pytest.fixture(scope="session")
def opened(shared: Installation, everyday: Witness) -> Doors:
    return Doors(everyday)


@pytest.fixture
def doors(installation: Installation, opened: Doors) -> Doors:
    return opened


@contextmanager
def stopped(system: Product) -> Iterator[None]:
    assert system.postgres is not None
    system.postgres.stop()
    try:
        yield
    finally:
        system.postgres.start()


@contextmanager
def line(system: Product, **what: Any) -> Iterator[None]:
    assert system.to_database is not None
    system.to_database.cut_all()
    with system.to_database.fault(**what):
        yield


@contextmanager
def connections_refused(system: Product) -> Iterator[None]:
    """End all connections, and allow or refuse new ones, as after a crash."""
    assert system.postgres is not None
    elsewhere = system.postgres.url.removesuffix("/postgres") + "/template1"
    with psycopg.connect(elsewhere, autocommit=True) as control:

        def allow(allowed: str) -> None:
            control.execute(f"ALTER DATABASE postgres WITH ALLOW_CONNECTIONS {allowed}")

        allow("false")
        control.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'")
        try:
            yield
        finally:
            allow("true")


@contextmanager
def out_of_connections(system: Product) -> Iterator[None]:
    """Others hold every slot. Even what the product kept is gone."""
    assert system.postgres is not None
    assert system.to_database is not None
    with ExitStack() as held:
        held.enter_context(system.to_database.fault(refuse=True))
        with suppress(psycopg.OperationalError):
            while True:
                held.enter_context(closing(psycopg.connect(system.postgres.url)))
        system.to_database.set()
        yield


GONE: dict[str, Fault] = {
    "stopped": stopped,
    "connections_refused": connections_refused,
    "line_refused": lambda system: line(system, refuse=True),
    "line_reset": lambda system: line(system, cut_after=0, reset=True),
    "out_of_connections": out_of_connections,
}


@pytest.mark.needs("postgresql")
@pytest.mark.parametrize("fault", GONE)
def test_case_218_220_every_door_says_503_while_postgresql_is_away(
    system: Product, doors: Doors, fault: str
) -> None:
    """RFC 9110 §15.6.4: 503 with Retry-After in the form of each door, and back within 5 seconds."""
    doors.check_all_work()
    with GONE[fault](system):
        time.sleep(CACHED_SECONDS)
        doors.check_refusals(doors.all_at_once(), all_refuse=True)
        assert health_of(system) == (200, 503)
    doors.check_recovery()


def test_case_282_health_while_the_database_is_there(system: Product) -> None:
    """Ready and alive at any address of the machine, kept by no cache."""
    assert health_of(system) == (200, 200)


@pytest.mark.needs("postgresql")
def test_case_218_each_request_succeeds_after_an_idle_restart(system: Product, doors: Doors) -> None:
    """Every pooled connection of every process is dead then, and nothing was asked in between."""
    doors.all_at_once(20)  # fills the pools
    assert system.postgres is not None
    counted = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'postgres'"
    assert system.query(counted)[0][0] > 8
    system.postgres.stop()
    system.postgres.start()
    time.sleep(1)
    doors.check_all_work(10)


@pytest.mark.needs("postgresql")
def test_case_218_219_connections_that_are_cut_under_traffic(system: Product, doors: Doors) -> None:
    """Each request is answered whole, or with 503; what one of them wrote is there or not there."""
    proxy, done = system.to_database, threading.Event()
    assert proxy is not None

    def cutting() -> None:
        while not done.is_set():
            proxy.cut_all()
            time.sleep(0.15)

    cutter = threading.Thread(target=cutting)
    cutter.start()
    try:
        answers = doors.all_at_once(10)
    finally:
        done.set()
        cutter.join()
    doors.check_refusals(answers, all_refuse=False)
    doors.check_recovery()


@pytest.mark.needs("postgresql")
@pytest.mark.parametrize("cut_after", [0, 40, 200, 700, 1500])
def test_case_219_the_connection_ends_within_the_transaction_of_a_token(
    system: Product, installation: Installation, cut_after: int
) -> None:
    """OWASP ASVS 2.3.3: all or nothing, and the client may present the same refresh token again."""
    planner, proxy = installation.witnesses[0], system.to_database
    assert proxy is not None
    before = planner.tokens["refresh_token"]
    with proxy.fault(cut_after=cut_after, reset=True):
        answer = planner.refresh()
    assert answer.status_code in {200, 503}, answer.text
    if answer.status_code == 503:
        assert planner.refresh(before).status_code == 200


@pytest.mark.needs("postgresql")
def test_case_220_a_server_that_only_reads(system: Product, doors: Doors, planner: Witness) -> None:
    """As on a standby after a switch: what writes says 503, and nothing of it has happened."""
    assert system.postgres is not None
    title = f"Read-only {time.monotonic()}"
    with psycopg.connect(system.postgres.url, autocommit=True) as control:
        control.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        control.execute("SELECT pg_reload_conf()")
        try:
            time.sleep(0.3)
            doors.check_refusals(doors.all_at_once(), all_refuse=False)
            assert planner.try_to_write(title) == "503"
            assert planner.read().status_code == 503
        finally:
            control.execute("SET default_transaction_read_only = off")
            control.execute("ALTER SYSTEM RESET default_transaction_read_only")
            control.execute("SELECT pg_reload_conf()")
    doors.check_recovery()
    assert title not in [each.title for each in system.upstream.written]
    assert planner.try_to_write(title) == "done"


@pytest.mark.needs("postgresql")
def test_case_220_commits_take_long(system: Product, planner: Witness) -> None:
    """A slow line to the database makes answers late, never lost."""
    assert system.to_database is not None
    title = f"Slow commit {time.monotonic()}"
    with system.to_database.fault(latency=0.2):
        assert planner.try_to_write(title) == "done"
    assert [each.title for each in system.upstream.written].count(title) == 1


def test_case_221_a_token_is_used_at_once(system: Product, planner: Witness) -> None:
    """By any process: what was answered is committed where all of them read."""
    for _ in range(5):
        assert planner.refresh().status_code == 200
        assert planner.read().status_code == 200


@contextmanager
def full_disk(system: Product, size: int) -> Iterator[None]:
    """Let no process write beyond `size` bytes of any file, as on a full disk; with 0 it can only be read."""
    limited = [(pid, resource.prlimit(pid, resource.RLIMIT_FSIZE)) for pid in system.workers()]
    for pid, (_soft, hard) in limited:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        for pid, before in limited:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@pytest.mark.needs("sqlite")
@pytest.mark.parametrize("size", [4096, 0], ids=["full", "only_reads"])
def test_case_217_doors_that_write_say_503_while_the_disk_is_full(
    system: Product, doors: Doors, planner: Witness, size: int
) -> None:
    """SQLite: what only reads goes on, and what was refused has not happened."""
    title = f"Full disk {size} {time.monotonic()}"
    doors.check_all_work(times=8)  # no process can open the file for the first time on a full disk
    with full_disk(system, size):
        answers = {kind: [doors.asks[kind]()] for kind in ("consent", "token", "tool")}
        doors.check_refusals(answers, all_refuse=True)
        assert planner.try_to_write(title) == "503"
        assert doors.asks["api"]().status_code == 200
    doors.check_recovery()
    assert title not in [each.title for each in system.upstream.written]
    assert planner.try_to_write(title) == "done"


@pytest.mark.needs("sqlite")
def test_case_215_a_lock_that_somebody_holds_is_waited_for(
    system: Product, doors: Doors, planner: Witness
) -> None:
    """SQLite: a backup or another program locks the file for a second; nobody gets a 5xx."""
    title = f"Locked {time.monotonic()}"
    with closing(sqlite3.connect(system.directory / DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(1, lambda: None)
        timer.start()
        asking = threading.Thread(target=lambda: planner.try_to_write(title))
        asking.start()
        timer.join()
        other.execute("ROLLBACK")
        asking.join(30)
    assert planner.results.get(title)
    doors.check_all_work()


def health_of(system: Product) -> tuple[int, int]:
    live, ready = (
        httpx.get(f"{system.url}{path}", headers={"host": "10.0.0.7"}, timeout=30)
        for path in ("/livez", "/readyz")
    )
    assert {answer.headers["cache-control"] for answer in (live, ready)} == {"no-store"}
    return live.status_code, ready.status_code
