"""Questions that people ask, each answered with at most four tool calls on its own copy of the plant."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pydantic import BaseModel
from pytest_django import DjangoDbBlocker

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.labels import labels
from mcp_gateway.calls.tool import ToolResult
from mcp_gateway.runtime import runtime
from mcp_gateway.tools.catalogue import CATALOGUE as ALL_TOOLS
from tests.acceptance.demo_tables import demo_tables
from tests.gateway.tools.conftest import Person, caller_of, db
from tests.oracle.calendars import Calendar
from tests.oracle.tables import Tables
from tests.planted import planted

__all__ = ["db"]

MOST_CALLS = 4
# File for the answers, one JSON line per question; tests/acceptance/table.py counts their tokens.
REPORT = os.environ.get("QUESTIONS_REPORT")
PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note if the question was answered right."""
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report


@pytest.fixture(scope="package")
def _plant(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with planted(django_db_blocker):
        yield


@pytest.fixture(scope="module")
def demo(_plant: None, django_db_blocker: DjangoDbBlocker) -> tuple[Tables, Calendar]:
    """The rows of the demo plant for plain SQL, as other questions left it, and its present time."""
    with django_db_blocker.unblock():
        return demo_tables()


class Conversation(Person):
    """A person's questions to the tools, with the answers."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self.answers: list[ToolResult] = []
        self.json: list[str] = []

    @property
    def bytes_answered(self) -> int:
        return sum(len(answer.json or b"") for answer in self.answers)

    def result(self, tool: str, **arguments: Any) -> ToolResult:
        result = super().result(tool, **arguments)
        self.answers.append(result)
        self.json += _as_it_was(result, tool, self.caller)
        return result


Ask = Callable[..., Conversation]


@pytest.fixture
def ask(request: pytest.FixtureRequest) -> Iterator[Ask]:
    from audit.models import Event

    begun: list[Conversation] = []
    runtime().audit.stop()  # what was counted before is written
    last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0

    def begin(email: str = "admin@demo.example", **changes: Any) -> Conversation:
        begun.append(Conversation(caller_of(email, **changes)))
        return begun[-1]

    yield begin
    answers = [answer for conversation in begun for answer in conversation.answers]
    assert 0 < len(answers) <= MOST_CALLS
    if REPORT:
        upstream = sum(Event.objects.filter(id__gt=last).values_list("upstream_calls", flat=True))
        line = {
            "question": _question(request),
            "test": request.node.name,
            "right": request.node.stash.get(PASSED, False),
            "upstream_calls": upstream,
            "texts": [block["text"] for answer in answers for block in answer.content],
            "json": [json for conversation in begun for json in conversation.json],
        }
        with Path(REPORT).open("a", encoding="utf-8") as report:
            report.write(json.dumps(line, ensure_ascii=False) + "\n")


def _as_it_was(result: ToolResult, tool: str, caller: Caller) -> list[str]:
    """Return the answer as the JSON that its text was until 2026-11-29, with the names of all constants."""
    if not result.json:
        return []
    data = {name: value for name, value in json.loads(result.json).items() if name != "words"}
    named = ALL_TOOLS.named(tool)
    output: type[BaseModel] | None = named.output if named and not named.plain else None
    if output and not caller.language.startswith("en"):
        words: dict[str, dict[str, str]] = {}
        for _member, field, constant, label in labels(output, caller.language):
            words.setdefault(field, {})[constant] = label
        data |= {"words": words} if words else {}
    return [json.dumps(data, ensure_ascii=False, separators=(",", ":"))]


def _question(request: pytest.FixtureRequest) -> str:
    """Return the question: a parameter of the test, or the first line of its description."""
    spec = getattr(request.node, "callspec", None)
    asked = spec.params.get("question") if spec else None
    return str(asked or (request.function.__doc__ or "").partition("\n")[0])


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now()
