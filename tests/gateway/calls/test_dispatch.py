"""`call_tool`: rights, arguments, answers, and the audit row of every outcome."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest

from audit.models import Outcome
from mcp_gateway.calls.caller import READ_SCOPE, Caller
from mcp_gateway.calls.errors import InsufficientScope, UnknownTool
from mcp_gateway.calls.tool import Catalogue
from tests.gateway.calls.calling import error_of, rows, run
from tests.gateway.calls.conftest import Ledger
from tests.text_reader import read, to_the_minute


async def test_a_call_answers_as_json_and_as_text_and_leaves_one_row(
    caller: Caller, catalogue: Catalogue
) -> None:
    result = await run(caller, catalogue, "echo", text="hola")
    assert result.structured == {"text": "hola"}
    (block,) = result.content
    assert read(block["text"]) == to_the_minute(result.structured)
    (row,) = await rows()
    assert (row.tool, row.outcome, row.reason, row.is_write) == ("echo", Outcome.DONE, "", False)
    assert (row.user_id, row.user_email) == (caller.user_id, caller.user_email)
    assert (row.company_id, row.consumer_name, row.authorization_id) == (caller.company_id, "ChatGPT", 7)
    assert (row.facts["arguments"], row.facts["request"]) == (["text"], "req-1")
    assert len(row.facts["arguments_digest"]) == 64
    assert "hola" not in str(row.__dict__)


async def test_equal_arguments_have_equal_digests_and_others_do_not(
    caller: Caller, catalogue: Catalogue
) -> None:
    for text in ("a", "b", "a"):
        await run(caller, catalogue, "echo", text=text)
    first, second, third = (row.facts["arguments_digest"] for row in await rows())
    assert first == third != second


async def test_an_unknown_tool_is_raised_and_recorded(caller: Caller, catalogue: Catalogue) -> None:
    with pytest.raises(UnknownTool):
        await run(caller, catalogue, "drop_tables")
    (row,) = await rows()
    assert (row.tool, row.outcome, row.reason) == ("drop_tables", Outcome.REFUSED, "unknown_tool")


async def test_a_missing_right_is_refused_in_words(caller: Caller, catalogue: Catalogue) -> None:
    poor = dataclasses.replace(caller, rights=frozenset({"assets:view"}))
    error = error_of(await run(poor, catalogue, "echo", text="a"))
    assert error["code"] == "not_permitted"
    assert error["missing_rights"] == ["work_requests:view"]
    (row,) = await rows()
    assert row.outcome == Outcome.REFUSED


async def test_a_missing_scope_is_raised_with_everything_that_is_needed(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    reader = dataclasses.replace(caller, scopes=frozenset({READ_SCOPE}))
    with pytest.raises(InsufficientScope) as caught:
        await run(reader, catalogue, "write", text="a")
    assert caught.value.scopes == ("maintenance:read", "maintenance:write")
    assert ledger.written == []


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "text"),
        ({"text": 5.5}, "text"),
        ({"text": "x" * 21}, "text"),
        ({"text": "a", "sudo": True}, "sudo"),
    ],
)
async def test_bad_arguments_name_the_field_and_never_repeat_the_value(
    caller: Caller, catalogue: Catalogue, arguments: dict[str, Any], field: str
) -> None:
    result = await run(caller, catalogue, "echo", **arguments)
    error = error_of(result)
    assert error["code"] == "invalid_arguments"
    assert [item["field"] for item in error["fields"]] == [field]
    assert "xxxxx" not in result.content[0]["text"]


async def test_case_277_a_crash_shows_a_reference_and_nothing_of_the_exception(
    caller: Caller, catalogue: Catalogue, caplog: pytest.LogCaptureFixture
) -> None:
    error = error_of(await run(caller, catalogue, "echo", text="crash"))
    assert error["code"] == "internal_error"
    assert "req-1" in error["message"]
    assert "fma_" not in str(error) + caplog.text
    (row,) = await rows()
    assert row.outcome == Outcome.FAILED


async def test_a_result_beyond_the_cap_is_refused_with_advice(caller: Caller, catalogue: Catalogue) -> None:
    error = error_of(await run(caller, catalogue, "echo", text="large"))
    assert "fewer rows" in error["message"]


async def test_a_tool_that_does_not_end_is_ended(
    caller: Caller, catalogue: Catalogue, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UPSTREAM_DEADLINE_SECONDS = 0.1
    monkeypatch.setattr("mcp_gateway.calls.dispatch.GRACE_SECONDS", 0.0)
    assert error_of(await run(caller, catalogue, "echo", text="slow"))["code"] == "upstream_timeout"


async def test_a_cancelled_read_is_recorded_as_such(caller: Caller, catalogue: Catalogue) -> None:
    task = asyncio.create_task(run(caller, catalogue, "echo", text="slow"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (row,) = await rows()
    assert (row.outcome, row.reason) == (Outcome.FAILED, "cancelled")


async def test_many_calls_at_once_leave_a_row_each(caller: Caller, catalogue: Catalogue) -> None:
    texts = [f"t{n}" for n in range(200)]
    results = await asyncio.gather(*(run(caller, catalogue, "echo", text=text) for text in texts))
    assert [result.structured for result in results] == [{"text": text} for text in texts]
    assert len(await rows()) == 200
