"""Names with a NUL character, which PostgreSQL stores in no text: every call still has its audit row."""

from __future__ import annotations

import pytest

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import UnknownTool
from mcp_gateway.calls.tool import Catalogue
from mcp_gateway.models import WriteRecord
from tests.gateway.calls.calling import error_of, rows, run


async def test_a_tool_and_arguments_of_such_names(caller: Caller, catalogue: Catalogue) -> None:
    with pytest.raises(UnknownTool):
        await run(caller, catalogue, "ec\x00ho", text="hola")
    assert error_of(await run(caller, catalogue, "echo", **{"te\x00xt": "hola"}))["code"]
    assert [(row.tool, row.facts["arguments"]) for row in await rows()] == [("echo", ["text"])] * 2


async def test_an_answer_that_holds_one_is_kept_without_it(caller: Caller, catalogue: Catalogue) -> None:
    """A data field of another server contains it. The write was done, so the call must not fail."""
    first = await run(caller, catalogue, "write", text="a\x00b", idempotency_key="k\x00")
    assert first.structured == {"text": "a\x00b #1"}
    assert [record.result async for record in WriteRecord.objects.all()] == [{"text": "ab #1"}]
