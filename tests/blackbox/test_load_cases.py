"""Cases of security.md about many at once, clean-up, clocks and a log that cannot be written."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

import psycopg

from tests.blackbox.conftest import Installation
from tests.blackbox.counts import count
from tests.blackbox.product import Product
from tests.blackbox.witness import Witness, outcome_of
from tests.process.databases import free_port, wait_for_port
from tests.process.requirements import need
from tests.process.server import DATABASE, ROOT

LOAD = count("LOAD", 120)
CLOCKS_APART_SECONDS = 90
# Statements that make the database refuse events, and those that undo it.
POSTGRESQL_REFUSES: tuple[list[str], list[str]] = (
    [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'refused'; END $$",
        "CREATE TRIGGER refused BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
    ["DROP TRIGGER refused ON audit_event", "DROP FUNCTION refuse()"],
)
SQLITE_REFUSES: tuple[list[str], list[str]] = (
    ["CREATE TRIGGER refused BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'refused'); END"],
    ["DROP TRIGGER refused"],
)
LIVE = "SELECT count(*) FROM consumers_refreshtoken WHERE revoked IS NULL AND expires > CURRENT_TIMESTAMP"


def statuses(ask: Callable[[], object], times: int, at_once: int) -> Counter[object]:
    with ThreadPoolExecutor(at_once) as pool:
        return Counter(pool.map(lambda _number: ask(), range(times)))


def company_of(authorization: str) -> int:
    claims = authorization.split(".")[1]
    return int(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["company"])


def test_case_214_one_company_whose_upstream_is_slow(
    system: Product, installation: Installation, planner: Witness
) -> None:
    """Bulkheads: people of another company wait no longer than before."""
    other = installation.connect("admin@other.example", "other")
    assert outcome_of(other.read()) == "done"
    theirs = company_of(system.upstream.headers[-1][2]["Authorization"])

    def times() -> list[float]:
        taken = []
        for _ in range(8):
            begun = time.monotonic()
            assert outcome_of(other.read()) == "done"
            taken.append(time.monotonic() - begun)
        return taken

    with (
        system.upstream.slow(2, only=lambda credential: company_of(credential) != theirs),
        ThreadPoolExecutor(20) as pool,
    ):
        waiting = [pool.submit(planner.read) for _ in range(20)]
        time.sleep(0.3)
        taken = times()
        assert not all(each.done() for each in waiting), "the slow company was not slow"
        assert {outcome_of(each.result()) for each in waiting} <= {"done", "upstream_timeout"}
    assert median(taken) < 1.0


def test_case_216_235_many_write_and_read_at_once(system: Product, planner: Witness) -> None:
    """Fifty at the same time through all processes: no 5xx, each write once, and the memory stays."""
    numbers = iter(range(10**9))

    def one() -> str:
        number = next(numbers)
        if number % 2:
            return planner.try_to_write(f"Many {time.monotonic()} {number}")
        return outcome_of(planner.read())

    told = statuses(one, LOAD, 50)
    assert set(told) <= {"done", "upstream_timeout"}, told
    assert told["done"] > LOAD / 2


def test_case_241_after_an_overload_it_is_as_before(system: Product, planner: Witness) -> None:
    """No queue outlives its clients: they leave, and the next one is answered at once."""
    hasty = planner.http.timeout
    planner.http.timeout = 0.3
    try:
        with system.upstream.slow(1):
            with ThreadPoolExecutor(30) as pool:
                asked = [pool.submit(planner.read) for _ in range(LOAD)]
            assert any(each.exception() for each in asked)
    finally:
        planner.http.timeout = hasty
    begun = time.monotonic()
    while outcome_of(planner.read()) != "done":
        assert time.monotonic() - begun < 30
    assert time.monotonic() - begun < 30


@contextmanager
def log_not_writable(system: Product) -> Iterator[None]:
    """Let the database refuse each new event."""
    make, undo = POSTGRESQL_REFUSES if system.postgres is not None else SQLITE_REFUSES
    _run(system, make)
    try:
        yield
    finally:
        _run(system, undo)


def _run(system: Product, statements: list[str]) -> None:
    if system.postgres is not None:
        with psycopg.connect(system.postgres.url, autocommit=True) as opened:
            for statement in statements:
                opened.execute(statement)
        return
    with closing(sqlite3.connect(system.directory / DATABASE, timeout=20, isolation_level=None)) as opened:
        for statement in statements:
            opened.execute(statement)


def test_case_228_nothing_is_answered_that_cannot_be_recorded(system: Product, planner: Witness) -> None:
    """Vault's rule, and stricter: reads get no answer either, and no write is said to be done."""
    title = f"Unrecorded {time.monotonic()}"
    with log_not_writable(system):
        assert planner.read().status_code >= 500
        assert planner.try_to_write(title) != "done"
    assert outcome_of(planner.read()) == "done"
    assert [each.title for each in system.upstream.written].count(title) <= 1


def test_case_232_cleaning_up_under_load_killed_and_run_twice(system: Product, planner: Witness) -> None:
    """No live token goes, whenever it is stopped."""
    over = threading.Event()

    def refresh() -> None:
        while not over.is_set():
            assert planner.refresh().status_code == 200

    with ThreadPoolExecutor(1) as pool:
        refreshing = pool.submit(refresh)
        try:
            running = subprocess.Popen(
                [sys.executable, "manage.py", "clear_expired_tokens"],
                cwd=ROOT, env=system.server.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            time.sleep(1.5)
            running.send_signal(signal.SIGKILL)
            running.wait()
            system.server.manage("clear_expired_tokens")
        finally:
            over.set()
        refreshing.result()
    before = system.query(LIVE)
    system.server.manage("clear_expired_tokens")
    assert system.query(LIVE) == before


def test_case_234_two_processes_whose_clocks_differ(
    system: Product, planner: Witness, tmp_path: Path
) -> None:
    """RFC 7519 §4.1.5: what one issues is good at the other at once, in both directions."""
    faketime = need("faketime", shutil.which("faketime"))
    port = free_port()
    environment = system.server.environment | {"PORT": str(port), "WORKERS": "1"}
    with (tmp_path / "log").open("wb") as log:
        ahead = subprocess.Popen(
            [faketime, "-f", f"+{CLOCKS_APART_SECONDS}s", sys.executable, "manage.py", "serve"],
            cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    here, there = planner.server.url, f"http://127.0.0.1:{port}"
    try:
        wait_for_port(port, ahead, seconds=120)
        for issuing, using in ((here, there), (there, here)):
            form = {"grant_type": "refresh_token", "refresh_token": planner.tokens["refresh_token"]}
            answer = planner.http.post(
                f"{issuing}/oauth/token", data=form, auth=(planner.key, planner.secret)
            )
            assert answer.status_code == 200, answer.text
            planner.tokens = answer.json()
            planner.pairs.append(planner.tokens)
            used = planner.http.post(
                f"{using}/mcp/oauth/fracttal-one",
                json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
                headers={
                    "authorization": f"Bearer {planner.tokens['access_token']}",
                    "accept": "application/json, text/event-stream",
                },
            )
            assert used.status_code == 200, used.text
    finally:
        os.killpg(ahead.pid, signal.SIGTERM)  # the product is a child of faketime
        ahead.wait(40)
