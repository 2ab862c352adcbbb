"""The statements of docs/operation.md: the product's role on PostgreSQL can add to the log, and no more."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.process.databases import postgres
from tests.process.server import ROOT

pytestmark = pytest.mark.postgres
RECORD = (
    "from audit.kinds import Kind;from audit.recording import event_of;from audit.chain import append;"
    "import datetime as dt;e=event_of(Kind.SETTINGS_CHANGED,company_id=7);"
    "e.at-=dt.timedelta(days={days});append([e])"
)


class Installation:
    def __init__(self, url: str, var: Path) -> None:
        self.owner, self.app = url, url.replace("postgres@", "fracttal_app@", 1)
        self._var = var

    def manage(self, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "DATABASE_URL": url,
            "VAR_DIR": str(self._var),
            "SECRET_KEY": "s" * 50,
            "DEMO_PLANT": "0",
        }
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    @contextmanager
    def sql(self, url: str) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    text = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
    (grants,) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    with postgres() as url:
        made = Installation(url, tmp_path_factory.mktemp("var"))
        assert made.manage(made.owner, "migrate").returncode == 0
        with made.sql(made.owner) as owner:
            owner.execute("CREATE ROLE fracttal_app LOGIN")
            owner.execute(grants)
        yield made


def test_the_product_adds_events_and_cannot_touch_them(installation: Installation) -> None:
    for days in (800, 790, 0):
        recorded = installation.manage(installation.app, "shell", "-v0", "-c", RECORD.format(days=days))
        assert recorded.returncode == 0, recorded.stderr
    with installation.sql(installation.app) as app:
        for statement in (
            "UPDATE audit_event SET kind = 'x'",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event",
            "ALTER TABLE audit_event DISABLE TRIGGER ALL",
            "DROP TABLE audit_event",
            "DROP TRIGGER audit_event_append_only ON audit_event",
            "CREATE OR REPLACE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
            "INSERT INTO audit_seal VALUES (7, 1, '', now(), now(), '')",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)
        assert app.execute("SELECT count(*) FROM audit_event").fetchone() == (3,)


def test_the_owner_is_stopped_by_the_trigger(installation: Installation) -> None:
    with installation.sql(installation.owner) as owner:
        for statement in (
            "UPDATE audit_event SET kind = 'x'",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                owner.execute(statement)


def test_old_events_are_removed_by_the_owner_only(installation: Installation) -> None:
    refused = installation.manage(installation.app, "expire_audit")
    assert refused.returncode == 1
    assert "Run this as the owner of the tables" in refused.stderr
    done = installation.manage(installation.owner, "expire_audit")
    assert (done.returncode, done.stdout) == (0, "company 7: 2 events removed\n"), done.stderr
    verified = installation.manage(installation.app, "verify_audit")
    assert verified.returncode == 0, verified.stderr
    assert "company 7: 2 events verified" in verified.stdout
