"""A company is deleted from a database with two of them; the tables themselves are asked afterwards."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.process.commands import manage
from tests.process.databases import copied, postgres
from tests.process.prepared import demo_postgres, demo_sqlite

Query = Callable[[str], list[tuple[Any, ...]]]
TABLES = {
    "sqlite": "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
    "WHERE m.type = 'table' AND c.name = 'company_id'",
    "postgresql": "SELECT table_name FROM information_schema.columns "
    "WHERE column_name = 'company_id' AND table_schema = 'public'",
}
LOG = {"audit_event", "audit_chainhead", "audit_seal", "audit_retention"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def installation(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[dict[str, str], Query, str]]:
    settings = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "PUBLIC_URL": "http://127.0.0.1"}
    if request.param == "sqlite":
        file = tmp_path / "database"
        copied(demo_sqlite(), file)

        def query(sql: str) -> list[tuple[Any, ...]]:
            with closing(sqlite3.connect(file)) as opened:
                return opened.execute(sql).fetchall()

        yield settings | {"DATABASE_URL": f"sqlite:///{file}"}, query, request.param
        return
    with postgres(demo_postgres()) as url, psycopg.connect(url, autocommit=True) as tables:
        yield settings | {"DATABASE_URL": url}, lambda sql: tables.execute(sql).fetchall(), request.param


def rows(query: Query, kind: str, company: int) -> dict[str, int]:
    counts = {}
    for (table,) in query(TABLES[kind]):
        ((counts[table],),) = query(f"SELECT count(*) FROM {table} WHERE company_id = {company}")
    return counts


def test_a_company_goes_with_all_that_is_its_own(installation: tuple[dict[str, str], Query, str]) -> None:
    settings, query, kind = installation
    ids: dict[str, int] = dict(query("SELECT slug, id FROM accounts_company"))
    name = query("SELECT name FROM accounts_company WHERE slug = 'demo'")[0][0]
    people = query("SELECT count(*) FROM accounts_user")
    before, others = rows(query, kind, ids["demo"]), rows(query, kind, ids["other"])
    assert before["maintenance_item"] > 10
    assert before["maintenance_workorder"] > 10

    with pytest.raises(RuntimeError, match="The company is switched on"):
        manage(settings, "delete_company", "demo", "--confirm", name)
    manage(
        settings, "shell", "-v0", "-c",
        "from accounts.company_switch import switch_off; from accounts.models import Company, User;"
        "switch_off(Company.objects.get(slug='demo'), User.objects.get(email='admin@demo.example'), '')",
    )  # fmt: skip
    with pytest.raises(RuntimeError, match="Make a backup, then repeat"):
        manage(settings, "delete_company", "demo")
    with pytest.raises(RuntimeError, match="no company"):
        manage(settings, "delete_company", "nowhere", "--confirm", name)
    manage(settings, "delete_company", "demo", "--confirm", name)

    left = {table: count for table, count in rows(query, kind, ids["demo"]).items() if count}
    assert set(left) <= LOG
    assert rows(query, kind, ids["other"]) == others
    assert query("SELECT slug FROM accounts_company") == [("other",)]
    assert query("SELECT count(*) FROM accounts_user") == people
    told = "SELECT company_id, subject_name FROM audit_event WHERE kind = 'settings.company_deleted'"
    assert sorted(query(told)) == [(0, name), (ids["demo"], name)]
    if kind == "sqlite":
        assert query("PRAGMA foreign_key_check") == []
    manage(settings, "verify_audit")
    manage(settings, "check")
