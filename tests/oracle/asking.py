"""Calls the tools as a person does, at the plant's own present time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import time_machine

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.dispatch import Context
from mcp_gateway.calls.tool import ToolResult
from mcp_gateway.cards.documents import Documents
from mcp_gateway.methods import resources
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.catalogue import CATALOGUE
from tests.oracle.calendars import Calendar


@contextmanager
def present(calendar: Calendar) -> Iterator[None]:
    with time_machine.travel(calendar.now, tick=False):
        yield


@dataclass(frozen=True)
class Question:
    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """The structured answer, or the error.

    `beside` holds the sentences beside an answer that has no notes.
    """

    question: Question
    answer: dict[str, Any]
    error: dict[str, Any]
    beside: tuple[str, ...] = ()

    @property
    def is_partial(self) -> bool:
        return bool(self.answer.get("partial") or self.answer.get("coverage", {}).get("partial"))

    @property
    def sentences(self) -> list[str]:
        """Return the notes of the answer."""
        notes = self.answer.get("notes", ())
        said = [self.error.get("message", ""), *self.beside, *self.answer.get("parts_notes", ())]
        return said if isinstance(notes, str) else [*said, *notes]

    def __repr__(self) -> str:
        return f"{self.question}\n  -> {self.error or self.answer}"


async def _asked(caller: Caller, questions: list[Question]) -> list[Reply]:
    replies = []
    try:
        for question in questions:
            result = await runtime().dispatcher.call_tool(
                caller, question.tool, question.arguments, CATALOGUE, Context("oracle")
            )
            assert isinstance(result, ToolResult)
            error = result.meta["fracttal-one/error"] if result.is_error else {}
            beside = tuple(result.meta.get("fracttal-one/notes", ()))
            replies.append(Reply(question, result.structured or {}, error, beside))
    finally:
        await runtime().close_loop()
    return replies


Ask = Callable[[list[Question]], list[Reply]]


def ask_as(caller: Caller, questions: list[Question]) -> list[Reply]:
    return asyncio.run(_asked(caller, questions))


def read_as(caller: Caller, uri: str) -> str:
    async def reading() -> str:
        try:
            answer = await resources.read(runtime().dispatcher, Documents(()), caller, {"uri": uri}, {})
        finally:
            await runtime().close_loop()
        return text_of(answer, uri)

    return asyncio.run(reading())


def text_of(answer: dict[str, Any], uri: str) -> str:
    [content] = answer["contents"]
    assert (content["uri"], content["mimeType"]) == (uri, "text/plain")
    return str(content["text"])
