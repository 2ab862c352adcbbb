"""A write runs once (security cases 181-184), and its claim exists before it runs."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from audit.models import Event, Outcome
from mcp_gateway.calls import audit
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import OutcomeUnknown, UpstreamRejected, UpstreamTimeout
from mcp_gateway.calls.tool import Catalogue
from mcp_gateway.models import WriteOutcome, WriteRecord
from tests.gateway.calls.calling import error_of, rows, run
from tests.gateway.calls.conftest import Ledger


async def test_the_claim_is_committed_before_the_write_runs_and_its_event_when_it_ends(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    ledger.seconds = 0.5
    task = asyncio.create_task(run(caller, catalogue, "write", text="a"))
    await asyncio.sleep(0.25)
    claim = await WriteRecord.objects.aget()
    assert (claim.outcome, ledger.written) == (WriteOutcome.STARTED, [])
    assert claim.event
    assert (claim.event["tool"], claim.event["user_id"]) == ("write", caller.user_id)
    assert await rows() == []
    await task
    (row,) = await rows()
    assert (row.outcome, row.is_write, ledger.written) == (Outcome.DONE, True, ["a"])
    assert (await WriteRecord.objects.aget()).event is None


async def test_case_182_the_same_write_again_repeats_the_first_answer(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    first = await run(caller, catalogue, "write", text="a")
    second = await run(caller, catalogue, "write", text="a")
    assert first.structured == second.structured == {"text": "a #1"}
    assert ledger.written == ["a"]
    assert "already done" in second.content[0]["text"]
    assert [row.outcome for row in await rows()] == [Outcome.DONE, Outcome.DONE]


async def test_other_arguments_are_another_write(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    await run(caller, catalogue, "write", text="a")
    await run(caller, catalogue, "write", text="b")
    assert ledger.written == ["a", "b"]


async def test_the_same_arguments_under_two_keys_are_two_writes(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    await run(caller, catalogue, "write", text="a", idempotency_key="key-00001")
    await run(caller, catalogue, "write", text="a", idempotency_key="key-00002")
    assert ledger.written == ["a", "a"]


async def test_case_183_one_key_for_other_arguments_is_refused(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    await run(caller, catalogue, "write", text="a", idempotency_key="key-00001")
    error = error_of(await run(caller, catalogue, "write", text="b", idempotency_key="key-00001"))
    assert error["code"] == "idempotency_conflict"
    assert ledger.written == ["a"]


async def test_case_184_two_at_the_same_instant_are_one_write(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    ledger.seconds = 0.3
    results = await asyncio.gather(*(run(caller, catalogue, "write", text="a") for _ in range(8)))
    assert [result.structured for result in results] == [{"text": "a #1"}] * 8
    assert ledger.written == ["a"]


async def test_what_sets_a_state_is_set_again(caller: Caller, catalogue: Catalogue, ledger: Ledger) -> None:
    for text in ("a", "b", "a", "a"):
        await run(caller, catalogue, "set", text=text)
    assert ledger.written == ["a", "b", "a", "a"]


async def test_a_state_that_is_set_twice_at_once_is_set_once(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    ledger.seconds = 0.3
    results = await asyncio.gather(*(run(caller, catalogue, "set", text="a") for _ in range(8)))
    assert [result.structured for result in results] == [{"text": "a #1"}] * 8
    assert ledger.written == ["a"]


async def test_a_state_set_with_a_key_is_set_once(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    for text, key in (("a", "key-00001"), ("b", "key-00002"), ("a", "key-00001")):
        last = await run(caller, catalogue, "set", text=text, idempotency_key=key)
    assert ledger.written == ["a", "b"]
    assert "already done" in last.content[0]["text"]


async def test_a_state_of_unknown_outcome_may_be_set_again(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    ledger.end = OutcomeUnknown("The answer never came.")
    assert error_of(await run(caller, catalogue, "set", text="a"))["code"] == "outcome_unknown"
    ledger.end = None
    assert (await run(caller, catalogue, "set", text="a")).structured == {"text": "a #2"}


async def test_another_person_repeats_nothing(caller: Caller, catalogue: Catalogue, ledger: Ledger) -> None:
    await run(caller, catalogue, "write", text="a")
    await run(dataclasses.replace(caller, user_id=None), catalogue, "write", text="a")
    assert ledger.written == ["a", "a"]


async def test_after_the_window_the_same_words_are_a_new_write(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    await run(caller, catalogue, "write", text="a")
    await WriteRecord.objects.aupdate(expires_at=timezone.now() - dt.timedelta(seconds=1))
    await run(caller, catalogue, "write", text="a")
    assert ledger.written == ["a", "a"]


async def test_a_write_that_changed_nothing_may_be_tried_again(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    ledger.end = UpstreamRejected("The plant refused that.")
    assert error_of(await run(caller, catalogue, "write", text="a"))["code"] == "upstream_rejected"
    ledger.end = None
    assert (await run(caller, catalogue, "write", text="a")).structured == {"text": "a #1"}


async def test_a_write_of_unknown_outcome_is_never_sent_again(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    ledger.end = OutcomeUnknown("The answer never came.")
    assert error_of(await run(caller, catalogue, "write", text="a"))["code"] == "outcome_unknown"
    ledger.end = None
    assert error_of(await run(caller, catalogue, "write", text="a"))["code"] == "outcome_unknown"
    assert ledger.written == ["a"]
    first, second = await rows()
    assert (first.outcome, second.outcome) == (Outcome.UNKNOWN, Outcome.UNKNOWN)


@pytest.mark.parametrize(
    "end", [UpstreamTimeout("Reading it again took too long."), RuntimeError("a defect")]
)
async def test_what_fails_after_the_write_was_sent_is_never_sent_again(
    caller: Caller, catalogue: Catalogue, ledger: Ledger, end: Exception
) -> None:
    ledger.end = end
    assert error_of(await run(caller, catalogue, "write", text="a"))["code"] == "outcome_unknown"
    ledger.end = None
    assert error_of(await run(caller, catalogue, "write", text="a"))["code"] == "outcome_unknown"
    assert ledger.written == ["a"]


async def test_case_181_a_client_that_goes_away_does_not_stop_the_write(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    ledger.seconds = 0.3
    task = asyncio.create_task(run(caller, catalogue, "write", text="a"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.6)
    (row,) = await rows()
    assert (row.outcome, ledger.written) == (Outcome.DONE, ["a"])
    assert (await run(caller, catalogue, "write", text="a")).structured == {"text": "a #1"}


async def died_while_writing(caller: Caller, catalogue: Catalogue, ledger: Ledger) -> None:
    """Leave what a process that is killed in the middle of a write leaves, ten minutes ago."""
    ledger.seconds = 0.4
    task = asyncio.create_task(run(caller, catalogue, "write", text="a"))
    await asyncio.sleep(0.2)
    claim = await WriteRecord.objects.aget()
    await task
    await Event.objects.all().adelete()
    claim.created_at -= dt.timedelta(minutes=10)
    await claim.asave()
    ledger.seconds = 0.0


async def test_case_225_a_write_whose_process_died_becomes_unknown_at_the_next_start(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    await died_while_writing(caller, catalogue, ledger)
    assert [await sync_to_async(audit.settle_interrupted)() for _ in range(2)] == [1, 0]
    (row,) = await rows()
    assert (row.outcome, row.tool, row.user_id) == (Outcome.UNKNOWN, "write", caller.user_id)
    assert error_of(await run(caller, catalogue, "write", text="a"))["code"] == "outcome_unknown"


async def test_a_write_whose_process_died_becomes_unknown_with_the_next_call(
    caller: Caller, catalogue: Catalogue, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await died_while_writing(caller, catalogue, ledger)
    monkeypatch.setattr(audit, "SETTLE_SECONDS", -1.0)
    await run(caller, catalogue, "echo", text="a")
    assert sorted([row.tool, row.outcome] for row in await rows()) == [["echo", "done"], ["write", "unknown"]]


async def test_a_write_whose_process_died_is_not_forgotten_with_its_claim(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    await died_while_writing(caller, catalogue, ledger)
    await WriteRecord.objects.aupdate(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert await sync_to_async(audit.forget_answers)() == 0
    assert (await run(caller, catalogue, "write", text="a")).structured == {"text": "a #2"}
    assert sorted(row.outcome for row in await rows()) == ["done", "unknown"]


async def test_a_write_that_was_held_for_dead_has_one_event(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    """The clock was set forward, or the machine slept: another process settles a running write."""
    ledger.seconds = 0.6
    task = asyncio.create_task(run(caller, catalogue, "write", text="a"))
    await asyncio.sleep(0.2)
    await WriteRecord.objects.aupdate(created_at=timezone.now() - dt.timedelta(minutes=10))
    assert await sync_to_async(audit.settle_interrupted)() == 1
    assert (await task).structured == {"text": "a #1"}
    assert [row.outcome for row in await rows()] == [Outcome.UNKNOWN]
    assert error_of(await run(caller, catalogue, "write", text="a"))["code"] == "outcome_unknown"
    assert ledger.written == ["a"]


async def test_answers_of_writes_are_forgotten_after_their_time(caller: Caller, catalogue: Catalogue) -> None:
    await run(caller, catalogue, "write", text="old")
    await WriteRecord.objects.aupdate(expires_at=timezone.now() - dt.timedelta(seconds=1))
    await run(caller, catalogue, "write", text="new")
    assert await sync_to_async(audit.forget_answers)() == 1
    assert await WriteRecord.objects.acount() == 1
    assert [row.tool async for row in Event.objects.all()] == ["write", "write"]
