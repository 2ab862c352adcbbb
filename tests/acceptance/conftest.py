"""Questions that people ask, each answered with at most four tool calls on its own copy of the plant."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from mcp_gateway.calls.tool import ToolResult
from mcp_gateway.runtime import runtime
from tests.gateway.tools.conftest import Person, caller_of, db
from tests.planted import planted

__all__ = ["db"]

MOST_CALLS = 4
# File for the cost of each question, one JSON line per question.
REPORT = os.environ.get("QUESTIONS_REPORT")


@pytest.fixture(scope="package")
def _plant(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with planted(django_db_blocker):
        yield


class Conversation(Person):
    """A person's questions to the tools, with the number of calls."""

    calls = 0
    bytes_answered = 0

    def result(self, tool: str, **arguments: Any) -> ToolResult:
        self.calls += 1
        result = super().result(tool, **arguments)
        self.bytes_answered += len(result.json or b"")
        return result


Ask = Callable[..., Conversation]


@pytest.fixture
def ask(request: pytest.FixtureRequest) -> Iterator[Ask]:
    from mcp_gateway.models import ToolCall

    begun: list[Conversation] = []
    runtime().audit.stop()  # what was counted before is written
    last = ToolCall.objects.order_by("-id").values_list("id", flat=True).first() or 0

    def begin(email: str = "admin@demo.example", **changes: Any) -> Conversation:
        begun.append(Conversation(caller_of(email, **changes)))
        return begun[-1]

    yield begin
    calls = sum(conversation.calls for conversation in begun)
    assert 0 < calls <= MOST_CALLS
    if REPORT:
        upstream = sum(ToolCall.objects.filter(id__gt=last).values_list("upstream_calls", flat=True))
        line = {
            "question": (request.function.__doc__ or "").partition("\n")[0],
            "test": request.node.name,
            "tool_calls": calls,
            "upstream_calls": upstream,
            "answer_bytes": sum(conversation.bytes_answered for conversation in begun),
        }
        with Path(REPORT).open("a", encoding="utf-8") as report:
            report.write(json.dumps(line, ensure_ascii=False) + "\n")


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()
