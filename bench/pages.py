"""Measures every page of the demo plant, as an administrator and as a technician open it.

    python bench/pages.py [--requests 20] [--database URL] [--json FILE]

Prints for each page its queries, the median of the wall time and the processor time of one request. Django's
test client calls the pages within this process, on a database that is filled for them: a temporary one, or
an empty one at URL. Processor time is what compares on a machine that does other work too.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.test import Client

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
Row = dict[str, Any]


def measure(given: argparse.Namespace) -> dict[str, dict[str, Row]]:
    """Return the figures by page and person. The settings are read once the database is known."""
    with tempfile.TemporaryDirectory() as directory:
        os.environ |= {"VAR_DIR": directory, "DJANGO_SETTINGS_MODULE": "fracttal_mcp.settings"}
        if given.database:
            os.environ["DATABASE_URL"] = given.database
        import django

        django.setup()

        from django.core.management import call_command
        from django.test import Client

        from maintenance.demo.companies import PASSWORD
        from maintenance.demo.seed import seed
        from tests.demo_pages import demo_pages, demo_world

        logging.disable(logging.WARNING)  # refusals
        call_command("migrate", verbosity=0)
        seed()
        world = demo_world()
        pages = demo_pages(world)
        found: dict[str, dict[str, Row]] = {}
        for who, user in (("administrator", world.owner), ("technician", world.colleague)):
            client = Client(HTTP_HOST="localhost")
            client.force_login(user)
            if user == world.owner:  # pages that show secrets ask for the password again
                client.post("/accounts/reauthenticate/", {"password": PASSWORD})
            for name, address in pages.items():
                if (row := one(client, address, given.requests)) is not None:
                    found.setdefault(name, {})[who] = row
    return found


def one(client: Client, address: str, requests: int) -> Row | None:
    """Return the figures of a page, None if it is not shown."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    answer = client.get(address)  # the first request fills caches of the process
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return None
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
        asked = len(queries)  # the next request begins a new list
    times = []
    before = time.process_time()
    for _ in range(requests):
        began = time.perf_counter()
        client.get(address)
        times.append(time.perf_counter() - began)
    spent = time.process_time() - before
    return {
        "queries": asked,
        "ms": 1000 * statistics.median(times),
        "cpu_ms": 1000 * spent / requests,
    }


def cells(row: Row | None) -> str:
    return f"{row['queries']} | {row['ms']:.1f} | {row['cpu_ms']:.1f}" if row else "– | – | –"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--requests", type=int, default=20)
    arguments.add_argument("--database", default="")
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    found = measure(given)
    print("| page | administrator: queries | ms | processor ms | technician: queries | ms | processor ms |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, rows in sorted(found.items()):
        print(f"| {name} | {cells(rows.get('administrator'))} | {cells(rows.get('technician'))} |")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
