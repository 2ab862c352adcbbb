"""What a ceiling does to a call: refused, asked first, so many an hour, so many records."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field

from audit.models import Event, Outcome
from consumers.models import Consumer
from mcp_gateway.calls.asking import ANSWER, CHOICE, CONFIRM, Asking
from mcp_gateway.calls.audit import settle_interrupted
from mcp_gateway.calls.audit_entry import Entry
from mcp_gateway.calls.caller import Caller, Ceiling, Holder, Verdict
from mcp_gateway.calls.dispatch import Context
from mcp_gateway.calls.errors import Ambiguous
from mcp_gateway.calls.questions import Question
from mcp_gateway.calls.tool import Call, Catalogue, InputRequired, Tool, ToolResult
from mcp_gateway.models import WriteOutcome, WriteRecord
from mcp_gateway.runtime import runtime
from tests.conftest import World
from tests.consumers.registered import consumer_in
from tests.gateway.calls.calling import error_of, rows, run

TOOL = "write_lines"


class LinesInput(BaseModel):
    model_config = ConfigDict(extra="forbid")
    lines: list[str] = Field(max_length=100)
    idempotency_key: str | None = None


class LinesOutput(BaseModel):
    written: int


@pytest.fixture
def written() -> list[str]:
    return []


@pytest.fixture
def catalogue(written: list[str]) -> Catalogue:
    async def write(call: Call, arguments: LinesInput) -> LinesOutput:
        call.upstream.calls += 1  # as the upstream does for every request
        written.extend(arguments.lines)
        await asyncio.sleep(0)
        return LinesOutput(written=len(arguments.lines))

    needed: dict[str, Any] = {"rights": frozenset({"work_requests:view"}), "output": LinesOutput}
    return Catalogue.of(
        [
            Tool(
                name=TOOL, title="Write", description="Write.", input=LinesInput, run=write,
                read_only=False, idempotent=False, many="lines", **needed,
            ),
        ]
    )  # fmt: skip


Under = Callable[..., Caller]


@pytest.fixture
def under(caller: Caller, world: World) -> Under:
    """Return a caller under a ceiling of the consumer, and perhaps others."""
    consumer = consumer_in(world)

    def made(*others: Ceiling, **ceiling: Any) -> Caller:
        ceilings = (Ceiling(Holder.CONSUMER, **ceiling), *others)
        return replace(caller, consumer_id=consumer.pk, ceilings=ceilings)

    return made


async def refused(caller: Caller, catalogue: Catalogue, *lines: str, **more: Any) -> dict[str, Any]:
    return error_of(await run(caller, catalogue, TOOL, lines=list(lines), **more))


@pytest.mark.parametrize(
    ("ceiling", "rule"),
    [
        ({"read_only": True}, "read_only"),
        ({"tools": frozenset({(TOOL, Verdict.NEVER)})}, "tool"),
        ({"toolsets": frozenset({"planning"})}, "tool_set"),
    ],
)
async def test_what_a_ceiling_forbids_is_refused_with_its_rule(
    under: Under, catalogue: Catalogue, written: list[str], ceiling: dict[str, Any], rule: str
) -> None:
    told = await refused(under(**ceiling), catalogue, "a")
    assert (told["code"], told["rule"], told["set_for"]) == ("forbidden_by_administrator", rule, "consumer")
    assert "this app" in told["message"]
    of_group = await refused(under(Ceiling(Holder.GROUP, **ceiling)), catalogue, "a")
    assert of_group["set_for"] == "group"
    assert "permission group" in of_group["message"]
    assert written == []
    assert {(row.outcome, row.reason) for row in await rows()} == {
        (Outcome.REFUSED, "forbidden_by_administrator")
    }


ASKED = frozenset({(TOOL, Verdict.ASK)})


async def attempt(caller: Caller, catalogue: Catalogue, lines: list[str], asking: Asking) -> Any:
    return await runtime().dispatcher.call_tool(
        caller, TOOL, {"lines": lines}, catalogue, Context("r", asking=asking)
    )


def answered(question: InputRequired, confirmed: bool) -> Asking:
    response = {"action": "accept", "content": {CONFIRM: confirmed}}
    params = {"requestState": question.state, "inputResponses": {ANSWER: response}}
    return Asking.of({"elicitation": {"form": {}}}, params)


async def test_a_tool_that_asks_first_runs_after_a_yes_for_these_arguments_only(
    under: Under, catalogue: Catalogue, written: list[str]
) -> None:
    caller = under(tools=ASKED)
    can_ask = Asking.of({"elicitation": {"form": {}}}, {})
    question = await attempt(caller, catalogue, ["a"], can_ask)
    assert isinstance(question, InputRequired)
    message = question.requests[ANSWER]["params"]["message"]
    assert "ChatGPT" in message
    assert "lines: ['a']" in message
    assert written == []
    other = await attempt(caller, catalogue, ["b"], answered(question, confirmed=True))
    assert isinstance(other, InputRequired)  # the yes was for other lines
    no = await attempt(caller, catalogue, ["a"], answered(question, confirmed=False))
    assert isinstance(no, ToolResult)
    assert error_of(no)["code"] == "must_ask_first"
    assert written == []
    yes = await attempt(caller, catalogue, ["a"], answered(question, confirmed=True))
    assert isinstance(yes, ToolResult)
    assert not yes.is_error
    assert written == ["a"]


async def test_a_yes_counts_one_time(under: Under, catalogue: Catalogue, written: list[str]) -> None:
    """Also when the guard against equal writes is over, and when it is sent several times at once."""
    caller = under(tools=ASKED)
    question = await attempt(caller, catalogue, ["a"], Asking.of({"elicitation": {"form": {}}}, {}))
    yes = answered(question, confirmed=True)
    results = await asyncio.gather(*(attempt(caller, catalogue, ["a"], yes) for _ in range(4)))
    assert [result.is_error for result in results].count(False) == 1
    await WriteRecord.objects.all().adelete()
    again = await attempt(caller, catalogue, ["a"], yes)
    assert error_of(again)["code"] == "must_ask_first"
    assert "was used" in error_of(again)["message"]
    assert written == ["a"]
    new = await attempt(caller, catalogue, ["a"], Asking.of({"elicitation": {"form": {}}}, {}))
    assert isinstance(new, InputRequired)
    assert not (await attempt(caller, catalogue, ["a"], answered(new, confirmed=True))).is_error
    assert written == ["a", "a"]


async def test_a_yes_is_kept_while_the_call_asks_something_else(
    under: Under, catalogue: Catalogue, written: list[str]
) -> None:
    """The person allows it, is then asked which line is meant, and is not asked for permission again."""

    async def choosy(call: Call, arguments: LinesInput) -> LinesOutput:
        which = Question(about="meter", subject="which", choices={"1": "first", "2": "second"})
        if not call.agreed(which):
            raise Ambiguous("Which one?", question=which)
        written.extend(arguments.lines)
        return LinesOutput(written=1)

    plain = catalogue.named(TOOL)
    assert plain is not None
    for reads in (False, True):
        tool = replace(plain, run=choosy, read_only=reads)
        caller, other = under(tools=ASKED), Catalogue.of([tool])
        first = await attempt(caller, other, ["a"], Asking.of({"elicitation": {"form": {}}}, {}))
        second = await attempt(caller, other, ["a"], answered(first, confirmed=True))
        assert isinstance(second, InputRequired)
        response = {"action": "accept", "content": {CHOICE: "1"}}
        params = {"requestState": second.state, "inputResponses": {ANSWER: response}}
        last = Asking.of({"elicitation": {"form": {}}}, params)
        done = await attempt(caller, other, ["a"], last)
        assert isinstance(done, ToolResult)
        assert not done.is_error
        assert error_of(await attempt(caller, other, ["a"], last))["code"] == "must_ask_first"
    assert written == ["a", "a"]


async def test_who_cannot_be_asked_is_refused(under: Under, catalogue: Catalogue, written: list[str]) -> None:
    told = await refused(under(tools=ASKED), catalogue, "a")
    assert told["code"] == "must_ask_first"
    program = replace(under(tools=ASKED), user_id=None, authorization_id=None)
    answer = await attempt(program, catalogue, ["a"], Asking.of({"elicitation": {"form": {}}}, {}))
    assert isinstance(answer, ToolResult)  # a program could answer its own question
    assert error_of(answer)["code"] == "must_ask_first"
    assert written == []


async def test_so_many_records_in_one_write(under: Under, catalogue: Catalogue, written: list[str]) -> None:
    caller = under(Ceiling(Holder.GROUP, most_records=2), most_records=5)
    told = await refused(caller, catalogue, "a", "b", "c")
    assert (told["code"], told["most"], told["given"]) == ("too_many_records", 2, 3)
    assert written == []
    assert not (await run(caller, catalogue, TOOL, lines=["a", "b"])).is_error


async def test_so_many_writes_an_hour(under: Under, catalogue: Catalogue, written: list[str]) -> None:
    caller = under(Ceiling(Holder.GROUP, writes_per_hour=2), writes_per_hour=9)
    for line in ("a", "b"):
        assert not (await run(caller, catalogue, TOOL, lines=[line])).is_error
    assert not (await run(caller, catalogue, TOOL, lines=["a"])).is_error  # a repeat writes nothing
    told = await refused(caller, catalogue, "c")
    assert told["code"] == "rate_limited"
    assert 3500 < told["retry_after_seconds"] <= 3600
    assert str(told["retry_after_seconds"]) in told["message"]
    assert written == ["a", "b"]
    colleague = replace(caller, user_id=None)  # another person has an own hour
    assert not (await run(colleague, catalogue, TOOL, lines=["c"])).is_error
    await Event.objects.filter(is_write=True).aupdate(at=timezone.now() - dt.timedelta(minutes=61))
    assert not (await run(caller, catalogue, TOOL, lines=["d"])).is_error


async def test_a_write_that_was_refused_uses_up_nothing(
    under: Under, catalogue: Catalogue, written: list[str]
) -> None:
    caller = under(writes_per_hour=1, most_records=1)
    await refused(caller, catalogue, "a", "b")
    assert not (await run(caller, catalogue, TOOL, lines=["a"])).is_error
    assert (await refused(caller, catalogue, "b"))["code"] == "rate_limited"


async def test_a_write_whose_process_died_counts_once(
    under: Under, catalogue: Catalogue, written: list[str]
) -> None:
    """It may have been sent. A repeat of it is not sent, and does not count."""
    caller = under(writes_per_hour=2)
    await run(caller, catalogue, TOOL, lines=["a"])
    begun = Entry.of(caller, TOOL, {"lines": ["a"]}, is_write=True, request_id="r").values()
    earlier = timezone.now() - dt.timedelta(minutes=10)
    await WriteRecord.objects.aupdate(outcome=WriteOutcome.STARTED, event=begun, created_at=earlier)
    await Event.objects.all().adelete()
    assert await sync_to_async(settle_interrupted)() == 1
    assert (await refused(caller, catalogue, "a"))["code"] == "outcome_unknown"
    assert not (await run(caller, catalogue, TOOL, lines=["b"])).is_error
    assert (await refused(caller, catalogue, "c"))["code"] == "rate_limited"
    assert written == ["a", "b"]


async def test_writes_at_the_same_instant_do_not_pass_the_limit(
    under: Under, catalogue: Catalogue, written: list[str]
) -> None:
    caller = under(writes_per_hour=3)
    results = await asyncio.gather(
        *(run(caller, catalogue, TOOL, lines=[str(number)]) for number in range(8))
    )
    assert sum(not result.is_error for result in results) == 3
    assert len(written) == 3
    assert await Consumer.objects.filter(pk=caller.consumer_id).aexists()
