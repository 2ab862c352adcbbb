"""A dump of an earlier version's database migrates, loses nothing, and works.

A dump is named after the commit that created it; fill.py says how.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from accounts.key_ring import seal
from tests.migration.fill import ACCESS_TOKEN, EMAIL, LINKED_TOKEN, PASSWORD, SECRET, SETTINGS
from tests.process.databases import free_port, postgres
from tests.process.person import Person, forms_of
from tests.process.server import Server, started

HERE = Path(__file__).parent
CALLS = "mcp_gateway_toolcall"  # its rows are events since
# Tables to which a migration itself adds rows, or from which it deletes some.
OF_DJANGO = {"django_migrations", "django_content_type", "auth_permission"}
# Columns whose values moved into another table or are sealed or hashed since: test_a_secret_of_before_works,
# test_tool_calls_are_events, test_keys_of_sessions_are_hashes, tests/accounts/test_stolen_database.py.
MOVED = {
    "consumers_consumer": {"client_secret", "secret_hint"},
    "mcp_gateway_writerecord": {"call_id"},
    "django_session": {"session_key"},
    "mfa_authenticator": {"data"},
}

Rows = dict[str, list[dict[str, Any]]]


@dataclass
class Database:
    url: str

    def _connect(self) -> Any:
        if self.url.startswith("sqlite"):
            return sqlite3.connect(self.url.removeprefix("sqlite:///"))
        return psycopg.connect(self.url, autocommit=True)

    def load(self, dump: str, public_url: str) -> None:
        script = (HERE / dump).read_text(encoding="utf-8").replace(SETTINGS["PUBLIC_URL"], public_url)
        with closing(self._connect()) as connection:
            if isinstance(connection, sqlite3.Connection):
                connection.executescript(script)
            else:
                connection.execute(script.encode())

    def know_the_secret(self) -> None:
        """Give the consumer of the dump SECRET, stored as that version stored it: one keyed hash."""
        key = SETTINGS["SECRET_KEY"].encode()
        stored = hmac.new(key, b"credential\0" + SECRET.encode(), "sha256").hexdigest()
        with closing(self._connect()) as connection:
            connection.execute(
                f"UPDATE consumers_consumer SET client_secret = '{stored}', secret_hint = 'k7Lq'"
            )
            connection.commit()

    def seal_the_signing_key(self) -> None:
        """Give the signing key of the dump a text that UPSTREAM_KEYS open; a start refuses any other."""
        key_id, _colon, key = SETTINGS["UPSTREAM_KEYS"].partition(":")
        ring = {key_id: base64.urlsafe_b64decode(key)}
        with closing(self._connect()) as connection:
            for number, kid in connection.execute(
                "SELECT generation, kid FROM consumers_signingkey"
            ).fetchall():
                sealed = seal("PEM", f"openid/{number}/{kid}/private_key", ring)
                connection.execute(f"UPDATE consumers_signingkey SET private_key = '{sealed}'")
            connection.commit()

    def rows(self) -> Rows:
        """Return each row of each table as a dictionary of its columns."""
        tables = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            if self.url.startswith("sqlite")
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        found: Rows = {}
        with closing(self._connect()) as connection:
            for (table,) in connection.execute(tables).fetchall():
                cursor = connection.execute(f'SELECT * FROM "{table}"')
                names = [column[0] for column in cursor.description]
                found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return found


@contextmanager
def database(kind: str, directory: Path) -> Iterator[Database]:
    if kind == "sqlite":
        yield Database(f"sqlite:///{directory / 'old.sqlite3'}")
    else:
        with postgres() as url:
            yield Database(url)


@dataclass
class Upgraded:
    server: Server
    before: Rows
    after: Rows


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    """Start the server over an old database; the rows are read before and after `migrate`."""
    directory, port = tmp_path_factory.mktemp("old"), free_port()
    with database(request.param, directory) as old:
        old.load(f"{request.param}_9c07201.sql", f"http://127.0.0.1:{port}")
        old.know_the_secret()
        old.seal_the_signing_key()
        before = old.rows()
        settings = {**SETTINGS, "PUBLIC_URL": f"http://127.0.0.1:{port}", "PORT": str(port)}
        with started(directory, **settings, DATABASE_URL=old.url, DEMO_PLANT="0") as server:
            yield Upgraded(server, before, old.rows())


def test_every_row_is_still_there(upgraded: Upgraded) -> None:
    tables = upgraded.before.keys() - OF_DJANGO - {CALLS}
    empty = {table for table in tables if not upgraded.before[table]}
    assert empty <= {"accounts_user_groups", "accounts_user_user_permissions", "auth_group_permissions"}
    assert {"consumers_apiconnection", "mcp_gateway_writerecord", "maintenance_workorder"} <= tables
    for table in tables:
        kept = upgraded.after[table]
        assert len(kept) == len(upgraded.before[table]), table
        for old, new in zip(upgraded.before[table], kept, strict=True):
            stay = old.keys() - MOVED.get(table, set())
            assert {name: new[name] for name in stay} == {name: old[name] for name in stay}, table


def test_keys_of_sessions_are_hashes(upgraded: Upgraded) -> None:
    before = [row["session_key"].encode() for row in upgraded.before["django_session"]]
    hashes = {hashlib.sha256(b"session\0" + key).hexdigest()[:40] for key in before}
    assert {row["session_key"] for row in upgraded.after["django_session"]} == hashes


def test_tool_calls_are_events(upgraded: Upgraded) -> None:
    (call,), events = upgraded.before[CALLS], upgraded.after["audit_event"]
    assert CALLS not in upgraded.after
    (event,) = events
    same = {"company_id", "user_id", "user_email", "consumer_id", "consumer_name", "authorization_id", "tool"}
    same |= {"at", "is_write", "outcome", "milliseconds", "upstream_calls"}
    assert {name: event[name] for name in same} == {name: call[name] for name in same}
    assert (event["kind"], event["reason"], event["position"]) == ("tool.call", call["error_code"], 1)
    facts = event["facts"] if isinstance(event["facts"], dict) else json.loads(event["facts"])
    assert facts["arguments_digest"] == call["arguments_digest"]
    (head,) = upgraded.after["audit_chainhead"]
    assert head == {"company_id": call["company_id"], "position": 1, "digest": event["digest"]}


def test_the_log_verifies_and_is_append_only(upgraded: Upgraded) -> None:
    assert "events verified" in upgraded.server.manage("verify_audit")


def test_nothing_is_left_to_migrate(upgraded: Upgraded) -> None:
    upgraded.server.manage("migrate", "--check")
    upgraded.server.manage("makemigrations", "--check", "--dry-run")


def test_an_access_token_of_before_works(upgraded: Upgraded) -> None:
    answer = httpx.post(
        upgraded.server.mcp_url,
        json={
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "list_work_orders", "arguments": {}},
        },
        headers={
            "Authorization": f"Bearer {ACCESS_TOKEN}",
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2025-06-18",
        },
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    result = answer.json()["result"]
    assert not result.get("isError"), result


def test_a_secret_of_before_works(upgraded: Upgraded) -> None:
    (old,), (new,) = upgraded.before["consumers_consumer"], upgraded.after["consumers_consumersecret"]
    assert (new["digest"], new["hint"]) == (old["client_secret"], old["secret_hint"])
    assert (new["consumer_id"], new["created_at"], new["created_by_id"]) == (
        old["id"], old["created"], old["created_by_id"],
    )  # fmt: skip
    assert (new["expires_at"], new["revoked_at"]) == (None, None)
    (consumer,) = upgraded.after["consumers_consumer"]
    assert consumer["client_secret"] == ""
    assert "secret_hint" not in consumer
    for secret, error in ((SECRET, "invalid_grant"), (SECRET[:-1], "invalid_client")):
        answer = httpx.post(
            f"{upgraded.server.url}/oauth/token",
            data={"grant_type": "refresh_token", "refresh_token": "fmr_unknown"},
            auth=(old["client_id"], secret),
            timeout=30,
        )
        assert answer.json()["error"] == error


def test_what_was_sealed_opens(upgraded: Upgraded) -> None:
    code = (
        "from connections.models import LinkedAccount, ApiConnection;"
        "print(LinkedAccount.objects.get().open_access_token());"
        "print(ApiConnection.objects.get().open_client_secret())"
    )
    shown = upgraded.server.manage("shell", "-v0", "-c", code).split("\n")
    assert shown[:2] == [LINKED_TOKEN, "the secret of the gateway"]


def test_the_screens_open(upgraded: Upgraded) -> None:
    admin, url = Person(EMAIL, PASSWORD), upgraded.server.url
    for path, shown in {
        "/settings/api-connections/oauth-consumers/": "Old assistant",
        "/settings/api-connections/app-authorizations/": "Old Administrator",
        "/settings/api-connections/registration/": "old-label",
        "/settings/security/": "old-name",
        "/settings/user-accounts/": EMAIL,
        "/profile/app-authorizations/": "Old assistant",
        "/profile/fracttal-one/": "Remote",
    }.items():
        page = admin.open(url + path)
        assert page.status_code == 200, (path, page.text)
        assert shown in page.text, path
    page = admin.open(f"{url}/settings/api-connections/")
    choose = next(form for form in forms_of(page.text) if form.action.endswith("/company/"))
    admin.submit(page, choose, {**dict(choose.fields), "company": "remote"})
    page = admin.open(f"{url}/settings/api-connections/")
    assert page.status_code == 200
    assert 'value="gateway"' in page.text
