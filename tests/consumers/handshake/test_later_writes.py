"""Writes that wait a moment: many in one transaction, and none lost to another's trouble."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consumers.handshake.models import HandshakeEvent
from consumers.handshake.recording import Noted, note_all
from consumers.handshake.steps import Step
from mcp_gateway.http.later_writes import LaterWrites
from tests.consumers.conftest import Register

NOBODY = 2_000_000_000


def test_what_comes_together_is_written_together() -> None:
    batches: list[list[int]] = []
    later = LaterWrites("test", batches.append)
    for number in (1, 2, 1, 3):
        later.add(number)
    later.settle()
    later.add(1)
    later.settle()
    later.stop()
    assert batches == [[1, 2, 3], [1]]


def test_trouble_with_one_batch_ends_nothing() -> None:
    batches: list[list[int]] = []

    def write(numbers: list[int]) -> None:
        if not batches:
            batches.append([])
            raise OSError("no disk")
        batches.append(numbers)

    later = LaterWrites("test", write)
    for number in (1, 2):
        later.add(number)
        later.settle()
    later.stop()
    assert batches == [[], [2]]


@pytest.mark.django_db(transaction=True)
def test_a_consumer_that_is_gone_keeps_no_other_from_being_noted(register: Register) -> None:
    first, second = register(name="First"), register(name="Second")
    note_all(
        [
            Noted(second.consumer.pk, Step.CALL, "", (("method", "tools/call"),)),
            Noted(NOBODY, Step.CALL),
            Noted(first.consumer.pk, Step.TOOLS),
            Noted(None, Step.CHALLENGE),
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT consumer_id, step, times FROM "{HandshakeEvent._meta.db_table}"')
        assert set(cursor.fetchall()) == {
            (second.consumer.pk, "call", 1), (first.consumer.pk, "tools", 1), (None, "challenge", 1),
        }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_many_are_noted_in_one_transaction(register: Register) -> None:
    programs = [register(name=f"Program {number}") for number in range(4)]
    with CaptureQueriesContext(connection) as asked:
        note_all([Noted(program.consumer.pk, Step.CALL) for program in programs])
    assert HandshakeEvent.objects.filter(step="call").count() == 4
    assert [query["sql"] for query in asked].count("COMMIT") == 1
