"""Equal writes that reach different processes at once: one runs, and the others get its result.

The product runs in four processes, on PostgreSQL and on SQLite. The writes are counted in the tables.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.clients.assistant import CALLBACK, Assistant
from tests.process.databases import postgres
from tests.process.person import Person
from tests.process.prepared import demo_postgres
from tests.process.server import DATABASE, Server, started

Query = Callable[[str], list[tuple[Any, ...]]]
AT_ONCE, ROUNDS = 8, 8
pytestmark = pytest.mark.timeout(900)  # the first test fills a database and waits for four processes
ALIKE = {"even_if_similar": True}  # the titles of two rounds look alike
TOKEN_OF_ADMIN = (
    "from accounts.models import Membership; from maintenance.tokens import mint_user_token;"
    "m = Membership.objects.get(user__email='admin@demo.example');"
    "print(mint_user_token(company_id=m.company_id, user_id=m.user_id, lifetime_seconds=3600))"
)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def product(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Query]]:
    """The product in four processes, and a function to query its tables."""
    directory: Path = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        with started(directory, WORKERS="4") as server:
            yield server, lambda sql: sqlite3.connect(directory / DATABASE).execute(sql).fetchall()
        return
    with (
        postgres(demo_postgres()) as database,
        started(directory / "product", DATABASE_URL=database, WORKERS="4") as server,
        psycopg.connect(database, autocommit=True) as tables,
    ):
        yield server, lambda sql: tables.execute(sql).fetchall()


def at_once(number: int, ask: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(ask, range(number)))


@pytest.fixture(scope="module")
def assistant(product: tuple[Server, Query]) -> Assistant:
    server, _query = product
    made = Assistant(server, server.create_consumer("ChatGPT", CALLBACK))
    return made.connect(Person("planner@demo.example"))


@pytest.fixture(scope="module")
def token(product: tuple[Server, Query]) -> str:
    """A token of the administrator for the embedded API."""
    server, _query = product
    return server.manage("shell", "-v0", "-c", TOKEN_OF_ADMIN).strip()


@pytest.mark.parametrize("keyed", [True, False], ids=["with_a_key", "without_a_key"])
def test_f4_each_equal_call_is_answered_and_one_writes(
    product: tuple[Server, Query], assistant: Assistant, keyed: bool
) -> None:
    _server, query = product
    for number in range(ROUNDS):
        title = f"Round {number} keyed={keyed}"
        key = {"idempotency_key": f"equal-round-{number}"} if keyed else {}
        before = query("SELECT count(*) FROM audit_event WHERE kind = 'tool.call'")[0][0]
        answers = at_once(
            AT_ONCE,
            lambda _n, title=title, key=key: assistant.post(  # type: ignore[misc]
                "tools/call", name="create_work_request", arguments={"title": title, **ALIKE, **key}
            ),
        )
        assert [answer.status_code for answer in answers] == [200] * AT_ONCE
        results = [answer.json()["result"] for answer in answers]
        assert [result for result in results if result.get("isError")] == []
        written = query(f"SELECT id FROM maintenance_workrequest WHERE description = '{title}'")
        assert [(result["structuredContent"]["id"],) for result in results] == written * AT_ONCE
        assert query("SELECT count(*) FROM audit_event WHERE kind = 'tool.call'")[0][0] - before == AT_ONCE
    assert query("SELECT DISTINCT outcome FROM audit_event WHERE kind = 'tool.call'") == [("done",)]


def test_f4_equal_calls_of_several_writes_in_any_order(
    product: tuple[Server, Query], assistant: Assistant
) -> None:
    """The transactions of two processes may deadlock; no caller notices."""
    _server, query = product
    for number in range(ROUNDS):
        answers = at_once(
            2 * AT_ONCE,
            lambda n, number=number: assistant.post(  # type: ignore[misc]
                "tools/call",
                name="create_work_request",
                arguments={"title": f"Mixed {number}-{n * 5 % 4}", **ALIKE},
            ),
        )
        assert Counter(answer.status_code for answer in answers) == {200: 2 * AT_ONCE}
        assert not any(answer.json()["result"].get("isError") for answer in answers)
    rows = query("SELECT count(*) FROM maintenance_workrequest WHERE description LIKE 'Mixed %'")
    assert rows == [(4 * ROUNDS,)]


RECORDS: list[tuple[str, dict[str, Any], str]] = [
    ("items", {"code": "NEW", "id_type_item": 2, "field_1": "Press"}, "item"),
    ("personnel", {"code": "NEW", "first_name": "Ana"}, "personnel"),
    ("third_parties", {"code": "NEW", "name": "Frio Sur"}, "thirdparty"),
    ("warehouses", {"code": "NEW", "description": "Yard"}, "warehouse"),
    (
        "inventories",
        {"code": "NEW", "field_1": "Belt", "unit_code": "EA", "unit_description": "Each"},
        "item",
    ),
    ("meters", {"serial": "NEW", "description": "Hours", "unit_code": "HRS", "item_code": "?"}, "meter"),
]


@pytest.mark.parametrize(("path", "body", "table"), RECORDS, ids=[path for path, *_ in RECORDS])
def test_m27_of_ten_equal_creates_one_is_made_and_nine_are_told_so(
    product: tuple[Server, Query], token: str, path: str, body: dict[str, Any], table: str
) -> None:
    server, query = product
    machine = query(
        "SELECT i.code FROM maintenance_item i JOIN accounts_company c ON c.id = i.company_id "
        "WHERE c.slug = 'demo' AND i.type = 2 LIMIT 1"
    )[0][0]
    for number in range(6):
        name = "serial" if "serial" in body else "code"
        code = f"{path}-{number}"
        sent = {**body, name: code} | ({"item_code": machine} if "item_code" in body else {})
        answers = at_once(
            10,
            lambda _n, sent=sent: httpx.post(  # type: ignore[misc]
                f"{server.url}/api/{path}",
                json=sent,
                headers={"authorization": f"Bearer {token}"},
                timeout=30,
            ),
        )
        assert Counter(answer.status_code for answer in answers) == {200: 1, 408: 9}
        assert {answer.json()["message"] for answer in answers if answer.status_code == 408} == {
            "ALREADY_EXISTS"
        }
        assert query(f"SELECT count(*) FROM maintenance_{table} WHERE {name} = '{code}'") == [(1,)]
