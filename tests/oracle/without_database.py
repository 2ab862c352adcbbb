"""A world with a scripted upstream: nothing is written, so thousands of plants fit into minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast
from unittest import mock

from pydantic import ValidationError

from accounts.rights import ALL_RIGHTS
from connections.remote_api import RemoteApi
from mcp_gateway.calls.caller import READ_SCOPE, WRITE_SCOPE, Caller
from mcp_gateway.calls.cursors import Cursors
from mcp_gateway.calls.dispatch import Dispatcher
from mcp_gateway.calls.errors import GatewayError
from mcp_gateway.calls.partial_answers import mark_partial, not_surely
from mcp_gateway.calls.results import error_result, success_result
from mcp_gateway.calls.tool import Call, InputRequired, ToolResult
from mcp_gateway.cards.documents import Documents
from mcp_gateway.methods import resources
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.catalogue import CATALOGUE
from mcp_gateway.upstream.credentials import Credentials
from tests.gateway.tools.conftest import no_progress
from tests.oracle.asking import Question, Reply, present, text_of
from tests.oracle.plants import Plant
from tests.oracle.scripted import Quirks, Scripted
from tests.oracle.tally import Tally


class ScriptedWorld:
    """Like `World`, over rows in memory. Rights and audit, which dispatch adds, are left out."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._caller = Caller(
            company_id=1,
            company_name="Planta",
            language="en",
            time_zone="UTC",
            currency="COP",
            rights=ALL_RIGHTS,
            user_id=1,
            user_email="person@example.com",
            consumer_id=1,
            consumer_name="ChatGPT",
            scopes=frozenset({READ_SCOPE, WRITE_SCOPE}),
            remote=RemoteApi(1, "http://fracttal-one.example/api", None),
        )
        self._plant: Plant | None = None
        self._engine: Scripted | None = None
        self.quirks = Quirks()

    def plant(self, plant: Plant) -> None:
        self._plant, self._engine = plant, Scripted(plant, self.quirks)
        self.tally.plants += 1

    def ask(self, *questions: Question) -> list[Reply]:
        assert self._plant is not None
        self.tally.answers += len(questions)
        with self._over_the_plant():
            return asyncio.run(self._asked(self._plant.calendar.zone, [*questions]))

    def read(self, uri: str) -> str:
        """Read the text of a resource."""
        assert self._plant is not None
        self.tally.answers += 1
        caller = replace(self._caller, time_zone=self._plant.calendar.zone)
        tools = cast(Dispatcher, _Tools())
        with self._over_the_plant():
            return text_of(asyncio.run(resources.read(tools, Documents(()), caller, {"uri": uri}, {})), uri)

    @contextmanager
    def _over_the_plant(self) -> Iterator[None]:
        assert self._plant is not None
        with (
            present(self._plant.calendar),
            mock.patch("mcp_gateway.upstream.http.Engines.of", return_value=self._engine),
            mock.patch("mcp_gateway.upstream.credentials.Credentials.of", _no_token),
        ):
            yield

    async def _asked(self, zone: str, questions: list[Question]) -> list[Reply]:
        caller = replace(self._caller, time_zone=zone)
        replies = []
        for question in questions:
            result = await _run(caller, question)
            error = result.meta["fracttal-one/error"] if result.is_error else {}
            beside = tuple(result.meta.get("fracttal-one/notes", ()))
            replies.append(Reply(question, result.structured or {}, error, beside))
        return replies


async def _no_token(credentials: Credentials, caller: Caller, refused: str = "") -> str:
    return "token"


class _Tools:
    """Runs the tool that a method calls."""

    async def call_tool(
        self, caller: Caller, tool: str, arguments: dict[str, Any], *_others: Any
    ) -> ToolResult:
        return await _run(caller, Question(tool, arguments))


async def _run(caller: Caller, question: Question) -> ToolResult:
    tool = CATALOGUE.tools[question.tool]
    call = Call(caller, runtime().upstream_of(caller), no_progress, "oracle", Cursors(b"k" * 32, "oracle"))
    try:
        output = await tool.run(call, tool.input.model_validate(question.arguments))
    except GatewayError as error:
        return error_result(not_surely(error, call.upstream.gaps))
    except ValidationError as error:
        raise AssertionError(f"{question}: {error}") from None
    assert not isinstance(output, InputRequired)
    if isinstance(output, ToolResult):
        return output
    data = output if isinstance(output, dict) else output.model_dump(mode="json", exclude_none=True)
    beside = mark_partial(data, tool.output, call.upstream.gaps) if call.upstream.gaps else []
    result = success_result(data)
    if beside:
        result.meta["fracttal-one/notes"] = beside
    return result
