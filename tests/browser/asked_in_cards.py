"""The product with somebody who is connected to see cards, and what they ask."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.assistant import CALLBACK, Assistant
from tests.process.person import Person
from tests.process.server import DATABASE, ROOT, Server

IMAGES = ROOT / "docs" / "images"
SEVERAL = "compresor de tornillo"  # the name of four
ASKS = "cancel_work_order"  # before which the person is asked, by a rule of the administrator
METRIC = {"metric": "reliability", "group_by": "asset", "compare_with": "previous_period"}
Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def sql(product: Server) -> Sql:
    """Read or change the database of the running product."""

    def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with sqlite3.connect(Path(product.environment["VAR_DIR"]) / DATABASE, timeout=30) as database:
            return database.execute(statement, values).fetchall()

    return run


@pytest.fixture(scope="module")
def assistant(product: Server, sql: Sql) -> Assistant:
    consumer = product.create_consumer("Cards", CALLBACK)
    rules = json.dumps({ASKS: "ask"})
    sql("UPDATE consumers_consumer SET tool_rules = ? WHERE client_id = ?", rules, consumer["key"])
    sql("UPDATE accounts_user SET language = 'en' WHERE email = 'planner@demo.example'")
    return Assistant(product, consumer).connect(Person("planner@demo.example"))


@pytest.fixture(scope="module")
def token(assistant: Assistant) -> str:
    access: str = assistant.tokens["access_token"]
    return access


@pytest.fixture(scope="module")
def open_order(sql: Sql) -> str:
    ((folio,),) = sql(
        "SELECT o.folio FROM maintenance_workorder o JOIN accounts_company c ON c.id = o.company_id "
        "WHERE c.slug = 'demo' AND o.status = 1 ORDER BY o.id DESC LIMIT 1"
    )
    sql("UPDATE maintenance_workorder SET note = 'Esperando repuesto.' WHERE folio = ?", folio)
    return str(folio)
