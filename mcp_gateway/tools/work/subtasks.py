"""The tool of the set `execution` that answers the questions of a checklist."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, Field, FiniteFloat, WithJsonSchema

from mcp_gateway.calls.errors import InvalidArguments, NotFound
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.codes import ANSWER, QUESTION, word_of
from mcp_gateway.tools.kit.datetimes import EARLIEST, LATEST
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import Folio, Number
from mcp_gateway.tools.kit.saving import in_our_names
from mcp_gateway.tools.kit.text import UntrustedLongText, UntrustedText
from mcp_gateway.tools.work.order_parts import subtask
from mcp_gateway.tools.work.order_records import open_order
from mcp_gateway.upstream.resources import work_order_parts as parts
from mcp_gateway.upstream.rows import Period

# Declared as text, since many clients support no union of types. A number is accepted too.
AS_TEXT = WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 2000})
_number = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)
_in_thousands = re.compile(r"-?[1-9]\d{0,2}\.\d{3}", re.ASCII)


class FillSubtaskInput(Arguments):
    folio: Folio
    subtask: Annotated[Number, Field(description="id of the subtask, from get_work_order(include subtasks).")]
    answer: Annotated[
        Annotated[str, Field(min_length=1, max_length=2000)] | FiniteFloat,
        Field(description="Depends on its kind: a text, a number, yes/no/not_applicable, pass/alert/fail."),
        AS_TEXT,
    ]
    idempotency_key: IdempotencyKey | None = None


class FillSubtaskOutput(BaseModel):
    subtask: int
    question: UntrustedText
    answer: UntrustedLongText
    before: UntrustedLongText | None = None
    url: str


async def fill_subtask(call: Call, arguments: FillSubtaskInput) -> FillSubtaskOutput:
    upstream = call.upstream
    await open_order(call, arguments.folio)
    everything = Period(EARLIEST, LATEST, "creation_date")
    rows = await parts.subtasks_of(upstream, arguments.folio, everything)
    found = next((row for row in rows if row.id_work_orders_tasks_form_items == arguments.subtask), None)
    if found is None:
        raise NotFound("The order has no such subtask. get_work_order(include subtasks) shows them.")
    value = stored_answer(word_of(QUESTION, found.id_task_form_item_type) or "text", arguments.answer)
    with in_our_names({"answer": "value", "subtask": "id_work_orders_tasks_form_items"}):
        await parts.fill_subtask(upstream, arguments.subtask, value)
    return FillSubtaskOutput(
        subtask=arguments.subtask,
        question=found.description or "",
        answer=str(arguments.answer),
        before=found.value or None,
        url=record_url("work-orders", arguments.folio),
    )


def stored_answer(kind: str, answer: str | float) -> str:
    """Return the value that the contract stores for an answer."""
    if kind in ANSWER:
        words = {word: value for value, word in ANSWER[kind].items()}
        word = str(answer).lower()
        if word not in words:
            raise _not_answer(f"must be one of {', '.join(words)}")
        return {"n/a": "N/A"}.get(words[word], words[word])
    if isinstance(answer, float):
        return str(int(answer)) if answer.is_integer() and abs(answer) < 2**53 else repr(answer)
    if kind in ("number", "meter"):
        if _in_thousands.fullmatch(answer):
            digits = answer.replace(".", "")
            raise _not_answer(
                f"may mean {digits} or a fraction: write {digits}, or the fraction as {answer}0"
            )
        if not _number.fullmatch(answer):
            raise _not_answer("must be a number such as 1500 or 1.5: digits, and a point before the fraction")
    return answer


def _not_answer(problem: str) -> InvalidArguments:
    return InvalidArguments(f"answer {problem}.", fields=[{"field": "answer", "problem": problem}])


async def answer_before(call: Call, arguments: FillSubtaskInput) -> dict[str, Any]:
    rows = await parts.subtasks_of(call.upstream, arguments.folio, Period(EARLIEST, LATEST, "creation_date"))
    known = next((row for row in rows if row.id_work_orders_tasks_form_items == arguments.subtask), None)
    return {} if known is None else {"answer": subtask(known).answer}


RIGHTS = frozenset({"work_orders:view", "work_orders:edit"})
TOOLS = (
    Tool(
        name="fill_subtask",
        title="Answer a subtask",
        description="Answers one question of a task's checklist and replaces any earlier answer.",
        rights=RIGHTS,
        input=FillSubtaskInput,
        output=FillSubtaskOutput,
        run=fill_subtask,
        before=answer_before,
        read_only=False,
        destructive=True,
        toolset="execution",
    ),
)
