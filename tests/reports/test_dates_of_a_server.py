"""Experiments 38, 39 and 40 from public bug reports: dates and times where machine and plant differ in zone.

Expected: the IANA time zone database (America/Santiago skips 00:00 of 2026-09-06) and plain SQL.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.assistant import CALLBACK, Assistant
from tests.process.person import Person
from tests.process.server import DATABASE, Server, started

# A server's first start may seed the demo plant.
pytestmark = pytest.mark.timeout(600)
LAST = "2026-12-31"
KEPT_SECONDS = 1.2  # a caller, with the zone of the company, is kept for a second


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started(tmp_path_factory.mktemp("tokyo"), TZ="Asia/Tokyo") as running:
        yield running


@pytest.fixture(scope="module")
def planner(server: Server) -> Assistant:
    consumer = server.create_consumer("Dates", CALLBACK)
    sql(
        server,
        "UPDATE consumers_consumer SET toolsets = ? WHERE client_id = ?",
        json.dumps(["planning"]),
        consumer["key"],
    )
    return Assistant(server, consumer).connect(Person("planner@demo.example"))


def sql(server: Server, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with sqlite3.connect(Path(server.environment["VAR_DIR"]) / DATABASE, timeout=30) as database:
        return database.execute(statement, values).fetchall()


def move_to(server: Server, zone: str) -> None:
    sql(server, "UPDATE accounts_company SET time_zone = ? WHERE slug = 'demo'", zone)
    time.sleep(KEPT_SECONDS)


def incident(server: Server, planner: Assistant, at: str) -> tuple[str, str]:
    """Report something that happened then. Return the stored moment in UTC, and what the answer repeats."""
    move = sql(server, "SELECT time_zone FROM accounts_company WHERE slug = 'demo'")[0][0]
    made = planner.ask(
        "create_work_request", title=f"Caída de la línea {at} {move}", incident_at=at, even_if_similar=True
    )
    ((stored,),) = sql(server, "SELECT date_incident FROM maintenance_workrequest WHERE id = ?", made["id"])
    return str(stored)[:19], planner.ask("get_work_request", id=made["id"])["incident_at"]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("2026-11-20T08:00", "2026-11-20 13:00:00"),
        ("2026-11-20 08:00", "2026-11-20 13:00:00"),
        ("2026-11-20T08:00:00-05:00", "2026-11-20 13:00:00"),
        ("2026-11-20T08:00:00Z", "2026-11-20 08:00:00"),
    ],
)
def test_report_39_a_time_without_a_zone_is_the_plants(
    server: Server, planner: Assistant, written: str, stored: str
) -> None:
    move_to(server, "America/Bogota")
    found, repeated = incident(server, planner, written)
    assert found == stored
    assert repeated.endswith("-05:00")


@pytest.mark.parametrize("written", ["2026-09-06T00:00:00", "2026-09-06T00:30"])
def test_report_38_a_midnight_that_does_not_exist(server: Server, planner: Assistant, written: str) -> None:
    """Stored within the hour that follows 23:59 of the 5th, and shown as the 6th."""
    move_to(server, "America/Santiago")
    found, repeated = incident(server, planner, written)
    assert "2026-09-06 04:00:00" <= found <= "2026-09-06 04:30:00"
    assert repeated.startswith("2026-09-06T01:")
    assert repeated.endswith("-03:00")


@pytest.mark.parametrize("zone", ["America/Bogota", "Asia/Tokyo", "UTC", "Pacific/Kiritimati"])
def test_report_40_a_date_is_no_moment(server: Server, planner: Assistant, zone: str) -> None:
    move_to(server, zone)
    sql(
        server,
        "UPDATE maintenance_document SET valid_through = ? WHERE id = (SELECT min(d.id) FROM "
        "maintenance_document d JOIN maintenance_item i ON i.id = d.item_id WHERE i.code = 'CMP-01')",
        LAST,
    )
    listed = planner.ask("list_documents", code="CMP-01")["documents"]
    assert LAST in {document.get("valid_until") for document in listed}
    asset = json.dumps(planner.ask("get_asset", code="CMP-01", include=["documents"]))
    assert LAST in asset
    for shown in (json.dumps(listed), asset):
        assert f"{LAST}T" not in shown
        assert "2026-12-30" not in shown
        assert "2027-01-01" not in shown
