"""Ten thousand rows are as cheap to show as ten: as many queries, and as many rows fetched."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext

from listing.listing import PAGE_SIZE
from tests.conftest import World
from tests.consumers.screens.large_company import (
    ALL,
    AUTHORIZATIONS,
    CONSUMERS,
    LIST,
    PAGES,
    PEOPLE,
    USERS,
    grow,
)
from tests.pages import browser, text_of


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Count the queries, and the rows that the database hands over."""
    counts = {"queries": 0, "rows": 0}
    plain = CursorWrapper.__getattr__

    def attribute(cursor: CursorWrapper, name: str) -> Any:
        found = plain(cursor, name)
        if name not in {"fetchone", "fetchmany", "fetchall"}:
            return found

        def fetch(*arguments: Any) -> Any:
            rows = found(*arguments)
            counts["rows"] += (rows is not None) if name == "fetchone" else len(rows)
            return rows

        return fetch

    monkeypatch.setattr(CursorWrapper, "__getattr__", attribute)
    return counts


def cost(client: Client, path: str, counted: dict[str, int]) -> tuple[int, int]:
    counted["rows"] = 0
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(queries), counted["rows"]


def test_ten_thousand_rows_cost_as_much_as_a_page(world: World, counted: dict[str, int]) -> None:
    """One company is three pages large, the other one has 10,000 people and 100,000 authorizations."""
    grow(world, people=3 * PAGE_SIZE, consumers=3 * PAGE_SIZE, authorizations=3 * PAGE_SIZE)
    grow(world, stranger=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT a.consumer_id), count(DISTINCT a.user_id)"
            " FROM consumers_appauthorization a JOIN consumers_consumer c ON c.id = a.consumer_id"
            " WHERE c.company_id = %s AND a.revoked_at IS NULL",
            [world.other_company.pk],
        )
        assert cursor.fetchone() == (AUTHORIZATIONS, CONSUMERS, PEOPLE)
    costs = []
    for user in (world.owner, world.stranger):
        client = browser(user)
        client.get(LIST)
        costs.append({path: cost(client, path, counted) for path in PAGES})
    small, large = costs
    for path in PAGES:
        assert large[path][0] == small[path][0], path
        assert large[path][1] < 4 * PAGE_SIZE, path
    assert f"Showing 51–100 of {AUTHORIZATIONS}" in text_of(client.get(f"{ALL}?page=2"))
    assert f"of {CONSUMERS}" in text_of(client.get(LIST))


def plans_of(client: Client, path: str) -> list[tuple[str, str]]:
    """Return each query of a page with its plan."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    plans = []
    with connection.cursor() as cursor:
        explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        for query in queries.captured_queries:
            if query["sql"].startswith(("SELECT", "(SELECT")):
                cursor.execute(f"{explain} {query['sql']}")
                plans.append((query["sql"], "\n".join(str(row[-1]) for row in cursor.fetchall())))
    return plans


def test_names_are_folded_when_they_are_saved_and_not_for_each_search(world: World) -> None:
    """Folding a text costs more than reading it, and 100,000 authorizations have 100,000 names to sort by."""
    grow(world, people=200, consumers=200, authorizations=400)
    client = browser(world.owner)
    folding = "normalize(" if connection.vendor == "postgresql" else "folded("
    for path in (
        LIST,
        f"{LIST}?q=asistente",
        f"{ALL}?q=nandu+asistente",
        f"{ALL}?state=connected&sort=person",
        f"{ALL}?sort=app",
        USERS,
        f"{USERS}?sort=email",
    ):
        for sql, _plan in plans_of(client, path):
            assert folding not in sql.partition("UNION ALL")[0], path


def test_states_are_counted_in_the_index_alone(world: World) -> None:
    grow(world, people=2000, consumers=2000, authorizations=10_000)
    client = browser(world.owner)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The whole of a table this small is read fastest from the table itself; ask for the other way.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    index = (
        "Index Only Scan using authorization_state"
        if connection.vendor == "postgresql"
        else "COVERING INDEX authorization_state"
    )
    for path, needle in (
        (ALL, 'AS "rows_found"'),
        (f"{LIST}?sort=-users", "COUNT(DISTINCT"),
    ):
        found = [plan for sql, plan in plans_of(client, path) if needle in sql]
        assert found, path
        for plan in found:
            assert index in plan, plan
