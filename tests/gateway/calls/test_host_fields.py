"""Fields that hosts add to a call by themselves (report 25) are dropped and named in the audit row."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Event
from mcp_gateway.calls.arguments.host_fields import HOST_FIELDS, without_host_fields
from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.tool import Catalogue
from mcp_gateway.models import WriteRecord
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.gateway.calls.calling import error_of, run
from tests.gateway.calls.conftest import Ledger

N8N: dict[str, Any] = {
    "sessionId": "a1b2", "action": "sendMessage", "chatInput": "hola", "toolCallId": "call_1",
    "tool": {"name": "echo", "description": "Echo."},
}  # fmt: skip


@pytest.mark.parametrize("added", [N8N, {"wait_for_previous": True}, {"task_progress": "- [ ] one"}])
async def test_report_25_they_are_dropped_and_the_audit_names_them(
    caller: Caller, catalogue: Catalogue, added: dict[str, Any]
) -> None:
    result = await run(caller, catalogue, "echo", text="hola", **added)
    assert result.structured == {"text": "hola"}
    row = await Event.objects.aget()
    assert (row.facts["arguments"], row.facts["dropped"]) == (["text"], list(added))
    assert "call_1" not in str(row.__dict__)


async def test_report_25_a_write_is_the_same_one_whatever_the_host_adds(
    caller: Caller, catalogue: Catalogue, ledger: Ledger
) -> None:
    """Each attempt of n8n carries another toolCallId, which must not make it a different write."""
    for key in ({}, {"idempotency_key": "order-0001"}):
        ledger.written.clear()
        for number in range(2):
            result = await run(caller, catalogue, "write", text="a", toolCallId=f"call_{number}", **key)
            assert result.structured == {"text": "a #1"}
        assert ledger.written == ["a"]
    rows = [row async for row in Event.objects.filter(is_write=True)]
    assert [row.facts["dropped"] for row in rows] == [["toolCallId"]] * 4
    assert await WriteRecord.objects.acount() == 2


@pytest.mark.parametrize(
    ("name", "told"),
    [("txt", 'text may be meant, such as "text": '), ("toolcallid", "the tool takes text")],
)
async def test_report_25_other_strangers_and_near_misses_are_refused(
    caller: Caller, catalogue: Catalogue, name: str, told: str
) -> None:
    error = error_of(await run(caller, catalogue, "echo", **{"text": "a", name: 1}))
    assert error["code"] == "invalid_arguments"
    assert told in error["message"]


def test_a_field_that_the_tool_has_is_the_tools() -> None:
    model = CATALOGUE.tools["list_transactions"].input
    assert "action" in model.model_fields
    own, dropped = without_host_fields({"action": "add", "chatInput": "x"}, model.model_fields)
    assert (own, dropped) == ({"action": "add"}, ["chatInput"])


def test_each_has_a_dated_source() -> None:
    for name, source in HOST_FIELDS.items():
        assert "202" in source, name
