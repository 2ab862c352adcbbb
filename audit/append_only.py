"""Triggers by which the database itself refuses to change or remove events.

They guard against mistakes and against statements that an attacker slips in. Whoever owns the table can lift
them, so on PostgreSQL the product runs with a role that does not own it (docs/operation.md).

SQLite drops the triggers of a table that a migration makes anew: such a migration must end with `install`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

TABLE = "audit_event"
REFUSED = "the log of events is append-only"

_INSTALL = {
    "postgresql": [
        f"""
        CREATE OR REPLACE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'insufficient_privilege'; END $$
        """,
        f"DROP TRIGGER IF EXISTS audit_event_append_only ON {TABLE}",
        f"""
        CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()
        """,
    ],
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS audit_event_append_only_{action.lower()} BEFORE {action} ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        for action in ("UPDATE", "DELETE")
    ],
}
_REMOVE = {
    "postgresql": [f"DROP TRIGGER IF EXISTS audit_event_append_only ON {TABLE}"],
    "sqlite": [f"DROP TRIGGER IF EXISTS audit_event_append_only_{action}" for action in ("update", "delete")],
}
_LIFT = {
    "postgresql": [f"ALTER TABLE {TABLE} DISABLE TRIGGER audit_event_append_only"],
    "sqlite": _REMOVE["sqlite"],
}
_RESTORE = {
    "postgresql": [f"ALTER TABLE {TABLE} ENABLE TRIGGER audit_event_append_only"],
    "sqlite": _INSTALL["sqlite"],
}
_ASK = {
    "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgname = 'audit_event_append_only'"
    " AND tgenabled <> 'D'",
    "sqlite": "SELECT count(*) = 2 FROM sqlite_master WHERE type = 'trigger'"
    " AND name LIKE 'audit_event_append_only_%'",
}


def install() -> None:
    _run(_INSTALL[connection.vendor])


def remove() -> None:
    """Undo `install`, for a migration that is taken back."""
    _run(_REMOVE[connection.vendor])


def is_installed() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ASK[connection.vendor])
        (found,) = cursor.fetchone()
        return bool(found)


@contextmanager
def lifted() -> Iterator[None]:
    """Allow deletions within one transaction. Only the owner of the table may do that."""
    with transaction.atomic():
        guarded = is_installed()
        if guarded:
            _run(_LIFT[connection.vendor])
        yield
        if guarded:
            _run(_RESTORE[connection.vendor])


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
