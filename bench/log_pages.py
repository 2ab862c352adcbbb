"""How long a page of the transactions log and a chart take in a short and in a long log, on PostgreSQL.

    .venv/bin/python -m bench.log_pages            starts a PostgreSQL that is thrown away

Each figure is the median of nine pages of 50 rows in the middle of the log, in milliseconds.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import Company

LOGS = (10_000, 1_000_000)
FILTERS = (
    {},
    {"tool": "create_asset"},
    {"kind": "consumer"},
    {"outcome": "not-done"},
    {"record": "A-17"},
    {"app": "7"},
)


def start() -> None:
    from tests.process.databases import postgres

    with postgres() as url:
        settings = os.environ | {
            "DATABASE_URL": url,
            "DEMO_PLANT": "0",
            "DJANGO_SETTINGS_MODULE": "fracttal_mcp.settings",
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=settings, check=True)
        subprocess.run([sys.executable, "-m", "bench.log_pages", "measure"], env=settings, check=True)


def measure() -> None:
    import django

    django.setup()

    from accounts.models import Company

    for rows in LOGS:
        measure_log(Company.objects.create(name=f"{rows} rows", slug=f"rows-{rows}"), rows)


def measure_log(company: Company, rows: int) -> None:
    from activity import figures
    from activity.figures import Whose
    from activity.filters import Filters
    from activity.searching import Cursor
    from activity.spans import spans_of
    from audit.models import Event
    from tests.activity.events import NOON
    from tests.activity.long_log import fill

    fill(company.pk, 1, rows)
    middle = Cursor.of(Event.objects.get(company_id=company.pk, position=rows // 2))

    def told(what: object, run: Callable[[], object]) -> None:
        print(f"{rows:>9,} rows  {what}: {median(run)} ms", flush=True)

    for asked in FILTERS:
        told(asked or "no filter", lambda: Filters(company, asked).search().page(50, before=middle))  # noqa: B023
    spans, whose = spans_of("30d", NOON), Whose(company.pk)
    for part in figures.PARTS:
        told(f"{part} of 30 days", lambda: figures.read(whose, spans, [part]))  # noqa: B023


def median(run: Callable[[], object]) -> int:
    took = []
    for _ in range(9):
        began = time.perf_counter()
        run()
        took.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(took))


if __name__ == "__main__":
    measure() if sys.argv[1:] == ["measure"] else start()
