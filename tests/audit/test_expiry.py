"""Old events are removed beside traffic: in steps, and without waiting in a circle."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from audit import append_only, expiry
from audit.chain import append
from audit.kinds import Kind
from audit.models import ChainHead
from audit.recording import event_of, record
from audit.verification import verify
from tests.audit.reading import whole_log

COMPANY = 41


@pytest.fixture
def guarded(transactional_db: None) -> Iterator[None]:
    """A log of five old events and one of today, which can be emptied after the test."""
    append_only.install()
    for days in (800, 790, 780, 770, 760, 0):
        event = event_of(Kind.SETTINGS_CHANGED, company_id=COMPANY)
        event.at -= dt.timedelta(days=days)
        append([event])
    yield
    append_only.remove()


def expired() -> int:
    try:
        return expiry.expire(COMPANY)
    finally:
        connection.close()


def wait_until_it_waits(found: Future[int]) -> None:
    """Wait until another session of this database waits for a lock."""
    end = time.monotonic() + 20
    while time.monotonic() < end and not found.done():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_a_company_whose_old_events_are_removed_appends_meanwhile(guarded: None) -> None:
    """The writer holds the head of the chain first, as everybody does who appends."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            ChainHead.objects.select_for_update().get(pk=COMPANY)
            removing = pool.submit(expired)
            wait_until_it_waits(removing)
            record(Kind.SETTINGS_CHANGED, company_id=COMPANY)
        assert removing.result(20) == 5
    assert verify(COMPANY).broken == ""
    assert append_only.is_installed()


def test_old_events_are_removed_in_steps_that_each_verify(
    guarded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiry, "AT_ONCE", 2)
    assert expiry.expire(COMPANY) == 5
    assert verify(COMPANY).broken == ""
    log = whole_log()
    assert log.count("log.expired") == 3, "two, two and one"
    assert log.count("settings.changed") == 1
    assert expiry.expire(COMPANY) == 0
