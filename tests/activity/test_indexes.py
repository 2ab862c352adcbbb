"""A page of the log costs the same in a long log: PostgreSQL reads it from an index, whatever the filter."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from accounts.models import Company
from activity import figures
from activity.figures import Whose
from activity.filters import Filters
from activity.screens.log import PAGE_SIZE
from activity.searching import Cursor
from activity.spans import spans_of
from audit.models import Event
from tests.activity.events import NOON, happened
from tests.activity.long_log import fill
from tests.conftest import World
from tests.consumers.registered import consumer_in

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the plans of PostgreSQL"),
]
ROWS = 60_000


@pytest.fixture
def long_log(world: World) -> World:
    happened(world.company, user=world.owner)
    app = consumer_in(world)
    fill(world.company.pk, app.pk, ROWS)
    return world


def read_rows(plan: dict[str, Any]) -> int:
    """Return how many rows the parts of a plan read from the table or an index."""
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    parts = [read_rows(part) for part in plan.get("Plans", [])]
    return int(own if not parts else max(parts))


def cost_of_a_page(company: Company, asked: dict[str, str], before: Cursor | None) -> int:
    search = Filters(company, asked).search()
    rows: QuerySet[Event] = search.rows if before is None else search.rows.filter(before.older)
    costs = []
    for part in search.alternatives:
        page = rows.filter(part).order_by("-at", "-position")[: PAGE_SIZE + 1]
        plan = page.explain(format="json", analyze=True)
        assert '"Seq Scan"' not in plan, plan
        costs.append(read_rows(json.loads(plan)[0]["Plan"]))
    return sum(costs)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"person": "owner@example.com"},
        {"app": "ChatGPT"},
        {"kind": "tool"},
        {"kind": "consumer.changed"},
        {"kind": "consumer"},
        {"outcome": "not-done"},
        {"tool": "create_asset"},
        {"outcome": "refused"},
        {"record": "A-17"},
        {"since": "2026-11-12", "until": "2026-11-13"},
    ],
    ids=str,
)
def test_a_page_reads_little_more_than_it_shows(long_log: World, asked: dict[str, str]) -> None:
    if "app" in asked:
        asked = {"app": str(long_log.company.consumers.get().pk)}
    middle = Event.objects.get(company_id=long_log.company.pk, position=ROWS // 2)
    for before in (None, Cursor.of(middle)):
        assert cost_of_a_page(long_log.company, asked, before) <= 3 * PAGE_SIZE, ROWS


@pytest.mark.parametrize("whose", ["company", "app", "person"])
def test_a_chart_reads_its_own_rows_only(long_log: World, whose: str) -> None:
    """A day of the company is 4,320 rows here; those of the app and the person are far fewer."""
    app = long_log.company.consumers.get().pk
    chosen, most = {
        "company": (Whose(long_log.company.pk), 4_320),
        "app": (Whose(long_log.company.pk, consumer_id=app), 200),
        "person": (Whose(long_log.company.pk, user_id=1_000_000), 200),
    }[whose]
    spans = spans_of("24h", NOON)
    for part in figures.OF_CHARTS:
        asked: list[tuple[str, Any]] = []

        def noted(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
            asked.append((sql, values))  # noqa: B023 - used within this turn
            return execute(sql, values, many, context)

        with connection.execute_wrapper(noted):
            figures.read(chosen, spans, [part])
        ((sql, values),) = asked
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values)
            plan = cursor.fetchone()[0][0]["Plan"]
        assert '"Seq Scan"' not in json.dumps(plan), plan
        assert read_rows(plan) <= most, (part, plan)
