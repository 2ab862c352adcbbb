"""The figures of the consent page against plain SQL, in the served product."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.assistant import CALLBACK, Assistant
from tests.process.person import Person
from tests.process.server import DATABASE, Server, started

COMPANY = "(SELECT id FROM accounts_company WHERE slug = 'demo')"
TASKS = f"SELECT count(*) FROM maintenance_workordertask t WHERE t.company_id = {COMPANY}"
ASSETS = f"SELECT count(*) FROM maintenance_item i WHERE i.company_id = {COMPANY}"
LOCATIONS = f"{ASSETS} AND i.type = 1"
SITES = f"{LOCATIONS} AND i.parent_id IS NULL"
REQUESTS = f"SELECT count(*) FROM maintenance_workrequest r WHERE r.company_id = {COMPANY}"
MOST_ATTEMPTS = 10
OWN = f"""{TASKS} AND t.work_order_id IN (
    SELECT o.id FROM maintenance_workorder o JOIN maintenance_personnel p ON p.id = o.responsible_id
    WHERE p.account_email = 'technician@demo.example')"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    directory = tmp_path_factory.mktemp("counts")
    with started(directory) as server:
        yield server, directory / DATABASE


def number(database: Path, sql: str) -> int:
    with sqlite3.connect(database) as tables:
        return int(tables.execute(sql).fetchone()[0])


def said(server: Server, email: str, consumer: dict[str, Any]) -> dict[str, int]:
    """Return what the consent page says to this person, as {words: number}.

    Figures that do not come in time are left out, so the page is opened until it has some.
    """
    person, address = Person(email), Assistant(server, consumer).authorization_address()
    for _attempt in range(MOST_ATTEMPTS):
        page = person.open(address).text
        line = re.search(r"(?:Today that includes|Hoy incluye) ([^<]+)\.</p>", page)
        if line:
            break
    pairs = re.findall(r"(\d[\d.,\s]*) ([^,\d]+)", line[1]) if line else []
    return {words: int(re.sub(r"\D", "", figure)) for figure, words in pairs}


def set_rights(database: Path, email: str, rights: str, *, own_only: bool = False) -> None:
    with sqlite3.connect(database, timeout=30) as tables:
        tables.execute(
            """UPDATE accounts_permissiongroup SET rights = ?, own_work_orders_only = ? WHERE id = (
                SELECT m.permission_group_id FROM accounts_membership m
                JOIN accounts_user u ON u.id = m.user_id WHERE u.email = ?)""",
            [rights, own_only, email],
        )


def test_each_person_is_told_what_this_person_sees(product: tuple[Server, Path]) -> None:
    """All of the company, the own work of a technician, nothing without the permission."""
    server, database = product
    consumer = server.create_consumer("Claude", CALLBACK)
    set_rights(database, "technician@demo.example", '["work_orders:view", "assets:view"]', own_only=True)
    set_rights(database, "planner@demo.example", '["assets:view", "work_requests:view", "work_requests:add"]')
    tasks, assets, requests, sites = (number(database, sql) for sql in (TASKS, ASSETS, REQUESTS, SITES))
    own = number(database, OWN)
    assert 0 < own < tasks
    assert min(own, tasks) > 100, "so both are told as a bound: an order has one task or more"
    assert number(database, LOCATIONS) <= 100
    for email, expected in (
        ("admin@demo.example", [tasks, sites, assets]),
        ("technician@demo.example", [own, sites, assets]),
        ("planner@demo.example", [sites, assets, requests]),
    ):
        assert list(said(server, email, consumer).values()) == expected, email
    set_rights(database, "planner@demo.example", '["people:view"]')
    assert said(server, "planner@demo.example", consumer) == {}
