"""A session that cannot be written is trouble of the database, not a session that somebody ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError, connection

from accounts.database_trouble import is_database_trouble
from accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def database_that_only_reads() -> Iterator[None]:
    on, off = "PRAGMA query_only = ON", "PRAGMA query_only = OFF"
    if connection.vendor == "postgresql":
        on, off = "SET default_transaction_read_only = on", "SET default_transaction_read_only = off"
    with connection.cursor() as cursor:
        cursor.execute(on)
        try:
            yield
        finally:
            cursor.execute(off)


def kept_session() -> SessionStore:
    session = SessionStore()
    session["before"] = 1
    session.create()
    return session


def test_a_database_that_only_reads_is_named() -> None:
    session = kept_session()
    session["after"] = 1
    with database_that_only_reads(), pytest.raises(DatabaseError) as trouble:
        session.save()
    assert is_database_trouble(trouble.value)


def test_a_session_that_was_ended_meanwhile_is_not_saved() -> None:
    session = kept_session()
    SessionStore(session.session_key).delete()
    session["after"] = 1
    with pytest.raises(UpdateError):
        session.save()
    assert not SessionStore().exists(str(session.session_key))
